// Prices that people let through, line by line. It is copied into each project that the tests of approvals make.
import { atMost, byHand, col, files, job, monitor, rejectedShare, settings, source, sql, table } from 'esteira';

export const limits = settings('config.prices', {
  validity: col.duration().default('3 days'),
  itself: col.real().default(0.02),
  second: col.real().default(0.08),
});

const columns = {
  date: col.date().key(),
  sku: col.text().key(),
  price: col.real().min(0.01),
  recommended_price: col.real().min(0.01).max(1000).optional(),
  units: col.integer(),
};
export const landing = source('landing.recommended', { reader: files('recommended.csv'), columns });
export const recommendations = table('recommendations_v1', {
  columns,
  rows: landing,
  rules: { within_half: sql`abs(recommended_price / price - 1) <= 0.5` },
});
export const approved = recommendations.approvedBy('sales', {
  only: sql`recommended_price is not null`,
  edit: ['recommended_price'],
  expires: limits.validity,
  reasons: ['margin', "brand's", 'stock'],
  approvesItself: { 'hardly a change': sql`abs(recommended_price / price - 1) < ${limits.itself}` },
  bulk: { 'small steps': sql`abs(recommended_price / price - 1) <= 0.05` },
  second: { by: 'pricing', when: sql`abs(recommended_price / price - 1) > ${limits.second}` },
  show: { today: sql`price`, 'change %': sql`round(100 * (recommended_price / price - 1), 1)` },
  effect: { revenue: sql`(recommended_price - price) * units` },
});
export const approvedPrices = table('approved_prices', {
  columns: {
    date: col.date().key(),
    sku: col.text().key(),
    recommended_price: col.real().min(0.01),
    approved_by: col.text(),
    approved_at: col.timestamp(),
    edited: col.boolean(),
  },
  rows: approved.since('date'),
  write: 'merge',
});
export const rejections = monitor('people reject much', {
  expect: atMost(rejectedShare(approved, { last: '7 days' }), 0.5),
});

export const propose = job('propose', { when: byHand, build: [recommendations] });
export const apply = job('apply', { when: byHand, build: [approvedPrices] });
export const daily = job('daily', { when: byHand, build: [recommendations, approvedPrices] });
