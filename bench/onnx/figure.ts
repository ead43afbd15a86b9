import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { Sklearn } from '../../src/adapters/sklearn/converter.ts';
import { col, type Vector } from '../../src/columns/index.ts';
import type { Figure, Goal, Outcome } from '../figure.ts';
import { measure, type Sample } from '../measure.ts';
import { emptyPlace, peers, place, root } from '../places.ts';
import { type Contender, interleave } from '../rounds.ts';
import { rowsIn } from './rows.ts';

const pipelines = ['logistic', 'forest'] as const;
/** How often the rows are scored by a process. */
const times = { logistic: 20, forest: 3 } as const;

async function built(): Promise<string> {
  const outfile = place('onnx', 'work.mjs');
  await build({
    ...{ absWorkingDir: root, entryPoints: [path.join('bench', 'onnx', 'work.ts')], outfile },
    ...{ bundle: true, format: 'esm', platform: 'node', target: 'node26' },
  });
  return outfile;
}

/** As an import does it. */
async function converted(folder: string): Promise<void> {
  const all = rowsIn(folder);
  const rows = 1000;
  const first = (column: Vector): Vector => {
    if (column.of === 'texts') return { ...column, codes: column.codes.slice(0, rows) };
    return {
      ...column,
      values: column.values.slice(0, rows),
      ...(column.valid && { valid: column.valid.slice(0, rows) }),
    } as Vector;
  };
  const columns = Object.fromEntries(Object.entries(all).map(([name, column]) => [name, first(column)]));
  const features = Object.fromEntries(
    Object.entries(all).map(([name, { of }]) => [name, of === 'texts' ? col.text() : col.real()]),
  );
  const converter = new Sklearn({ folder: place('onnx-python'), python: 'python3', memory: 2 ** 32, seconds: 600 });
  for (const name of pipelines) {
    const { onnx } = await converter.convert({ file: path.join(folder, `${name}.joblib`), features, rows, columns });
    writeFileSync(path.join(folder, `${name}.onnx`), onnx);
  }
}

interface Answer {
  readonly cpu: number;
  readonly scores: readonly number[];
  readonly alone?: number;
}
const answerOf = ({ output }: Sample): Answer => JSON.parse(output.trim().split('\n').at(-1) ?? '') as Answer;
const middle = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] as number;

export const figure: Figure = {
  about:
    'scoring 100,000 rows by pipelines of scikit-learn, imported as ONNX, beside predict_proba of the originals: seconds of processor; and a row alone as an endpoint asks',
  rounds: 5,
  async measure({ rounds, size = 100_000, say }): Promise<Outcome> {
    const python = path.join(peers, 'onnx', 'bin', 'python');
    if (!existsSync(python)) throw new Error('scikit-learn 1.5 is not installed: bench/peers/install.sh onnx');
    const folder = emptyPlace('onnx');
    const peer = path.join(root, 'bench/peers/onnx');
    execFileSync(python, [path.join(peer, 'make.py'), folder, `${size}`]);
    await converted(folder);
    const work = await built();
    const env = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
    const contenders = pipelines.flatMap((name): Contender[] => {
      const args = [folder, name, `${times[name]}`];
      const own = { file: process.execPath, args: [work, ...args, root], folder: root };
      const other = { file: python, args: [path.join(peer, 'work.py'), ...args], folder: root, env };
      return [
        { name: `esteira, ${name}`, run: () => measure(own) },
        { name: `sklearn, ${name}`, run: () => measure(other) },
      ];
    });
    const samples = await interleave({ contenders, rounds, say });
    const answers = (name: string): readonly Answer[] => (samples.get(name) ?? []).map(answerOf);
    const cpu = (name: string): number => middle(answers(name).map((one) => one.cpu));
    const goals = pipelines.flatMap((name): Goal[] => [
      {
        text: `${name}: processor of ${size} rows, esteira ÷ scikit-learn`,
        measured: cpu(`esteira, ${name}`) / cpu(`sklearn, ${name}`),
        ...{ atMost: 1, unit: '×' },
      },
      {
        text: `${name}: a row alone`,
        measured: middle(answers(`esteira, ${name}`).map(({ alone = Number.NaN }) => alone)),
        ...{ atMost: 100, unit: 'µs' },
      },
    ]);
    const notes = pipelines.map((name) => {
      const [one, other] = [answers(`esteira, ${name}`)[0], answers(`sklearn, ${name}`)[0]] as [Answer, Answer];
      const apart = Math.max(...one.scores.map((score, row) => Math.abs(score - (other.scores[row] ?? 0))));
      if (!(apart < 1e-6)) throw new Error(`${name}: scores are ${apart} apart`);
      const perSecond = (of: Answer): string => Math.round(size / of.cpu).toLocaleString('en');
      return `${name}: scores ${apart.toExponential(1)} apart; ${perSecond(one)} and ${perSecond(other)} rows for a second of processor`;
    });
    return { samples, goals, skipped: [], notes };
  },
};
