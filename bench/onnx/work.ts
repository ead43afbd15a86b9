// Scores rows as a job does, so many times, and then rows one by one as an endpoint does: <folder> <pipeline> <times> <where onnxruntime-node is>.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runtimeOf } from '../../src/adapters/onnx/runtime.ts';
import { boundInputs, boundOutput, placesIn } from '../../src/learn/onnx/bound.ts';
import { onnxPredictor, widthOf } from '../../src/learn/onnx/predict.ts';
import { onnxScore } from '../../src/serve/model/onnx-scorer.ts';
import { rowsIn } from './rows.ts';

const [folder = '', name = '', times = '', root = ''] = process.argv.slice(2);
const columns = rowsIn(folder);
const features = Object.entries(columns).map(([feature, { of }]) => ({ name: feature, of }));
const session = runtimeOf(root).open(readFileSync(path.join(folder, `${name}.onnx`)));
const inputs = boundInputs(session, features);
const output = boundOutput(session);
const width = widthOf(session, inputs, { name: output, columns });
const bound = { inputs, output: { name: output, width, places: placesIn(width, { outputs: ['score'] }) } };
const [first] = Object.values(columns);
const rows = first?.of === 'numbers' ? first.values.length : 0;
const predict = onnxPredictor(session, bound);
predict(columns, 1000);
const before = process.cpuUsage();
let scores = new Float64Array();
for (let time = 0; time < Number(times); time += 1) scores = predict(columns, rows)[0] as Float64Array<ArrayBuffer>;
const { user, system } = process.cpuUsage(before);

const score = onnxScore(session, bound, {
  ...{ model: 'bench', learner: 'imported', each: [], outputs: ['score'] },
  features: features.map(({ name: feature, of }) => ({ name: feature, kind: of === 'texts' ? 'words' : 'number' })),
});
const plain = Array.from({ length: 5000 }, (_, row) =>
  Object.fromEntries(
    Object.entries(columns).map(([feature, column]) => {
      if (column.of === 'texts') return [feature, column.words[column.codes[row] as number]];
      return [feature, column.valid?.[row] === 0 ? null : column.values[row]];
    }),
  ),
);
for (const row of plain) score([row]);
const taken = plain.map((row) => {
  const since = performance.now();
  score([row]);
  return (performance.now() - since) * 1000;
});
const alone = taken.toSorted((one, other) => one - other)[taken.length / 2];
const cpu = (user + system) / 1e6 / Number(times);
console.log(JSON.stringify({ cpu, scores: [...scores.subarray(0, 1000)], alone }));
