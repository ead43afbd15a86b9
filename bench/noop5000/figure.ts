import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { writeRows } from '../chain.ts';
import { esteira, installPackage } from '../esteira.ts';
import type { Figure, Outcome } from '../figure.ts';
import { writeConfiguration } from '../generated.ts';
import { emptyPlace } from '../places.ts';
import { interleave, medians } from '../rounds.ts';

const tables = 5000;
/** So many stand one on another. */
const deep = 50;

function writeDefinitions(folder: string): void {
  mkdirSync(folder);
  const imported = 'byHand, col, files, job, keepLatest, source, sql, table';
  const ends: string[] = [];
  for (let chain = 0; chain < tables / deep; chain += 1) {
    const name = (index: number) => `c${chain}_t${index}`;
    const lines = [
      `import { ${imported} } from 'esteira';`,
      'const columns = { id: col.integer().key(), seen_at: col.timestamp(), name: col.text() };',
      `export const s${chain} = source('landing.s${chain}', { reader: files('rows/*.jsonl'), columns });`,
      `export const ${name(0)} = table('chain.${name(0)}', { columns, rows: s${chain}.unread, write: 'append' });`,
    ];
    for (let index = 1; index < deep; index += 1) {
      const rows = `sql\`select id, seen_at, name from \${${name(index - 1)}.since('seen_at')}\``;
      const options = `columns, rows: ${rows}, write: 'merge', duplicates: keepLatest('seen_at')`;
      lines.push(`export const ${name(index)} = table('chain.${name(index)}', { ${options} });`);
    }
    ends.push(name(deep - 1));
    writeFileSync(path.join(folder, `d${chain}.ts`), `${lines.join('\n')}\n`);
  }
  const imports = ends.map((end, chain) => `import { ${end} } from './d${chain}.ts';`);
  const job = `export const all = job('all', { when: byHand, build: [${ends.join(', ')}] });`;
  writeFileSync(
    path.join(folder, 'job.ts'),
    `${["import { byHand, job } from 'esteira';", ...imports, job].join('\n')}\n`,
  );
}

export const figure: Figure = {
  about: `a project of ${tables} tables in chains of ${deep}, when nothing is new: its plan, and its run`,
  rounds: 3,
  async measure({ rounds, say }): Promise<Outcome> {
    installPackage();
    const folder = emptyPlace('noop5000', 'project');
    writeConfiguration({ folder, catalog: 'wide' });
    writeDefinitions(path.join(folder, 'definitions'));
    writeRows(folder, '2026-01-01');
    const setup = await esteira(folder, ['setup']);
    const first = await esteira(folder, ['run', 'all', '--date', '2026-01-01']);
    say(`  set-up ${setup.wall.toFixed(1)} s, first run ${first.wall.toFixed(1)} s`);
    const dayOf = (round: number) => Temporal.PlainDate.from('2026-01-02').add({ days: round }).toString();
    const contenders = [
      { name: 'plan', run: (round: number) => esteira(folder, ['plan', 'all', '--date', dayOf(round)]) },
      { name: 'run', run: (round: number) => esteira(folder, ['run', 'all', '--date', dayOf(round)]) },
    ];
    const samples = await interleave({ contenders, rounds, say });
    const measured = medians(samples, 'plan').wall + medians(samples, 'run').wall;
    return {
      samples,
      goals: [{ text: `plan and run of ${tables} tables with nothing new`, measured, atMost: 10, unit: 's' }],
      skipped: [],
      notes: [`set-up ${setup.wall.toFixed(1)} s, first run ${first.wall.toFixed(1)} s`],
    };
  },
};
