// Run by name, with ESTEIRA_TEST_KAFKA=<the file of .ci/kafka start>: npm test -- test/servers/kafka
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { Desk, lastDate } from '../../ranking/desk.ts';
import { makeTopic, plain, send, withoutBroker } from './broker.ts';

const withoutStandIn = (text: string): string => text.replace(/ +standIns: .*\n/, '');

describe('the matches of the ranking', { skip: withoutBroker }, () => {
  test('come from the topic, else from files; what was read from files is drained when the broker is back, to the row', async () => {
    const topic = await makeTopic(2);
    process.env['KAFKA_TOPIC'] = topic;
    process.env['KAFKA_BOOTSTRAP_SERVERS'] = plain;
    let desk = await Desk.open(withoutStandIn);
    try {
      const { days } = await desk.plant({ days: 5, events: 80, seed: 2 });
      const [first, second, third] = days.slice(-3).map(({ date }) => date) as [string, string, string];
      assert.equal(third, lastDate);
      const file = (date: string) => path.join(desk.folder, 'data', 'match_events', `${date}.jsonl`);
      for (const date of [first, second, third]) {
        const lines = readFileSync(file(date), 'utf8').trimEnd().split('\n');
        const at = (line: string) => /"occurred_at":"([^"]*)"/.exec(line)?.[1] ?? `${date}T12:00:00Z`;
        await send(
          topic,
          lines.map((value, place) => ({ value, at: at(value), partition: place % 2 })),
        );
      }
      // What the topic has is not to be had from files, but for the day on which the broker is away.
      for (const date of [first, third]) rmSync(file(date));
      await desk.takeIn(first, first);
      process.env['KAFKA_BOOTSTRAP_SERVERS'] = '127.0.0.1:1';
      desk = await desk.reopened();
      await desk.takeIn(second, second);
      assert.match(desk.notes().join('\n'), new RegExp(`read from files .*${second} is owed`));
      const from = `select distinct split_part(_rid, '@', 1) from bronze.match_events where day = date '${second}'`;
      assert.match(String((await desk.rows(from))[0]?.[0]), /^match_events\//);
      process.env['KAFKA_BOOTSTRAP_SERVERS'] = plain;
      desk = await desk.reopened();
      await desk.takeIn(third, third);
      assert.match(desk.notes().join('\n'), new RegExp(`${second} was owed, and is drained`));
      assert.deepEqual(await desk.rows(from), [[topic]]);
      const tables = [
        'select day, event_id, occurred_at, case_id, chosen, shown, _rid from bronze.match_events order by all',
        'select * exclude (_run, _seq) from gold.ltr_judged order by all',
        "select day, event_id, lawyer_id, columns('.*_present') from gold.ltr_judged_invalidos order by all",
      ];
      const all = async () => await Promise.all(tables.map((sql) => desk.rows(sql)));
      const before = await all();
      await desk.world.do('run', { job: 'ltr_historico', date: third, again: true });
      assert.deepEqual(await all(), before, 'the same date, the same rows');
      const read = "select n_in from _esteira.publication where step = 'ranking.bronze.match_events' order by run_seq";
      assert.deepEqual((await desk.rows(read)).at(-1), [days.at(-1)?.lines], 'they were read again');
      const planted = days.slice(-3);
      const found =
        await desk.rows(`select strftime(m.day, '%Y-%m-%d'), count(distinct m.event_id), count(distinct s._rid), count(*)
        from bronze.match_events m join silver.match_shown s using (day, event_id) group by 1 order by 1`);
      assert.deepEqual(
        found,
        planted.map(({ date, events, known, unknown }) => [date, events, known + unknown, known + unknown]),
      );
      const [[unreadable] = []] = await desk.rows(
        'select count(*) from bronze.match_events_invalidos where day is null',
      );
      assert.equal(
        unreadable,
        planted.reduce((sum, { invalid }) => sum + (invalid.unreadable ?? 0), 0),
      );
      assert.ok(Number(unreadable) > 0);
    } finally {
      await desk.close();
    }
  });
});
