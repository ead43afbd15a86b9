// What watches a served model, as types. Checked by tsc, never run.
import { alerted, atMost, col, degradation, job, kmeans, model, monitor, sql, table } from 'esteira';

const people = table('silver.people', { columns: { id: col.text().key(), minutes: col.real() }, rows: sql`select 1` });
const usage = model('m', { from: people, features: ['minutes'], learner: kmeans({ clusters: 2 }) });
const answers = {
  id: col.text().key(),
  hit: col.boolean(),
  stars: col.real().optional(),
  by: col.text(),
  at: col.timestamp(),
};
const came = table('gold.came', { columns: answers, rows: sql`select 1` });
const watched = { model: usage, of: 'hit', version: 'by', at: 'at' } as const;
const falling = monitor('m', {
  expect: atMost(degradation(came, { ...watched, least: 500, matures: '3 days' }), 0.02),
});
degradation(came, { ...watched, of: 'stars', range: [1, 5] });
// @ts-expect-error what came of it is no text
degradation(came, { ...watched, of: 'by' });
// @ts-expect-error a version that is no text
degradation(came, { ...watched, version: 'hit' });
// @ts-expect-error a time that is none
degradation(came, { ...watched, at: 'by' });
// @ts-expect-error a degradation below a time
atMost(degradation(came, watched), '1 hour');
job('j', { when: alerted(falling), rollback: [usage] });
job('j', { when: alerted(falling), rollback: [{ model: usage, frozen: '3 days' }], build: [came] });
// @ts-expect-error a table has no champion to be taken back
job('j', { when: alerted(falling), rollback: [came] });
const watchedAs = (name: string, expect: Parameters<typeof monitor>[1]['expect']) => monitor(name, { expect });
watchedAs('m', atMost(degradation(came, watched), 0.02));
