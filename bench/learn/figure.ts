import { existsSync } from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { build } from 'esbuild';
import type { Figure, Goal, Outcome } from '../figure.ts';
import { measure, type Sample } from '../measure.ts';
import { emptyPlace, peers, place, root } from '../places.ts';
import { type Contender, interleave, medians, type Samples } from '../rounds.ts';
import { project, run } from './users.ts';

/** As it is installed: one file of JavaScript; the engine comes from its package. */
async function built(): Promise<string> {
  const outfile = place('learn', 'work.mjs');
  await build({
    ...{ absWorkingDir: root, entryPoints: ['bench/learn/work.ts'], outfile, bundle: true, packages: 'external' },
    ...{ format: 'esm', platform: 'node', target: 'node26' },
  });
  return outfile;
}

/** Five overlapping clusters on scales 1 : 10,000, and outcomes that twenty numbers make likely. */
async function generated(rows: number): Promise<{ readonly kmeans: string; readonly logistic: string }> {
  const folder = emptyPlace('learn');
  const files = { kmeans: path.join(folder, 'kmeans.parquet'), logistic: path.join(folder, 'logistic.parquet') };
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const normal = '(random() + random() + random() + random() - 2)';
  const scaled = Array.from(
    { length: 8 },
    (_, at) => `(((g * ${at + 3}) % 7) + 2.5 * ${normal}) * ${[1, 10_000, 100, 0.01][at % 4]} as x${at}`,
  );
  const plain = Array.from({ length: 20 }, (_, at) => `${normal} * ${1 + (at % 3)} as x${at}`);
  const sum = Array.from({ length: 20 }, (_, at) => `${((at % 5) - 2) / 4} * x${at}`).join(' + ');
  await connection.run(`select setseed(0.42);
    copy (select ${scaled.join(', ')} from (select range % 5 as g from range(${rows}))) to '${files.kmeans}' (format parquet);
    copy (select *, case when random() < 1 / (1 + exp(-(0.5 + ${sum}))) then 1e0 else 0e0 end as y
      from (select ${plain.join(', ')} from range(${rows / 2}))) to '${files.logistic}' (format parquet)`);
  connection.closeSync();
  return files;
}

interface Answer {
  readonly inertia?: number;
  readonly coefficients?: readonly number[];
  readonly version?: string;
}
const answerOf = ({ output }: Sample): Answer => JSON.parse(output.trim().split('\n').at(-1) ?? '') as Answer;

/** The best of ten starts each may be another start: nearly as good; a regression has one solution. */
function alike(samples: Samples): string {
  const own = (name: string): Answer => answerOf((samples.get(name) as readonly Sample[])[0] as Sample);
  const [one, other] = [own('esteira, kmeans').inertia ?? 0, own('sklearn, kmeans').inertia ?? 0];
  if (Math.abs(one / other - 1) > 1e-3) throw new Error(`inertia ${one} and ${other}`);
  const [ours, theirs] = [own('esteira, logistic').coefficients ?? [], own('sklearn, logistic').coefficients ?? []];
  const apart = Math.max(...ours.map((value, at) => Math.abs(value - (theirs[at] ?? 0))));
  if (!(apart < 1e-6)) throw new Error(`coefficients are ${apart} apart`);
  return `inertia ${one.toPrecision(8)} and ${other.toPrecision(8)}; coefficients ${apart.toExponential(1)} apart`;
}

export const figure: Figure = {
  about:
    'learning beside scikit-learn, whole processes from the same Parquet files: k-means of a million rows of 8 in ten starts, logistic regression of half a million of 20',
  rounds: 3,
  async measure({ rounds, size = 1_000_000, say }): Promise<Outcome> {
    const python = path.join(peers, 'sklearn', 'bin', 'python');
    if (!existsSync(python)) throw new Error('scikit-learn is not installed: bench/peers/install.sh sklearn');
    const files = await generated(size);
    const work = await built();
    const script = path.join(root, 'bench/peers/sklearn/work.py');
    const contenders = (['kmeans', 'logistic'] as const).flatMap((task): Contender[] => [
      {
        name: `esteira, ${task}`,
        run: () => measure({ file: process.execPath, args: [work, task, files[task]], folder: root }),
      },
      {
        name: `sklearn, ${task}`,
        run: () => measure({ file: python, args: [script, task, files[task]], folder: root }),
      },
    ]);
    const folder = await project(size);
    const whole = ['retrain', 'classify'].map(
      (job): Contender => ({ name: `esteira, ${job}`, run: () => run(folder, job) }),
    );
    const samples = new Map([
      ...(await interleave({ contenders, rounds, say })),
      ...(await interleave({ contenders: whole, rounds: 1, say, warm: false })),
    ]);
    const memory = (job: string): number => medians(samples, `esteira, ${job}`).memory / 2 ** 30;
    const against = (task: string): number =>
      medians(samples, `esteira, ${task}`).cpu / medians(samples, `sklearn, ${task}`).cpu;
    const goal = (text: string, measured: number, atMost: number): Goal => ({ text, measured, atMost, unit: '×' });
    const [peer] = samples.get('sklearn, kmeans') ?? [];
    return {
      samples,
      goals: [
        goal('k-means, of the processor, against scikit-learn', against('kmeans'), 0.6),
        goal('logistic regression, of the processor, against scikit-learn', against('logistic'), 0.9),
        ...['retrain', 'classify'].map(
          (job): Goal => ({
            ...{ text: `memory of ${job}, the whole process, the engine limited to 1 GB` },
            ...{ measured: memory(job), atMost: 2, unit: 'GiB' },
          }),
        ),
      ],
      skipped: [],
      notes: [alike(samples)],
      versions: peer ? { 'scikit-learn': answerOf(peer).version ?? '' } : {},
    };
  },
};
