// npm run bench -- <name> [--json] [--rounds n] [--size n]
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Figure } from './figure.ts';
import { holds, keep, result, table } from './report.ts';

const figures: Readonly<Record<string, () => Promise<{ readonly figure: Figure }>>> = {
  medallion: () => import('./medallion/figure.ts'),
  credit10m: () => import('./credit10m/figure.ts'),
  noop: () => import('./noop/figure.ts'),
  plan500: () => import('./plan500/figure.ts'),
  help: () => import('./help/figure.ts'),
  types300: () => import('./types300/figure.ts'),
  changes: () => import('./changes/figure.ts'),
  history: () => import('./history/figure.ts'),
  drift: () => import('./drift/figure.ts'),
  learn: () => import('./learn/figure.ts'),
  elasticity: () => import('./elasticity/figure.ts'),
  rebuild: () => import('./rebuild/figure.ts'),
  noop5000: () => import('./noop5000/figure.ts'),
  resume: () => import('./resume/figure.ts'),
  endpoint: () => import('./endpoint/figure.ts'),
  onnx: () => import('./onnx/figure.ts'),
  predictions: () => import('./predictions/figure.ts'),
  'write-back': () => import('./write-back/figure.ts'),
  'write-back-memory': () => import('./write-back-memory/figure.ts'),
  trees: () => import('./trees/figure.ts'),
  kafka: () => import('./kafka/figure.ts'),
  'postgres-load': () => import('./postgres-load/figure.ts'),
};

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, rounds: { type: 'string' }, size: { type: 'string' } },
  });
  const names = positionals.includes('all') ? Object.keys(figures) : positionals;
  const unknown = names.filter((name) => !Object.hasOwn(figures, name));
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  const size = values.size === undefined ? undefined : Number(values.size);
  const wrong = [rounds, size].some((number) => number !== undefined && !(number >= 1));
  if (names.length === 0 || unknown.length > 0 || wrong) {
    const known = [...Object.keys(figures), 'all'].join(', ');
    console.error(`bench: npm run bench -- <name> [--json] [--rounds n] [--size n]\nname: ${known}`);
    return 2;
  }
  let missed = 0;
  for (const name of names) {
    try {
      missed += await one(name, { json: values.json, rounds, size });
    } catch (error) {
      console.error(`${name}: not measured: ${error instanceof Error ? error.message : error}`);
      missed++;
    }
  }
  return missed === 0 ? 0 : 1;
}

/** Measures, keeps and prints one figure; gives how many of its goals do not hold. */
async function one(
  name: string,
  asked: { readonly json: boolean; readonly rounds: number | undefined; readonly size: number | undefined },
): Promise<number> {
  const load = figures[name];
  if (!load) return 0;
  const { figure } = await load();
  const before = loadavg()[0] ?? 0;
  const say = (line: string) => console.error(line);
  say(`${name}: ${figure.about}`);
  const size = asked.size === undefined ? {} : { size: asked.size };
  const outcome = await figure.measure({ rounds: asked.rounds ?? figure.rounds, say, ...size });
  const kept = result(name, figure, outcome, before);
  if (asked.size === undefined) keep(kept);
  console.log(asked.json ? JSON.stringify(kept) : table(kept));
  return outcome.goals.filter((goal) => !holds(goal)).length;
}

process.exitCode = await main();
