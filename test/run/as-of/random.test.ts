import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeds } from '../support/rounds.ts';
import { Arrivals, ofTargets, targets, truthOf } from './random.ts';

const shownOf = (target: string) => `select columns(name -> name not like '\\_%' escape '\\') from gold.${target}`;
const daily = targets.filter((target) => !target.startsWith('merge'));

for (const seed of seeds(1)) {
  test(`rows that come late, are corrected and leave change what was known, as if all had been there (seed ${seed})`, async (context) => {
    const arrivals = await Arrivals.open(seed);
    const { world } = arrivals;
    const rowsNow = () => ofTargets(world, targets, shownOf);
    /** By target and day: the run that has written its rows. */
    const runsNow = () => ofTargets(world, daily, (target) => `select distinct day, _run from gold.${target}`);
    const counts = { matched: 0, rewritten: 0 };
    for (let run = 1; run <= 5; run += 1) {
      const before = { rows: await rowsNow(), runs: await runsNow() };
      await arrivals.run();
      const now = { rows: await rowsNow(), runs: await runsNow() };
      assert.deepEqual(now.rows, await ofTargets(world, targets, truthOf), `after run ${run}`);
      counts.matched += now.rows.filter((row) => /"fees?":\d/.test(row)).length;
      const [was, is] = [byDay(before.rows), byDay(now.rows)];
      const [former, latest] = [byDay(before.runs), byDay(now.runs)];
      for (const [key, rows] of is) {
        if (key.startsWith('merge')) continue;
        const isSame = String(was.get(key)) === String(rows);
        counts.rewritten += isSame ? 0 : 1;
        assert.equal(String(former.get(key)) === String(latest.get(key)), isSame, `${key} after run ${run}`);
      }
    }
    const scratch = await arrivals.fromScratch();
    assert.deepEqual(await rowsNow(), await ofTargets(scratch, targets, shownOf));
    context.diagnostic(`${counts.matched} rows with what was known, ${counts.rewritten} days written anew`);
    assert.ok(counts.matched > 50 && counts.rewritten > 50, 'there was something to look up, and to write anew');
    await world.close();
    await scratch.close();
  });
}

const byDay = (rows: readonly string[]) =>
  Map.groupBy(rows, (row) => row.replace(/^(\w+) .*?"day":"([^"]*)".*$/, '$1 $2'));
