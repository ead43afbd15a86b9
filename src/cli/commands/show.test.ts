import assert from 'node:assert/strict';
import { it } from 'node:test';
import { showText } from './show.ts';

const look = { columns: 100, rows: 24, color: false, unicode: true };
const column = (name: string, type: string) => ({ name, type });

it('show of invalid rows says first which rules each breaks, without what it keeps and the numbers of the run', () => {
  const sample = {
    columns: [
      ...[column('id', 'BIGINT'), column('quantity', 'BIGINT'), column('paid', 'BOOLEAN')],
      ...[column('id_present', 'BOOLEAN'), column('quantity_kind', 'BOOLEAN'), column('quantity_min', 'BOOLEAN')],
      ...[column('_run', 'BIGINT'), column('_seq', 'BIGINT')],
    ],
    rows: [
      [7, null, false, true, false, true, 3, 4],
      [null, -1, true, false, true, false, 3, 4],
    ],
    more: false,
  };
  const flags = ['id_present', 'quantity_kind', 'quantity_min'];
  const view = { name: 'silver.sales_invalidos', kind: 'table', catalog: 'shop', writtenAt: 'a.ts:1', readBy: [] };
  const text = showText({ ...view, columns: [], reads: ['silver.sales'], sample, flags }, look);
  assert.equal(
    text.split('\n\n').at(-1),
    `broke                       id  quantity  paid
quantity_kind                7      NULL  false
id_present, quantity_min  NULL        -1  true
2 rows`,
  );
});
