import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col, sql, table } from 'esteira';
import { given } from './index.ts';

const orders = table('silver.orders', { columns: { id: col.integer().key() }, rows: sql`select 1 as id` });
const doubled = table('gold.doubled', {
  columns: { twice: col.integer() },
  rows: sql`select id * 2 as twice from ${orders}`,
});

test('a row that is given with a column that its table does not declare is refused by name', async () => {
  const misspelt: object = { id: 1, idd: 2 };
  await assert.rejects(given(orders, [misspelt]).build(doubled), {
    code: 'ROW_UNKNOWN_COLUMN',
    message: /gives to silver\.orders has the column idd/,
  });
  assert.deepEqual((await given(orders, [{ id: 1 }]).build(doubled)).rows, [{ twice: 2 }]);
});
