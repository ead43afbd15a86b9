// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/unattended
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ask, withoutServer } from '../../src/adapters/postgres/testing.ts';
import { Containers } from './container.ts';
import { filesOf, tablesOf } from './project.ts';

const dayOf = (number: number): string => `2026-03-${String(number).padStart(2, '0')}`;
const due = ['start', '--once'];

/** What happens on some of the days; on the others one container is started at 06:02, and ends. */
type Happens =
  | 'no container'
  | 'two at once'
  | 'two in turn'
  | 'killed, and again'
  | 'killed, and not again'
  | 'no state'
  | 'no tables'
  | 'no key'
  | 'late';
const happens: Readonly<Record<number, Happens>> = {
  3: 'killed, and again',
  5: 'no container',
  6: 'no container',
  8: 'two at once',
  10: 'killed, and not again',
  12: 'no state',
  15: 'no tables',
  17: 'two in turn',
  18: 'no key',
  20: 'killed, and again',
  24: 'late',
  27: 'no container',
};
/** One after the other: where a run is killed. */
const stops = ['published@1', 'done@2', 'before-finish@1'];

describe('a container of each of 30 days, which keeps nothing', { skip: withoutServer }, () => {
  test('every day is kept, or named as missed or failed, and nothing is there twice', async () => {
    const containers = await Containers.of(filesOf);
    const { schema } = containers;
    await ask(tablesOf(schema));
    const ended = async (now: string, words = due, env: NodeJS.ProcessEnv = {}) => containers.run(now, words, env);
    const succeed = async (now: string, words = due) => {
      const { exit, out, err } = await ended(now, words);
      assert.equal(exit, 0, `${now} ${words.join(' ')}: ${out}${err}`);
      return out + err;
    };
    await succeed('2026-02-28T12:00:00Z', ['setup']);
    await succeed('2026-02-28T12:01:00Z', ['run', 'training', '--date', '2026-02-22']);
    await succeed('2026-02-28T12:05:00Z');
    let killed = 0;
    const kill = async (now: string): Promise<void> => {
      const stop = stops[killed++ % stops.length];
      const { exit, out, err } = await ended(now, due, { ESTEIRA_STOP_AT: stop });
      assert.equal(exit, 137, `${stop} is not met: ${out}${err}`);
      await containers.letLeaseRunOut();
    };
    for (let number = 1; number <= 30; number += 1) {
      const at = (time: string): string => `${dayOf(number)}T${time}:00Z`;
      switch (happens[number]) {
        case undefined:
          await succeed(at('06:02'));
          break;
        case 'no container':
          break;
        case 'late':
          await succeed(at('19:00'));
          break;
        case 'two in turn':
          await succeed(at('06:02'));
          assert.match(await succeed(at('06:03')), /Stopped: 0 runs succeeded/);
          break;
        case 'two at once': {
          const both = await Promise.all([ended(at('06:02')), ended(at('06:02'))]);
          const exits = both.map(({ exit }) => exit).sort();
          assert.ok(exits[0] === 0 && (exits[1] === 0 || exits[1] === 4), JSON.stringify(both));
          break;
        }
        case 'killed, and again':
          await kill(at('06:02'));
          await succeed(at('06:08'));
          break;
        case 'killed, and not again':
          await kill(at('06:02'));
          break;
        case 'no state': {
          containers.state.cut();
          const { exit, err } = await ended(at('06:02'));
          assert.equal(exit, 1);
          assert.match(err, /STATE_UNREACHABLE: The database that keeps the state does not answer/);
          containers.state.mend();
          break;
        }
        case 'no tables': {
          containers.tables.cut();
          const { exit, out, err } = await ended(at('06:02'));
          assert.match(out + err, /SOURCE_UNREACHABLE/);
          assert.equal(exit, 1, 'whoever watches the container hears that its run failed');
          containers.tables.mend();
          const again = await ended(at('06:30'));
          assert.match(again.out, /daily 2026-03-15: due .*, its run has failed/);
          assert.equal(again.exit, 1, 'also when the platform starts another');
          // A week would pass before the next time takes its place.
          assert.match(again.out, /training 2026-03-15: due .*, its run has failed/);
          await succeed(at('07:00'), ['run', 'training', '--date', dayOf(15)]);
          break;
        }
        case 'no key': {
          const { exit, err } = await ended(at('06:02'), due, { APP_DATABASE_URL: '' });
          assert.match(err, /RUN_NOT_READY: The run of daily for 2026-03-18 would fail/);
          assert.equal(exit, 1);
          break;
        }
      }
      // Somebody changes a setting from a machine of their own.
      if (number === 14) await succeed(at('15:00'), ['settings', 'set', 'config.limits.floor', '7']);
    }
    const end = '2026-03-31T05:00:00Z';
    const { runs } = await containers.ask<{
      runs: { job: string; date: string; state: string }[];
    }>(end, 'runs', '--limit', '500');
    const ofDaily = (state: string): readonly string[] =>
      runs
        .filter((run) => run.job === 'daily' && run.state === state)
        .map(({ date }) => date)
        .toSorted();
    const missed = await ask(
      `select date, state, why from "${schema}".tick where job = 'daily' and state = 'skipped' order by due`,
    );
    const { rows } = JSON.parse(
      (await ended(end, ['query', 'select day::text, people, floor from silver.kept order by day', '--json'])).out,
    ) as { rows: [string, number, number][] };
    const all = Array.from({ length: 30 }, (_, index) => dayOf(index + 1));
    const kept = rows.map(([day]) => day);
    assert.deepEqual(kept, [...new Set(kept)], 'a day is there twice');
    assert.deepEqual(kept, ofDaily('succeeded'), 'the days that are done are the days whose rows are there');
    const named = missed.map(({ date }) => String(date));
    assert.deepEqual([...kept, ...named].toSorted(), all, JSON.stringify({ kept, missed }));
    assert.deepEqual(named, [5, 6, 12, 15, 18, 27].map(dayOf));
    for (const { why, date } of missed)
      assert.match(
        String(why),
        String(date) === dayOf(18)
          ? /^it could not begin: RUN_NOT_READY: .* APP_DATABASE_URL is empty; 2026-03-19 is run in its place$/
          : /nobody ran the schedules until|its run .* failed/,
      );
    assert.deepEqual(
      rows.filter(([day]) => [dayOf(14), dayOf(16)].includes(day)).map(([, , floor]) => floor),
      [0, 7],
      'a setting stays what somebody has said',
    );
    // The model of the last Sunday, trained in a container that is gone, is what chances are of.
    const { rows: versions } = JSON.parse(
      (await ended(end, ['query', 'select distinct model_version from gold.chances', '--json'])).out,
    ) as { rows: string[][] };
    assert.match(String(versions[0]?.[0]), /^20260329/);
  });
});
