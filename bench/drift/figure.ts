import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { build } from 'esbuild';
import type { Figure, Outcome } from '../figure.ts';
import { measure, type Sample } from '../measure.ts';
import { emptyPlace, peers, place, root } from '../places.ts';
import { type Contender, interleave, medians, type Samples } from '../rounds.ts';

/** As it is installed: one file of JavaScript; the engine comes from its package. */
async function built(): Promise<string> {
  const outfile = place('drift', 'work.mjs');
  await build({
    ...{ absWorkingDir: root, entryPoints: ['bench/drift/work.ts'], outfile, bundle: true, packages: 'external' },
    ...{ format: 'esm', platform: 'node', target: 'node26' },
  });
  return outfile;
}

/** Twenty columns of prices, each moved a little further than the one before. */
async function generated(rows: number): Promise<readonly string[]> {
  const folder = emptyPlace('drift');
  const files = ['before', 'now'].map((name) => path.join(folder, `${name}.parquet`));
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  await connection.run('select setseed(0.42)');
  for (const [at, file] of files.entries()) {
    const columns = Array.from(
      { length: 20 },
      (_, column) =>
        `exp(3 + 0.4 * (random() + random() + random() + random() - 2) - ${at * column * 0.002}) as x${column}`,
    );
    await connection.run(`copy (select ${columns.join(', ')} from range(${rows})) to '${file}' (format parquet)`);
  }
  connection.closeSync();
  return files;
}

interface Answer {
  readonly found: readonly (readonly number[])[];
  readonly version?: string;
}
const answerOf = (samples: Samples, name: string): Answer =>
  JSON.parse(((samples.get(name) as readonly Sample[])[0] as Sample).output.trim().split('\n').at(-1) ?? '') as Answer;

const measures = ['PSI by deciles', 'PSI by Sturges', 'distance', 'p'] as const;
type Named = (typeof measures)[number];

/** Index and distance to 1e-12, p to a thousandth; `of`: what the peer prints of each column, in its order. */
function alike(samples: Samples, peer: string, of: readonly Named[]): string {
  const [ours, theirs] = ['esteira', peer].map((name) => answerOf(samples, name).found);
  const apart = of.map((name, at) =>
    Math.max(
      ...(ours ?? []).map((row, column) =>
        Math.abs((row[measures.indexOf(name)] ?? 0) - (theirs?.[column]?.[at] ?? Number.NaN)),
      ),
    ),
  );
  if (apart.some((one, at) => !(one < (of[at] === 'p' ? 1e-3 : 1e-12)))) throw new Error(`${apart.join(', ')} apart`);
  return `${of.join(', ')}: at most ${apart.map((one) => one.toExponential(0)).join(', ')} from ${peer}'s`;
}

export const figure: Figure = {
  about:
    'how far 20 columns of 100,000 rows have moved from 100,000 others: PSI by deciles and by Sturges, Kolmogorov and Smirnov with p; whole processes from the same Parquet files, beside numpy with scipy, and beside Evidently, which draws a page',
  rounds: 5,
  async measure({ rounds, size = 100_000, say }): Promise<Outcome> {
    // It has numpy, scipy and pyarrow.
    const python = path.join(peers, 'sklearn', 'bin', 'python');
    if (!existsSync(python)) throw new Error('scipy is not installed: bench/peers/install.sh sklearn');
    const files = await generated(size);
    const work = await built();
    const script = (peer: string): string => path.join(root, 'bench/peers', peer, 'work.py');
    const evidently = path.join(peers, 'evidently', 'bin', 'python');
    const hasEvidently = existsSync(evidently);
    const page = place('drift', 'page.html');
    const contenders: readonly Contender[] = [
      { name: 'esteira', run: () => measure({ file: process.execPath, args: [work, ...files], folder: root }) },
      { name: 'scipy', run: () => measure({ file: python, args: [script('drift'), ...files], folder: root }) },
      ...(hasEvidently
        ? [
            {
              name: 'evidently',
              run: () => measure({ file: evidently, args: [script('evidently'), ...files, page], folder: root }),
            },
          ]
        : []),
    ];
    const samples = await interleave({ contenders, rounds, say });
    const measured = medians(samples, 'esteira').cpu / medians(samples, 'scipy').cpu;
    return {
      samples,
      goals: [{ text: 'of the processor, against numpy with scipy', measured, atMost: 0.5, unit: '×' }],
      skipped: hasEvidently ? [] : ['Evidently is not installed: bench/peers/install.sh evidently'],
      notes: [
        alike(samples, 'scipy', measures),
        ...(hasEvidently
          ? [
              alike(samples, 'evidently', ['PSI by Sturges', 'p']),
              `Evidently has no PSI by deciles; it draws each column of both presets on a page of ${(statSync(page).size / 1e6).toFixed(1)} MB, which nobody else does`,
            ]
          : []),
      ],
      versions: {
        scipy: answerOf(samples, 'scipy').version ?? '',
        ...(hasEvidently ? { evidently: answerOf(samples, 'evidently').version ?? '' } : {}),
      },
    };
  },
};
