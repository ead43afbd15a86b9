// What bench/trees measures: `node work.js <train|native|score> <folder>`, the same that bench/peers/lightgbm/work.py does.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readModel } from '../../src/learn/trees/format/read.ts';
import { writeModel } from '../../src/learn/trees/format/write.ts';
import type { TreesOptions } from '../../src/learn/trees/options.ts';
import { Predictor } from '../../src/learn/trees/predictor.ts';
import { trainTrees } from '../../src/learn/trees/train.ts';
import type { TreesEngine } from '../../src/ports/index.ts';
import { median } from '../rounds.ts';

const [, , task = '', folder = ''] = process.argv;
interface About {
  readonly rows: number;
  readonly columns: number;
  readonly ranks: boolean;
  readonly options: TreesOptions;
}
const about = JSON.parse(readFileSync(path.join(folder, 'about.json'), 'utf8')) as About;
const bytes = (name: string): ArrayBuffer => {
  const { buffer, byteOffset, byteLength } = readFileSync(path.join(folder, name));
  // A small file shares its memory with others, and may begin anywhere in it.
  return byteOffset === 0 && byteLength === buffer.byteLength
    ? buffer
    : buffer.slice(byteOffset, byteOffset + byteLength);
};
const all = new Float64Array(bytes('columns.f64'));
const columns = Array.from({ length: about.columns }, (_, column) =>
  all.subarray(column * about.rows, (column + 1) * about.rows),
);
const first = columns.map((column) => column.subarray(0, 1000));
const digest = (predictor: Predictor): number =>
  Number(
    predictor
      .predict(first, { raw: true })
      .reduce((sum, score) => sum + Math.abs(score), 0)
      .toExponential(9),
  );

if (task === 'score') {
  const predictor = new Predictor(readModel(readFileSync(path.join(folder, 'model.txt'), 'utf8')));
  const cpu = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const times = Array.from({ length: 9 }, () => {
    const start = cpu();
    predictor.predict(columns);
    return cpu() - start;
  });
  const rows = Array.from({ length: 2000 }, (_, row) => columns.map((column) => column[row] as number));
  const one = rows.map((row) => {
    const start = process.hrtime.bigint();
    predictor.one(row);
    return Number(process.hrtime.bigint() - start) / 1000;
  });
  console.log(
    JSON.stringify({ digest: digest(predictor), rowsPerSecond: about.rows / median(times), oneRow: median(one) }),
  );
} else {
  // As in a run: it is imported where a model asks for it.
  const native = async (): Promise<TreesEngine> => {
    const { Lightgbm } = await import('../../src/adapters/lightgbm/engine.ts');
    const { LIGHTGBM: library = '', KOFFI: koffi = 'koffi' } = process.env;
    return new Lightgbm({ library, koffi, threads: 1 });
  };
  const engine = task === 'native' ? await native() : undefined;
  const { model } = await trainTrees({
    columns: Object.fromEntries(columns.map((values, index) => [`f${index}`, { of: 'numbers', values }])),
    target: new Float32Array(bytes('target.f32')),
    ...(about.ranks ? { groups: new Int32Array(bytes('groups.i32')) } : {}),
    options: about.options,
    ...(engine ? { elsewhere: (job, of) => engine.grow(job, of) } : {}),
  });
  writeModel(model);
  console.log(JSON.stringify({ digest: digest(new Predictor(model)) }));
}
