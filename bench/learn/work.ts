// What bench/learn measures: `node work.mjs <kmeans|logistic> <file.parquet>`, the same that bench/peers/sklearn/work.py does; the file is read by the
// warehouse, which keeps a copy of the rows as it does in a training.
import { rmSync } from 'node:fs';
import { openInMemory } from '../../src/adapters/duckdb/warehouse.ts';
import { col } from '../../src/columns/index.ts';
import { encode, encodingOf, type FeatureColumn } from '../../src/learn/features.ts';
import { kmeans } from '../../src/learn/kmeans/kmeans.ts';
import { logistic } from '../../src/learn/logistic.ts';

const [, , task = '', file = ''] = process.argv;
const count = task === 'kmeans' ? 8 : 20;
const names = Array.from({ length: count }, (_, index) => `x${index}`);
const warehouse = await openInMemory();
const kept = `${file}.kept`;
const columns = Object.fromEntries([...names, ...(task === 'logistic' ? ['y'] : [])].map((name) => [name, col.real()]));
const read = await warehouse.vectors(`select * from read_parquet('${file}')`, { columns, file: kept });
const encoding = encodingOf(names.map((name) => ({ name, column: read.columns[name] as FeatureColumn })));
const { matrix } = encode(read.columns, encoding);
if (task === 'kmeans') {
  console.log(JSON.stringify({ inertia: kmeans(matrix, { clusters: 5, restarts: 10, seed: 1 }).inertia }));
} else {
  const { values } = read.columns['y'] as Extract<FeatureColumn, { of: 'numbers' }>;
  console.log(JSON.stringify({ coefficients: [...logistic(matrix, values).coefficients] }));
}
await warehouse.close();
rmSync(kept, { force: true });
