import { existsSync } from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { build } from 'esbuild';
import type { Figure, Outcome } from '../figure.ts';
import { measure, type Sample } from '../measure.ts';
import { emptyPlace, peers, place, root } from '../places.ts';
import { type Contender, interleave, medians, type Samples } from '../rounds.ts';

/** As it is installed: one file of JavaScript; the engine comes from its package. */
async function built(): Promise<string> {
  const outfile = place('elasticity', 'work.mjs');
  await build({
    ...{ absWorkingDir: root, entryPoints: ['bench/elasticity/work.ts'], outfile, bundle: true, packages: 'external' },
    ...{ format: 'esm', platform: 'node', target: 'node26' },
  });
  return outfile;
}

/** A year of each product: prices that follow events, a rival that follows prices, stock of a quarter more than usual demand. */
async function generated(products: number): Promise<string> {
  const file = path.join(emptyPlace('elasticity'), 'days.parquet');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const normal = '((random() + random() + random() + random() - 2) * sqrt(3))';
  await connection.run(`select setseed(0.42);
    copy (select sku, month, price, competitor_price, promotion, least(demand, stock) as units, demand > stock as out_of_stock from (
      select *, exp(5 - 2.6 * move + 0.5 * answer + case when promotion then 0.8 else 0 end + 0.35 * ${normal}) as demand, 185 * exp(0.15 * ${normal}) as stock,
        20 * exp(move) as price, 20 * exp(answer) as competitor_price from (
        select *, 0.7 * move + 0.08 * ${normal} as answer from (
          select *, 0.08 * ${normal} + case when promotion then 0.18 else 0 end as move from (
            select range // 365 as sku, least(12, (range % 365) // 30 + 1) as month, random() < 0.12 as promotion from range(${products * 365}))))))
      to '${file}' (format parquet)`);
  connection.closeSync();
  return file;
}

interface Answer {
  readonly estimates: readonly (readonly [sku: number, elasticity: number, error: number])[];
  readonly version?: string;
}
const answerOf = (samples: Samples, name: string): Answer =>
  JSON.parse((samples.get(name) as readonly Sample[])[0]?.output.trim().split('\n').at(-1) ?? '') as Answer;

/** A regression has one solution. */
function alike(samples: Samples): string {
  const theirs = new Map(answerOf(samples, 'statsmodels').estimates.map(([sku, ...rest]) => [sku, rest]));
  const apart = answerOf(samples, 'esteira, ols').estimates.flatMap(([sku, value, error]) => {
    const [other = 0, otherError = 0] = theirs.get(sku) ?? [];
    return [Math.abs(value / other - 1), Math.abs(error / otherError - 1)];
  });
  const most = apart.reduce((one, other) => Math.max(one, other));
  if (!(most < 1e-7)) throw new Error(`elasticities or standard errors are ${most} apart`);
  return `elasticities and standard errors of ${theirs.size} products are ${most.toExponential(1)} apart at most, as shares`;
}

export const figure: Figure = {
  about:
    'price elasticities of a thousand products over a year, whole processes from one Parquet file: least squares beside statsmodels, and with days that ran out',
  rounds: 5,
  async measure({ rounds, size = 1000, say }): Promise<Outcome> {
    const python = path.join(peers, 'statsmodels', 'bin', 'python');
    if (!existsSync(python)) throw new Error('statsmodels is not installed: bench/peers/install.sh statsmodels');
    const file = await generated(size);
    const work = await built();
    const script = path.join(root, 'bench/peers/statsmodels/work.py');
    // As the command does it, and as Python does: what was compiled once is kept.
    const kept = { NODE_COMPILE_CACHE: place('elasticity', 'compiled') };
    const own = (task: string): Contender => ({
      name: `esteira, ${task}`,
      run: () => measure({ file: process.execPath, args: [work, task, file], folder: root, env: kept }),
    });
    // One thread, as a product's regression needs no more.
    const env = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
    const peer: Contender = {
      name: 'statsmodels',
      run: () => measure({ file: python, args: [script, file], folder: root, env }),
    };
    const samples = await interleave({ contenders: [own('ols'), peer, own('treated')], rounds, say });
    const cpu = (name: string): number => medians(samples, name).cpu;
    return {
      samples,
      goals: [
        {
          ...{ text: 'least squares, of the processor, against statsmodels', unit: '×', atMost: 0.2 },
          measured: cpu('esteira, ols') / cpu('statsmodels'),
        },
        {
          ...{ text: 'with days that ran out and all that is treated, of the processor', unit: 's', atMost: 6 },
          measured: cpu('esteira, treated'),
        },
      ],
      skipped: [],
      notes: [alike(samples)],
      versions: { statsmodels: answerOf(samples, 'statsmodels').version ?? '' },
    };
  },
};
