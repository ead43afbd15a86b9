import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { esteira, installPackage } from '../esteira.ts';
import type { Figure, Outcome } from '../figure.ts';
import { writeConfiguration } from '../generated.ts';
import { emptyPlace } from '../places.ts';
import { interleave, medians } from '../rounds.ts';

const long = 50;

const definition = (tables: number) => {
  const lines = [
    "import { byHand, col, files, job, keepLatest, source, sql, table } from 'esteira';",
    'const columns = { id: col.integer().key(), seen_at: col.timestamp(), name: col.text() };',
    "export const s0 = source('landing.s0', { reader: files('rows/*.jsonl'), columns });",
    "export const t1 = table('chain.t1', { columns, rows: s0.unread, write: 'append' });",
  ];
  for (let index = 2; index <= tables; index++) {
    const rows = `sql\`select id, seen_at, name from \${t${index - 1}.since('seen_at')}\``;
    const options = `columns, rows: ${rows}, write: 'merge', duplicates: keepLatest('seen_at')`;
    lines.push(`export const t${index} = table('chain.t${index}', { ${options} });`);
  }
  return `${[...lines, `export const all = job('all', { when: byHand, build: [t${tables}] });`].join('\n')}\n`;
};

/** A chain of tables that has taken in its rows once. */
async function project(tables: number): Promise<string> {
  const folder = emptyPlace('noop', `chain${tables}`);
  writeConfiguration({ folder, catalog: 'chained' });
  mkdirSync(path.join(folder, 'definitions'));
  writeFileSync(path.join(folder, 'definitions', 'chain.ts'), definition(tables));
  mkdirSync(path.join(folder, 'rows'));
  const rows = Array.from({ length: 100 }, (_, id) => ({ id, seen_at: '2026-01-01T00:00:00Z', name: `row ${id}` }));
  writeFileSync(path.join(folder, 'rows', 'first.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await esteira(folder, ['setup']);
  await esteira(folder, ['run', 'all', '--date', '2026-01-01']);
  return folder;
}

const dayOf = (round: number) => Temporal.PlainDate.from('2026-01-02').add({ days: round }).toString();

export const figure: Figure = {
  about: `a run in which nothing is new, over a chain of ${long} tables and over one, the whole command`,
  rounds: 9,
  async measure({ rounds, say }): Promise<Outcome> {
    installPackage();
    const contenders = [];
    for (const tables of [long, 1]) {
      const folder = await project(tables);
      const run = (round: number) => esteira(folder, ['run', 'all', '--date', dayOf(round)]);
      contenders.push({ name: `${tables} tables`, run });
    }
    const samples = await interleave({ contenders, rounds, say });
    const difference = (measure: 'wall' | 'cpu') =>
      ((medians(samples, `${long} tables`)[measure] - medians(samples, '1 tables')[measure]) / (long - 1)) * 1000;
    return {
      samples,
      goals: [
        {
          text: `one step more with nothing new: (${long} tables − 1 table) / ${long - 1}`,
          measured: difference('wall'),
          atMost: 5,
          unit: 'ms',
        },
      ],
      skipped: [],
      notes: [`of the processor: ${difference('cpu').toFixed(2)} ms a step`],
    };
  },
};
