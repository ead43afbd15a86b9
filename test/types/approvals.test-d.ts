// What people let through, as types: what is inferred, and which mistakes are compile errors. Checked by tsc, never run.
import { atMost, col, monitor, type RowOf, rejectedShare, sql, table } from '../../src/index.ts';

const prices = table('gold.prices', {
  columns: { sku: col.text().key(), day: col.date(), price: col.real() },
  rows: sql`select 1`,
  write: 'merge',
});
const approved = prices.approvedBy('sales', {
  edit: ['price'],
  expires: '3 days',
  second: { by: 'pricing', when: sql`price > 10` },
  show: { today: sql`price` },
});
type Approved = RowOf<typeof approved.columns>;
({ sku: 'A', price: 1, approved_by: 'ana', edited: false, line: 'x' }) satisfies Partial<Approved>;
approved.since('approved_at');
table('gold.approved', { columns: { sku: col.text().key(), approved_by: col.text() }, rows: approved, write: 'merge' });
monitor('rejections', { expect: atMost(rejectedShare(approved, { last: '7 days' }), 0.5) });
// @ts-expect-error a column that is not there is to be edited
prices.approvedBy('sales', { edit: ['nothing'] });
// @ts-expect-error a time in words that are not a duration
prices.approvedBy('sales', { expires: '3 dias' });
// @ts-expect-error a column that approval does not give
approved.since('approved_on');
// @ts-expect-error a time in words that are not a duration
rejectedShare(approved, { last: 'a week' });
