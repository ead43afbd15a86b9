// Run by name, with ESTEIRA_TEST_KAFKA=<the file of .ci/kafka start>: npm test -- test/servers/kafka
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { administrate, begin, makeNamed, send, transact, withoutBroker } from './broker.ts';
import { Shop } from './shop.ts';

const events = `columns: { id: col.bigint(), happened: col.timestamp(), note: col.text().optional() }`;
const dated = `
export const events = source('landing.events', { reader: kafka(env('KAFKA_TOPIC')), day: 'happened', ${events} });
export const bronze = table('bronze.events', { columns: { id: col.bigint(), happened: col.timestamp(), note: col.text().optional() }, rows: sql\`select id, happened, note from \${events}\`, write: 'append', invalid: 'set aside' });
export const daily = job('daily', { when: byHand, build: [bronze] });
`;
const unread = dated
  .replace(", day: 'happened'", '')
  .replace('sql`select id, happened, note from ${events}`', 'sql`select id, happened, note from ${events.unread}`');

describe('messages of a topic', { skip: withoutBroker }, () => {
  test('one day of nine, exact, and the same again', async () => {
    const shop = await Shop.open({ definitions: dated, partitions: 4 });
    try {
      const first = Temporal.Instant.from('2026-03-01T00:00:00Z').epochMilliseconds;
      const count = 90_000;
      const step = (9 * 86_400_000) / count;
      const all = Array.from({ length: count }, (_, id) => {
        const at = Math.floor(first + id * step);
        return {
          at,
          partition: id % 4,
          value: JSON.stringify({ id, happened: new Date(at).toISOString(), note: 'x'.repeat(id % 50) }),
        };
      });
      await send(shop.topic, all);
      await shop.run('2026-03-04');
      const expected = all.filter(({ at }) => new Date(at).toISOString().startsWith('2026-03-04')).length;
      const figures = 'select count(*), count(distinct id), min(id), max(id), sum(length(note)) from bronze.events';
      const before = await shop.rows(figures);
      assert.deepEqual(
        before.map((row) => row.slice(0, 4)),
        [[expected, expected, 30_000, 39_999]],
      );
      await shop.world.run('daily', '2026-03-04', { again: true });
      assert.deepEqual(await shop.rows(figures), before);
    } finally {
      await shop.close();
    }
  });

  test('hours, exact and next to each other, and the same again; a job by hand, too', async () => {
    const hourly = dated
      .replace("day: 'happened'", "hour: 'happened'")
      .replace("job('daily', { when: byHand,", "job('daily', { when: cron('5 * * * *'),");
    const shop = await Shop.open({
      definitions: `${hourly}export const other = table('bronze.other', { columns: { id: col.bigint(), happened: col.timestamp() }, rows: sql\`select id, happened from \${events}\`, write: 'append' });\nexport const hand = job('hand', { when: byHand, build: [other] });\n`,
      partitions: 2,
    });
    try {
      const first = Date.parse('2026-03-04T21:00:00Z');
      const all = Array.from({ length: 8_000 }, (_, id) => {
        const at = first + id * 3_000;
        // What says its time itself was sent a little later, or earlier.
        const value = JSON.stringify({ id, happened: new Date(at).toISOString() });
        return { at: at + ((id % 7) - 3) * 60_000, partition: id % 2, value };
      });
      await send(shop.topic, all);
      const figures =
        "select date_trunc('hour', happened)::varchar, count(*), count(distinct id) from bronze.events group by all order by all";
      for (const hour of ['2026-03-04T22', '2026-03-04T23', '2026-03-05T00']) await shop.run(hour);
      const expected = ['2026-03-04 22', '2026-03-04 23', '2026-03-05 00'].map((hour) => [
        `${hour}:00:00+00`,
        1200,
        1200,
      ]);
      assert.deepEqual(await shop.rows(figures), expected);
      assert.equal((await shop.world.run('daily', '2026-03-04T23')).alreadyDone, true);
      await shop.world.run('daily', '2026-03-04T23', { again: true });
      assert.deepEqual(await shop.rows(figures), expected);
      await shop.world.run('hand', '2026-03-05T01');
      assert.deepEqual(await shop.rows('select count(*), min(id), max(id) from bronze.other'), [[1200, 4800, 5999]]);
    } finally {
      await shop.close();
    }
  });

  test('what is new since the run before, with partitions that were added meanwhile', async () => {
    const shop = await Shop.open({ definitions: unread, partitions: 2 });
    try {
      const ids = () => shop.rows("select string_agg(id, ',' order by id) from bronze.events");
      await shop.run();
      assert.deepEqual(await ids(), [[null]], 'an empty topic');
      await send(shop.topic, [event(1), event(2, { partition: 1 })]);
      await shop.run();
      assert.deepEqual(await ids(), [['1,2']]);
      await shop.run();
      await administrate((admin) => admin.createPartitions({ topics: [{ name: shop.topic, count: 3 }] }));
      await send(shop.topic, [event(3, { partition: 2 }), event(4)]);
      await shop.run();
      assert.deepEqual(await ids(), [['1,2,3,4']]);
      const marks = await shop.rows(
        "select split_part(source, ':', -1), upper_bound from _esteira.watermark where source like '%:_' order by all",
      );
      assert.deepEqual(marks, [
        ['0', 2],
        ['1', 1],
        ['2', 1],
      ]);
    } finally {
      await shop.close();
    }
  });

  test('a message that is none is set aside with its partition and offset, and the others come', async () => {
    const shop = await Shop.open({
      definitions: dated
        .replace(
          'note: col.text().optional() }, rows',
          'note: col.text().optional(), price: col.decimal(12, 2).optional() }, rows',
        )
        .replaceAll('happened, note', 'happened, note, price')
        .replace(
          'note: col.text().optional() } })',
          'note: col.text().optional(), price: col.decimal(12, 2).optional() } })',
        ),
      partitions: 2,
    });
    try {
      const at = '2026-03-04T10:00:00Z';
      const invalid = [
        '',
        '{"id": 1,',
        'not json',
        '[1, 2]',
        '"text"',
        Buffer.from([0xff, 0xfe, 0x00]),
        'null',
        '{"id":7,"happened":"yesterday"}',
        'a\u0000b',
      ];
      await send(shop.topic, [
        ...invalid.map((value) => ({ value, at, partition: 1 })),
        { value: JSON.stringify({ id: 1, happened: at, note: 'short' }), at },
        { value: JSON.stringify({ id: 2, happened: at, note: 'laid out', more: [1, { a: 2 }] }, null, 2), at },
        { value: `{"id":3,"happened":"${at}","price":1234567890.10,"note":1.10}`, at },
        { value: ` {"id":4,"happened":"${at}","price":0.1000000000000000000000}`, at },
        { value: null, key: 'gone', at },
        { value: 'of another day', at: '2026-03-06T00:00:00Z' },
      ]);
      await shop.run('2026-03-04');
      assert.deepEqual(await shop.rows('select id, note, price::varchar from bronze.events order by id'), [
        [1, 'short', null],
        [2, 'laid out', null],
        [3, '1.10', '1234567890.10'],
        [4, null, '0.10'],
      ]);
      const aside = await shop.rows(
        `select regexp_replace(_rid, '@[0-9a-f]{8}', ''), _original from bronze.events_invalidos order by _rid`,
      );
      const expected = invalid.map((value, offset) => [`${shop.topic}:1:${offset}`, String(value)]);
      assert.deepEqual(
        aside.map(([rid]) => rid),
        [`${shop.topic}:0:4`, ...expected.map(([rid]) => rid)],
      );
      assert.equal(aside[6]?.[1], '"base64://4A"');
      assert.deepEqual(aside[3]?.[1], '"not json"');
    } finally {
      await shop.close();
    }
  });

  test('transactions: what was taken back does not come, nor what goes on; both end', async () => {
    const shop = await Shop.open({ definitions: unread });
    try {
      await transact(shop.topic, [event(1), event(2)], 'commit');
      await transact(shop.topic, [event(3)], 'abort');
      await send(shop.topic, [event(4)]);
      await transact(shop.topic, [event(5), event(6)], 'abort');
      await shop.run();
      const ids = () => shop.rows("select string_agg(id, ',' order by id) from bronze.events");
      assert.deepEqual(await ids(), [['1,2,4']]);
      const open = await begin(shop.topic, [event(7)]);
      await send(shop.topic, [event(8)]);
      const said = await shop.run();
      assert.match(said.join(), /up to 2 messages of .* are of transactions that have not ended/);
      assert.deepEqual(await ids(), [['1,2,4']]);
      await open.finish('commit');
      await open.close();
      await shop.run();
      assert.deepEqual(await ids(), [['1,2,4,7,8']]);
    } finally {
      await shop.close();
    }
  });

  test('a compacted topic ends, though the messages at its end are gone; a message without a text deletes', async () => {
    const keyed = `
export const events = source('landing.events', { reader: kafka(env('KAFKA_TOPIC'), { key: 'id' }), columns: { id: col.text(), note: col.text().optional() } });
export const bronze = table('bronze.events', { columns: { id: col.text().key(), note: col.text().optional(), _deleted: col.boolean(), _offset: col.bigint() }, rows: sql\`select id, note, _deleted, _offset from \${events.unread}\`, write: mergeDeleting('_deleted'), duplicates: keepLatest('_offset'), invalid: 'set aside' });
export const daily = job('daily', { when: byHand, build: [bronze] });
`;
    const shop = await Shop.open({
      definitions: keyed,
      configs: {
        'cleanup.policy': 'compact',
        'segment.ms': '100',
        'min.cleanable.dirty.ratio': '0.01',
        'delete.retention.ms': '100',
      },
    });
    try {
      const say = (key: string, note: string | null) => ({
        key,
        value: note === null ? null : JSON.stringify({ note }),
      });
      for (let round = 0; round < 4; round += 1) {
        await send(shop.topic, [
          say('a', `a${round}`),
          say('b', `b${round}`),
          say('c', round === 3 ? null : `c${round}`),
        ]);
        await sleep(300);
      }
      await sleep(1500);
      await send(shop.topic, [say('d', 'd')]);
      await shop.run();
      const rows = () => shop.rows('select id, note from bronze.events order by id');
      assert.deepEqual(await rows(), [
        ['a', 'a3'],
        ['b', 'b3'],
        ['d', 'd'],
      ]);
      await send(shop.topic, [say('a', null)]);
      await shop.run();
      assert.deepEqual(await rows(), [
        ['b', 'b3'],
        ['d', 'd'],
      ]);
    } finally {
      await shop.close();
    }
  });

  test('what is gone before it was read stops the run, and is named; with skip it goes on and says so', async () => {
    const shop = await Shop.open({ definitions: unread });
    try {
      await send(shop.topic, [event(1), event(2), event(3), event(4)]);
      await shop.run();
      await send(shop.topic, [event(5), event(6), event(7)]);
      await administrate((admin) =>
        admin.deleteRecords({ topics: [{ name: shop.topic, partitions: [{ partition: 0, offset: 6n }] }] }),
      );
      const { code, details } = await shop.fails();
      assert.equal(code, 'MESSAGES_LOST');
      assert.match(details.got ?? '', /partition 0: offsets 4 to 5 are gone, 6 is the first that is there/);
      assert.deepEqual(await shop.rows('select count(*) from bronze.events'), [[4]]);
    } finally {
      await shop.close();
    }
  });

  test('a partition that was emptied before the date is no loss; one that lost messages of it is', async () => {
    const now = Temporal.Now.instant();
    const ago = (days: number): string => now.subtract({ hours: 24 * days }).toString();
    const dateOf = (days: number): string => ago(days).slice(0, 10);
    const shop = await Shop.open({
      definitions: dated,
      partitions: 2,
      configs: { 'retention.ms': `${4 * 86_400_000}` },
    });
    const one = (id: number, days: number, partition: number) => ({
      ...{ at: ago(days), partition },
      value: JSON.stringify({ id, happened: ago(days) }),
    });
    const ends = async (offset: bigint): Promise<void> =>
      administrate((admin) =>
        admin.deleteRecords({ topics: [{ name: shop.topic, partitions: [{ partition: 1, offset }] }] }),
      ) as Promise<void>;
    const ids = () => shop.rows("select string_agg(id, ',' order by id) from bronze.events");
    try {
      // Too old to be kept: the broker gives it up.
      await send(shop.topic, [one(1, 9, 1), one(2, 2, 0), one(3, 1, 0)]);
      for (let left = 100; left > 0 && (await shop.first(1)) === 0n; left -= 1) await sleep(100);
      assert.equal(await shop.first(1), 1n);
      await shop.run(dateOf(2));
      assert.deepEqual(await ids(), [['2']]);
      // Kept long enough, and yet gone: somebody has deleted it.
      await send(shop.topic, [one(4, 1, 1), one(5, 1, 1)]);
      await ends(3n);
      const { code, details } = await shop.fails(dateOf(1));
      assert.equal(code, 'MESSAGES_LOST');
      assert.match(details.got ?? '', /any more: those of partition 1 before offset 3 are gone$/);
    } finally {
      await shop.close();
    }
  });

  test('a topic that was deleted and made again is another', async () => {
    const shop = await Shop.open({ definitions: unread });
    try {
      await send(shop.topic, [event(1)]);
      await shop.run();
      await administrate((admin) => admin.deleteTopics({ topics: [shop.topic] }));
      await sleep(500);
      await makeNamed(shop.topic, 1);
      await send(shop.topic, [event(2), event(3)]);
      const { code, details } = await shop.fails();
      assert.equal(code, 'MESSAGES_LOST');
      assert.match(details.got ?? '', /is another topic than the one that was read/);
      await shop.define(unread.replace("env('KAFKA_TOPIC')", "env('KAFKA_TOPIC'), { expired: 'skip' }"));
      const said = await shop.run();
      assert.match(said.join(), /messages are left out that are gone: .* is another topic/);
      assert.deepEqual(await shop.rows("select string_agg(id, ',' order by id) from bronze.events"), [['1,2,3']]);
      assert.deepEqual(await shop.run(), [], 'it is said once');
    } finally {
      await shop.close();
    }
  });
});

function event(id: number, other: object = {}) {
  const happened = '2026-03-04T10:00:00Z';
  return { value: JSON.stringify({ id, happened }), at: happened, ...other };
}
