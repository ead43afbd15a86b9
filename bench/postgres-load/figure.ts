import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Figure, Goal, Outcome } from '../figure.ts';
import { emptyPlace, place } from '../places.ts';
import { type Contender, interleave, medians, type Samples } from '../rounds.ts';
import { type Tool, tools } from './contenders.ts';
import { changeRows, dropTable, fillTable, server } from './rows.ts';
import { contentOf } from './sums.ts';

const changed = 1000;
const full = (tool: Tool): string => `${tool.name}, all`;
const some = (tool: Tool): string => `${tool.name}, new`;
const kept = (tool: Tool): string => place('postgres-load', 'after-first', tool.name);

/** All tools must have brought in the same rows. */
async function compare(measured: readonly Tool[]): Promise<string> {
  const contents: string[] = [];
  for (const tool of measured) contents.push(await contentOf(path.join(tool.folder, tool.database), tool.table));
  const other = contents.findIndex((one) => one !== contents[0]);
  if (other < 0) return contents[0] ?? '';
  throw new Error(`${measured[other]?.name} has other rows than ${measured[0]?.name}: ${contents.join('; ')}`);
}

/** Against the quickest of the others. */
function goalsOf(samples: Samples, [own, ...others]: readonly Tool[], rows: number): Goal[] {
  if (!own) return [];
  const goals: Goal[] = [
    {
      text: `all ${rows} rows, on the clock`,
      measured: medians(samples, full(own)).wall,
      atMost: rows / 150_000,
      unit: 's',
    },
  ];
  if (others.length === 0) return goals;
  const against = (name: (tool: Tool) => string, pick: 'wall' | 'cpu'): number =>
    medians(samples, name(own))[pick] / Math.min(...others.map((tool) => medians(samples, name(tool))[pick]));
  return [
    ...goals,
    {
      text: 'all rows, of the processor, against the quickest of dlt',
      measured: against(full, 'cpu'),
      atMost: 0.5,
      unit: '×',
    },
    {
      text: `${changed} changed rows, on the clock, against the quickest of dlt`,
      measured: against(some, 'wall'),
      atMost: 0.3,
      unit: '×',
    },
    {
      text: `${changed} changed rows, of the processor, against the quickest of dlt`,
      measured: against(some, 'cpu'),
      atMost: 0.3,
      unit: '×',
    },
  ];
}

export const figure: Figure = {
  about:
    'a table of Postgres, a million rows of ten columns, merged by key into DuckDB: all of it, and then 1,000 changed rows',
  rounds: 3,
  async measure({ rounds, size = 1_000_000, say }): Promise<Outcome> {
    if (server === '') throw new Error('ESTEIRA_TEST_POSTGRES names no server');
    const all = tools();
    const measured = all.filter((tool) => !tool.missing);
    await fillTable(size);
    try {
      const loads = measured.map((tool): Contender => ({ name: full(tool), prepare: tool.prepare, run: tool.load }));
      // Each begins with nothing, and the slowest takes minutes: no round is only to warm.
      const first = await interleave({ contenders: loads, rounds, say, warm: false });
      const before = await compare(measured);
      for (const tool of measured) {
        emptyPlace('postgres-load', 'after-first', tool.name);
        cpSync(tool.folder, kept(tool), { recursive: true, preserveTimestamps: true });
      }
      await changeRows(size, changed);
      const restore = (tool: Tool): void => {
        rmSync(tool.folder, { recursive: true, force: true });
        cpSync(kept(tool), tool.folder, { recursive: true, preserveTimestamps: true });
      };
      const news = measured.map(
        (tool): Contender => ({ name: some(tool), prepare: () => restore(tool), run: tool.load }),
      );
      const second = await interleave({ contenders: news, rounds, say });
      const after = await compare(measured);
      const samples: Samples = new Map([...first, ...second]);
      return {
        samples,
        goals: goalsOf(samples, measured, size),
        skipped: all.flatMap((tool) => tool.missing ?? []),
        notes: [`${measured.map((tool) => tool.name).join(', ')} have equal rows: ${before}; ${after}`],
        versions: Object.fromEntries(measured.flatMap((tool) => (tool.version ? [['dlt', tool.version]] : []))),
      };
    } finally {
      await dropTable();
    }
  },
};
