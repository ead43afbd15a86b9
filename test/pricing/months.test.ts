import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Desk } from './desk.ts';

const [learned, regime, halved] = ['2026-09-13', '2026-09-15', '2026-09-17'];
const after14 = Temporal.PlainDate.from(regime).add({ days: 14 }).toString();
let desk: Desk;
before(async () => {
  desk = await Desk.open({ lastDate: '2026-10-04', days: 386, products: 20, regions: 2, seed: 7, halved, regime });
  await desk.come(learned);
  await desk.learn(learned);
});
after(() => desk.close());

/** What a monitor says after the nightly run of a date. */
async function verdict(name: string): Promise<string | undefined> {
  return (await desk.world.do('monitors', { name })).monitors[0]?.last?.verdict;
}

test('a competitor who halves his prices is told of on the same day, people who change within fourteen days, and neither before', async () => {
  const told: Record<string, string> = {};
  for (let date = learned; date <= after14; date = Temporal.PlainDate.from(date).add({ days: 1 }).toString()) {
    await desk.come(date);
    await desk.world.run('pricing_diario', date);
    for (const name of ['os preços da concorrência mudaram', 'MAPE da previsão de vendas']) {
      if ((await verdict(name)) === 'broken') told[name] ??= date;
    }
    if (Object.keys(told).length === 2) break;
  }
  assert.equal(told['os preços da concorrência mudaram'], halved);
  const degraded = told['MAPE da previsão de vendas'] ?? '9999';
  assert.ok(degraded >= regime && degraded <= after14, degraded);
});
