// Run by name, with ESTEIRA_TEST_KAFKA=<the file of .ci/kafka start>: npm test -- test/servers/kafka
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { broker, plain, send, withoutBroker, withPassword } from './broker.ts';
import { Shop } from './shop.ts';

const columns = '{ id: col.bigint(), happened: col.timestamp(), note: col.text().optional() }';
const definitions = (write: string, key = '') => `
export const events = source('landing.events', { reader: firstOf(kafka(env('KAFKA_TOPIC')), files('events/{date}.jsonl')), day: 'happened', columns: ${columns} });
export const bronze = table('bronze.events', { columns: { id: col.bigint()${key}, happened: col.timestamp(), note: col.text().optional()${write.includes('replaceEach') ? ', day: col.date()' : ''} },
  rows: sql\`select id, happened, note${write.includes('replaceEach') ? ', happened::date as day' : ''} from \${events}\`, write: ${write}, invalid: 'set aside' });
export const daily = job('daily', { when: byHand, build: [bronze] });
`;

const line = (id: number, day: string, note = 'sent'): string =>
  JSON.stringify({ id, happened: `${day}T10:00:00Z`, note });
const all = 'select id, note from bronze.events order by id, note';

describe('a date that is read from elsewhere', { skip: withoutBroker }, () => {
  for (const [write, key] of [
    ["'append'", ''],
    ["'merge'", '.key()'],
    ["replaceEach('day')", ''],
  ] as const)
    test(`is owed, and drained by a later run, without a row lost or doubled: ${write}`, async () => {
      const shop = await Shop.open({ definitions: definitions(write, key), partitions: 2, servers: '127.0.0.1:1' });
      try {
        shop.file(
          'events/2026-03-04.jsonl',
          `${line(1, '2026-03-04', 'kept')}\nnot json\n${line(2, '2026-03-04', 'kept')}\n`,
        );
        const began = performance.now();
        const said = await shop.run('2026-03-04');
        assert.ok(performance.now() - began < 5000, 'it did not wait');
        assert.match(said.join('\n'), /read from files .*2026-03-04 is owed/);
        assert.deepEqual(await shop.rows(all), [
          [1, 'kept'],
          [2, 'kept'],
        ]);
        assert.deepEqual(await shop.rows('select count(*) from bronze.events_invalidos'), [[1]]);
        const day = { at: '2026-03-04T10:00:00Z' };
        await send(shop.topic, [
          { value: line(1, '2026-03-04'), ...day },
          { value: line(2, '2026-03-04'), ...day, partition: 1 },
          { value: line(3, '2026-03-04'), ...day },
          { value: 'not json', ...day },
          { value: line(9, '2026-03-07'), at: '2026-03-07T10:00:00Z' },
        ]);
        shop.file('events/2026-03-05.jsonl', `${line(5, '2026-03-05', 'kept')}\n`);
        await shop.run('2026-03-05');
        assert.deepEqual(await shop.rows(all), [
          [1, 'kept'],
          [2, 'kept'],
          [5, 'kept'],
        ]);
        await send(shop.topic, [{ value: line(5, '2026-03-05'), at: '2026-03-05T10:00:00Z' }]);
        await shop.reopen(plain);
        const drained = await shop.run('2026-03-07');
        assert.match(drained.join('\n'), /2026-03-04 was owed, and is drained/);
        const wanted = [
          [1, 'sent'],
          [2, 'sent'],
          [3, 'sent'],
          [5, 'sent'],
          [9, 'sent'],
        ];
        assert.deepEqual(await shop.rows(all), wanted);
        assert.deepEqual(
          await shop.rows(`select regexp_replace(_rid, '@[0-9a-f]{8}', '') from bronze.events_invalidos`),
          [[`${shop.topic}:0:2`]],
        );
        assert.deepEqual(await shop.run('2026-03-08'), [], 'nothing is owed any more');
        assert.deepEqual(await shop.rows(all), wanted);
        assert.deepEqual(
          await shop.rows(
            `select sum(case move when 'held' then 1 when 'recalled' then 1 else -1 end) from _esteira.invalid_ledger`,
          ),
          [[1]],
        );
      } finally {
        await shop.close();
      }
    });

  test('a broker that is killed while it is read: the run has the rows of the files, and owes the date', async () => {
    const shop = await Shop.open({ definitions: definitions("'append'") });
    try {
      const count = 150_000;
      const note = 'x'.repeat(600);
      const at = '2026-03-04T10:00:00Z';
      await send(
        shop.topic,
        Array.from({ length: count }, (_, id) => ({ value: line(id, '2026-03-04', note), at })),
      );
      shop.file('events/2026-03-04.jsonl', `${line(1, '2026-03-04', 'kept')}\n`);
      const running = shop.run('2026-03-04');
      await sleep(250);
      broker('crash');
      const killed = performance.now();
      const said = await running;
      assert.ok(performance.now() - killed < 5000, `it took ${Math.round(performance.now() - killed)} ms`);
      assert.match(said.join('\n'), /2026-03-04 is owed/);
      assert.deepEqual(await shop.rows('select id, note from bronze.events'), [[1, 'kept']]);
      broker('again');
      await shop.run('2026-03-05');
      assert.deepEqual(
        await shop.rows('select count(*), count(distinct id), count(distinct _rid) from bronze.events'),
        [[count, count, count]],
      );
    } finally {
      await shop.close();
    }
  });

  test('a wrong password does not let the files stand in: nobody would mend it', async () => {
    const sasl =
      "kafka(env('KAFKA_TOPIC'), { sasl: { mechanism: 'PLAIN', user: env('KAFKA_USER'), password: env('KAFKA_PASSWORD') } })";
    process.env['KAFKA_USER'] = 'ana';
    process.env['KAFKA_PASSWORD'] = 'wrong-horse';
    const shop = await Shop.open({
      definitions: definitions("'append'").replace("kafka(env('KAFKA_TOPIC'))", sasl),
      servers: withPassword,
    });
    try {
      shop.file('events/2026-03-04.jsonl', `${line(1, '2026-03-04', 'kept')}\n`);
      const { code, details } = await shop.fails('2026-03-04');
      assert.equal(code, 'SOURCE_REFUSED');
      assert.doesNotMatch(JSON.stringify(details), /wrong-horse/);
      process.env['KAFKA_PASSWORD'] = 'correct-horse';
      await shop.reopen(withPassword);
      await send(shop.topic, [{ value: line(2, '2026-03-04'), at: '2026-03-04T10:00:00Z' }]);
      await shop.run('2026-03-04');
      assert.deepEqual(await shop.rows(all), [[2, 'sent']]);
    } finally {
      await shop.close();
    }
  });
});
