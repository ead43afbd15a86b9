// What bench/drift measures: `node work.mjs <before.parquet> <now.parquet>`, the same that bench/peers/drift/work.py does; the rows are read by the
// warehouse, as a monitor does.
import { openInMemory } from '../../src/adapters/duckdb/warehouse.ts';
import { type Columns, col, type Vector } from '../../src/columns/index.ts';
import { shiftOf } from '../../src/quality/drift/shift.ts';

const [, , before = '', now = ''] = process.argv;
const names = Array.from({ length: 20 }, (_, index) => `x${index}`);
const columns: Columns = Object.fromEntries([...names.map((name) => [name, col.real()]), ['_now', col.boolean()]]);
const warehouse = await openInMemory();
const query = `select *, true as _now from read_parquet('${now}') union all select *, false from read_parquet('${before}')`;
const read = await warehouse.vectors(query, { columns });
const { values: isNow } = read.columns['_now'] as Extract<Vector, { of: 'booleans' }>;
const found = names.map((name) => {
  const column = read.columns[name] as Vector;
  const ks = shiftOf(column, isNow, 'ks');
  return [
    ...(['psi', 'sturges'] as const).map((by) => shiftOf(column, isNow, by).value),
    ...[ks.value, ks.probability?.()],
  ];
});
console.log(JSON.stringify({ found }));
await warehouse.close();
