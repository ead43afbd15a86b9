import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Figure, Goal, Outcome } from '../figure.ts';
import { measure, type Sample } from '../measure.ts';
import { peers, place, root } from '../places.ts';
import { type Contender, interleave, median, medians, type Samples } from '../rounds.ts';
import { example, exampleMissing, generated } from './sets.ts';

const home = path.join(peers, 'lightgbm');
const koffi = path.join(home, 'node_modules', 'koffi', 'index.js');
const alone = { OMP_NUM_THREADS: '1', OMP_WAIT_POLICY: 'PASSIVE' };

/** As it is installed: one file of JavaScript, and the child beside it. */
async function built(): Promise<string> {
  const outdir = place('trees', 'built');
  const entryPoints = [
    path.join('bench', 'trees', 'work.ts'),
    path.join('src', 'adapters', 'lightgbm', 'lightgbm-child.ts'),
  ];
  const entries = entryPoints.map((entry) => ({ in: entry, out: path.basename(entry, '.ts') }));
  await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node26',
    outExtension: { '.js': '.mjs' },
  });
  return path.join(outdir, 'work.mjs');
}

interface Answer {
  readonly digest: number;
  readonly version?: string;
  readonly rowsPerSecond?: number;
  readonly oneRow?: number;
}
const answerOf = ({ output }: Sample): Answer => JSON.parse(output.trim().split('\n').at(-1) ?? '') as Answer;

export const figure: Figure = {
  about:
    "boosted trees beside Python's LightGBM on one thread, whole processes: its example of a ranking, 200,000 rows of 50 features, and scoring them",
  rounds: 5,
  async measure({ rounds, size = 200_000, say }): Promise<Outcome> {
    const python = path.join(home, 'bin', 'python');
    if (!existsSync(python)) throw new Error('lightgbm is not installed: bench/peers/install.sh lightgbm');
    const work = await built();
    const [found = ''] = globSync('lib/python*/site-packages/lightgbm/lib/lib_lightgbm.*', { cwd: home });
    const env = { ...alone, LIGHTGBM: path.join(home, found), KOFFI: pathToFileURL(koffi).href };
    const own = (task: string, folder: string): Promise<Sample> =>
      measure({ file: process.execPath, args: [work, task, folder], folder: root, env });
    const peer = (task: string, folder: string, ...more: readonly string[]): Promise<Sample> =>
      measure({
        file: python,
        args: [path.join(root, 'bench/peers/lightgbm/work.py'), task, folder, ...more],
        folder: root,
        env,
      });
    const folder = generated(size);
    const { version = '' } = answerOf(await peer('train', folder, path.join(folder, 'model.txt')));
    const hasNative = existsSync(koffi);
    const contenders: Contender[] = [
      { name: 'esteira, train', run: () => own('train', folder) },
      { name: 'lightgbm, train', run: () => peer('train', folder) },
      ...(hasNative ? [{ name: 'native, train', run: () => own('native', folder) }] : []),
      { name: 'esteira, score', run: () => own('score', folder) },
      { name: 'lightgbm, score', run: () => peer('score', folder) },
    ];
    if (!exampleMissing) {
      const own3005 = example();
      contenders.push({ name: 'esteira, example', run: () => own('train', own3005) });
      contenders.push({ name: 'lightgbm, example', run: () => peer('train', own3005) });
    }
    const samples = await interleave({ contenders, rounds, say });
    return {
      samples,
      goals: goalsOf(samples),
      skipped: [
        ...(hasNative ? [] : ['native: koffi is not installed: bench/peers/install.sh lightgbm']),
        ...(exampleMissing ? [`the example: ${exampleMissing}`] : []),
      ],
      notes: [
        same(samples),
        ...rates(samples),
        'of the processor, Python imports lightgbm with scikit-learn in each process',
      ],
      versions: { lightgbm: version, ...(hasNative ? { koffi: versionOf(path.dirname(koffi)) } : {}) },
    };
  },
};

const versionOf = (folder: string): string =>
  (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string }).version;

/** All must have come to the same model. */
function same(samples: Samples): string {
  const digests = new Map<string, Set<number>>();
  for (const [name, own] of samples) {
    const set = name.endsWith('example') ? 'the example' : 'the generated rows';
    for (const sample of own) digests.set(set, (digests.get(set) ?? new Set()).add(answerOf(sample).digest));
  }
  for (const [set, found] of digests)
    if (found.size !== 1) throw new Error(`models of ${set} predict differently: ${[...found].join(', ')}`);
  return `predictions of all are equal: ${[...digests].map(([set, found]) => `${[...found]} of ${set}`).join(', ')}`;
}

const told = (samples: Samples, name: string, what: 'rowsPerSecond' | 'oneRow'): number =>
  median((samples.get(name) ?? []).map((sample) => answerOf(sample)[what] ?? Number.NaN));

const rates = (samples: Samples): readonly string[] =>
  ['esteira, score', 'lightgbm, score'].map((name) => {
    const rows = Math.round(told(samples, name, 'rowsPerSecond')).toLocaleString('en');
    return `${name}: ${rows} rows a second of the processor, one row in ${told(samples, name, 'oneRow').toFixed(1)} µs`;
  });

function goalsOf(samples: Samples): readonly Goal[] {
  const against = (own: string, peer: string): number => medians(samples, own).cpu / medians(samples, peer).cpu;
  const goal = (text: string, measured: number, atMost: number, unit = '×'): Goal[] =>
    Number.isNaN(measured) ? [] : [{ text, measured, atMost, unit }];
  const ratio = told(samples, 'lightgbm, score', 'rowsPerSecond') / told(samples, 'esteira, score', 'rowsPerSecond');
  return [
    ...goal('the example, of the processor, against LightGBM', against('esteira, example', 'lightgbm, example'), 0.5),
    ...goal(
      'the generated rows, of the processor, against LightGBM',
      against('esteira, train', 'lightgbm, train'),
      1.5,
    ),
    ...goal('the same by the library itself', against('native, train', 'lightgbm, train'), 1.05),
    ...goal('scoring, of the processor for a row, against LightGBM', ratio, 1 / 1.5),
    ...goal('one row', told(samples, 'esteira, score', 'oneRow'), 10, 'µs'),
  ];
}
