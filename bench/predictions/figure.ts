import { rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import type { Figure, Goal, Outcome } from '../figure.ts';
import { measure, type Sample } from '../measure.ts';
import { emptyPlace, place, root } from '../places.ts';
import { type Contender, interleave, medians } from '../rounds.ts';

/** Features of a row, requests of 20 rows, and what one may cost, in microseconds. */
const widths = [
  { width: 12, requests: 60_000, atMost: 20 },
  { width: 301, requests: 8_000, atMost: 100 },
] as const;

async function built(): Promise<string> {
  const outfile = place('predictions', 'work.mjs');
  await build({
    ...{ absWorkingDir: root, entryPoints: [path.join('bench', 'predictions', 'work.ts')], outfile },
    ...{ bundle: true, format: 'esm', platform: 'node', target: 'node26' },
  });
  return outfile;
}

export const figure: Figure = {
  about:
    'what logging the predictions of a request of 20 rows costs, files in the store included: processes that log beside those that do not',
  rounds: 7,
  async measure({ rounds, say }): Promise<Outcome> {
    const work = await built();
    const contenders = widths.flatMap(({ width, requests }) =>
      ['logged', 'not logged'].map((how): Contender => {
        const run = async (): Promise<Sample> => {
          const folder = emptyPlace('predictions', 'files');
          const args = [work, folder, `${width}`, `${requests}`, how];
          const sample = await measure({ file: process.execPath, args, folder });
          rmSync(folder, { recursive: true, force: true });
          const { written, dropped } = JSON.parse(sample.output.trim()) as { written: number; dropped: number };
          const wanted = how === 'logged' ? requests * 20 : 0;
          if (written !== wanted || dropped > 0) throw new Error(`${written} rows written, ${dropped} dropped`);
          return sample;
        };
        return { name: `${width} ${how}`, run };
      }),
    );
    const samples = await interleave({ contenders, rounds, say });
    const goals = widths.map(({ width, requests, atMost }): Goal => {
      const cpu = medians(samples, `${width} logged`).cpu - medians(samples, `${width} not logged`).cpu;
      const text = `processor of a request of 20 × ${width}, logged − not logged`;
      return { text, measured: (cpu / requests) * 1e6, atMost, unit: 'µs' };
    });
    return { samples, goals, skipped: [], notes: [] };
  },
};
