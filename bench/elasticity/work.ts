// What bench/elasticity measures: `node work.mjs <ols|treated> <file.parquet>`: the warehouse keeps a copy of the rows and sums them, as it does in a training, and
// elasticities of all products are learned; `ols`: with no day out of stock, as bench/peers/statsmodels/work.py does it. No row is held out: both learn all of them.
// A training does more: it asks how its features are spread, and judges by the rows that it holds out. Here nothing judges; as long as all rows were read they all did.
import { rmSync } from 'node:fs';
import { openInMemory } from '../../src/adapters/duckdb/warehouse.ts';
import { col } from '../../src/columns/index.ts';
import type { FeatureColumn } from '../../src/learn/features.ts';
import { priceElasticity } from '../../src/learn/learners/elasticity.ts';
import { summedRows } from '../../src/run/learning/reading.ts';
import { heldName } from '../../src/run/learning/rows.ts';

const [, , task = '', from = ''] = process.argv;
const isTreated = task === 'treated';
const warehouse = await openInMemory();
const file = `${from}.${task}`;
const options = {
  ...{ by: 'sku', price: 'price', rival: 'competitor_price', events: ['promotion'], season: ['month'] },
  ...(isTreated ? { outOfStock: 'out_of_stock' } : {}),
};
const query = `select *, false as ${heldName} from read_parquet('${from}')`;
const columns = {
  ...{ sku: col.integer(), month: col.integer(), price: col.real(), competitor_price: col.real(), units: col.real() },
  ...{ promotion: col.boolean(), ...(isTreated ? { out_of_stock: col.boolean() } : {}), [heldName]: col.boolean() },
};
const { signal } = new AbortController();
const read = await summedRows({ options, target: 'units' }, { query, columns, file, warehouse, signal });
const heldIn = (of: Readonly<Record<string, FeatureColumn>>) =>
  (of[heldName] as { readonly values: Uint8Array }).values;
const { units, ...features } = read.columns;
const { inside } = priceElasticity({
  ...{ options, features: [], columns: features, target: units as FeatureColumn, held: heldIn(features) },
  summed: { sums: read.sums, held: heldIn(read.sums.columns) },
});
const estimates = inside.map((row) => ['sku', 'own_elasticity', 'own_std_error'].map((name) => Number(row[name])));
console.log(JSON.stringify({ estimates }));
await warehouse.close();
rmSync(file, { force: true });
