// What bench/elasticity measures: `node work.mjs <ols|treated> <file.parquet>`: the file is read by the warehouse, which keeps a copy of the rows as it does in a
// training, and elasticities of all products are learned; `ols`: with no day out of stock, as bench/peers/statsmodels/work.py does it.
import { rmSync } from 'node:fs';
import { openInMemory } from '../../src/adapters/duckdb/warehouse.ts';
import { col } from '../../src/columns/index.ts';
import type { FeatureColumn } from '../../src/learn/features.ts';
import { priceElasticity } from '../../src/learn/learners/elasticity.ts';

const [, , task = '', file = ''] = process.argv;
const warehouse = await openInMemory();
const kept = `${file}.${task}`;
const columns = {
  ...{ sku: col.integer(), month: col.integer(), price: col.real(), competitor_price: col.real(), units: col.real() },
  ...{ promotion: col.boolean(), ...(task === 'treated' ? { out_of_stock: col.boolean() } : {}) },
};
const read = await warehouse.vectors(`select * from read_parquet('${file}')`, { columns, file: kept });
const { units, ...features } = read.columns as Record<keyof typeof columns, FeatureColumn>;
const { inside, measures } = priceElasticity({
  options: {
    ...{ by: 'sku', price: 'price', rival: 'competitor_price', events: ['promotion'], season: ['month'] },
    ...(task === 'treated' ? { outOfStock: 'out_of_stock' } : {}),
  },
  features: [],
  columns: features,
  target: units,
});
const estimates = inside.map((row) => ['sku', 'own_elasticity', 'own_std_error'].map((name) => Number(row[name])));
console.log(JSON.stringify({ estimates, measures }));
await warehouse.close();
rmSync(kept, { force: true });
