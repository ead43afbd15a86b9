import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from './desk.ts';

const [learned, regime, halved] = ['2026-09-13', '2026-09-15', '2026-09-17'];
const later = (date: string, days: number): string => Temporal.PlainDate.from(date).add({ days }).toString();
const [retrain, mape, prices] = ['pricing_retreino', 'MAPE da previsão de vendas', 'os preços da concorrência mudaram'];
/** What was in the place of `byHand`. */
const schedules: string[] = [];
/** The nights are run one by one here; what an alert begins is left to the schedules. */
const nightsByHand = (text: string): string =>
  text
    .replace('import { alerted,', 'import { alerted, byHand,')
    .replace(/when: cron\('0 (5|\*) \* \* \*', .*\),/g, (schedule) => {
      schedules.push(schedule);
      return 'when: byHand,';
    });

let desk: Desk;
before(async () => {
  const plan = { lastDate: '2026-10-04', days: 386, products: 20, regions: 2, seed: 7, halved, regime };
  desk = await Desk.open(plan, undefined, nightsByHand);
  assert.equal(schedules.length, 2, 'the nightly run and the hourly one are by hand');
  await desk.come(learned);
  await desk.learn(learned);
  await scheduled();
});
after(() => desk.close());

/** What is due is run. */
const scheduled = () => desk.world.do('start', { once: true, anyway: true });
async function night(date: string): Promise<void> {
  await desk.come(date);
  await desk.world.run('pricing_diario', date);
}
/** What a monitor says after the nightly run of a date. */
async function verdict(name: string): Promise<string | undefined> {
  return (await desk.world.do('monitors', { name })).monitors[0]?.last?.verdict;
}
/** What was learned, the newest first: for which date, why, and what became of it. */
async function learnings(): Promise<readonly string[]> {
  const { versions } = await desk.world.do('models history', { model: 'price_elasticity' });
  const { runs } = await desk.world.do('runs', { job: retrain });
  return runs.map(({ date, reason }, at) => `${date} ${reason}: ${versions[at]?.state}`);
}

test('a competitor who halves his prices is told of on the same day, people who change within fourteen days, and neither before', async () => {
  const told: Record<string, string> = {};
  for (let date = learned; date <= later(regime, 14); date = later(date, 1)) {
    await night(date);
    for (const name of [prices, mape]) if ((await verdict(name)) === 'broken') told[name] ??= date;
    if (Object.keys(told).length === 2) break;
  }
  assert.equal(told[prices], halved);
  const degraded = told[mape] ?? '9999';
  assert.ok(degraded >= regime && degraded <= later(regime, 14), degraded);
});

test('the alert begins a training once its cool-down is over, for the newest day, and what passes the gate waits for people', async () => {
  const first = `${learned} manual: released`;
  await scheduled();
  assert.deepEqual(await learnings(), [first], 'it cools down');
  const newest = later(learned, 14);
  await night(newest);
  desk.world.setClock(`${later(newest, 1)}T06:00:00Z`);
  await scheduled();
  assert.deepEqual(await learnings(), [`${newest} schedule: candidate`, first]);
});
