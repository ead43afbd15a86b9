// Run by name, with ESTEIRA_TEST_KAFKA=<the file of .ci/kafka start>: npm test -- test/servers/kafka
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { notedIn } from '../../endpoint/log/support.ts';
import { temporaryFolder } from '../../run/support/folder.ts';
import { broker, plain, withoutBroker } from './broker.ts';
import { event, open } from './event-writer.ts';
import { Shop } from './shop.ts';

const definitions = `
const columns = { event_id: col.text(), happened: col.timestamp(), large: col.bigint(), list: col.list({ id: col.text() }) };
export const shown = source('landing.shown', { reader: kafka(env('KAFKA_TOPIC')), columns });
export const raw = table('bronze.messages', { columns: { ...columns, _key: col.text(), _sent_at: col.timestamp(), _offset: col.bigint() },
  rows: sql\`select * exclude (_deleted, _partition) from \${shown.unread}\`, write: 'append', invalid: 'set aside' });
export const once = table('silver.shown', { columns: { ...columns, event_id: col.text().key() }, rows: sql\`select event_id, happened, large, list from \${raw.since('_offset')}\`,
  write: 'merge', duplicates: keepLatest('happened') });
export const daily = job('daily', { when: byHand, build: [raw, once] });
`;
const idsOf = 'select event_id from bronze.messages order by _offset';
const flat = (rows: readonly (readonly unknown[])[]): readonly string[] => rows.map(([id]) => String(id));

describe('what an endpoint answers is sent to its topic', { skip: withoutBroker }, () => {
  test("each event once and in order, though the broker is killed meanwhile, as the topic's source reads it", async () => {
    const shop = await Shop.open({ definitions });
    const { events, said } = open(shop.folder, { topic: shop.topic, servers: plain });
    const send = (from: number, until: number): void => {
      for (let id = from; id < until; id += 1) events.send(event(`e${id}`));
    };
    send(0, 100);
    assert.equal(await events.flush(), true);
    send(100, 200);
    const going = events.flush();
    broker('crash');
    send(200, 300);
    await sleep(4000);
    send(300, 400);
    const before = said.length;
    broker('again');
    send(400, 500);
    assert.equal(await going, true);
    assert.equal(await events.flush(), true);
    assert.ok(before > 0, 'it was said that it waits');
    assert.match(JSON.stringify(said[0]), /SOURCE_UNREACHABLE/);
    assert.deepEqual(events.state().dropped, 0);
    await events.close();
    await shop.run();
    assert.deepEqual(
      flat(await shop.rows(idsOf)),
      Array.from({ length: 500 }, (_, id) => `e${id}`),
    );
    const first = await shop.rows(
      "select _key, cast(happened as varchar), cast(_sent_at as varchar), large, cast(list as varchar) from bronze.messages where event_id = 'e0'",
    );
    assert.deepEqual(first, [
      ['e0', '2026-03-04 12:00:00.123456+00', '2026-03-04 12:00:00.123+00', '9007199254740993', '[{"id":"ç"}]'],
    ]);
    await shop.close();
  });

  test('and what a process that was killed had written, by the next: once more where nobody knows, under the same id', async () => {
    const shop = await Shop.open({ definitions });
    const folder = temporaryFolder('events');
    for (const point of ['rows-written@2', 'file-spooled@3', 'file-kept@2']) {
      const child = spawn(
        process.execPath,
        [path.join(import.meta.dirname, 'event-writer.ts'), folder, shop.topic, plain, point],
        { env: { ...process.env, ESTEIRA_STOP_AT: point }, stdio: 'inherit' },
      );
      assert.equal((await once(child, 'close'))[1], 'SIGKILL', point);
    }
    const { events } = open(folder, { topic: shop.topic, servers: plain });
    events.send(event('last'));
    assert.equal(await events.flush(), true);
    await events.close();
    await shop.run();
    const sent = flat(await shop.rows(idsOf));
    const noted = notedIn(path.join(folder, 'noted'));
    assert.ok(noted.length > 50, String(noted.length));
    assert.deepEqual(new Set(sent), new Set([...noted, 'last']));
    const twice = sent.filter((id, index) => sent.indexOf(id) !== index);
    assert.ok(twice.length > 0 && twice.every((id) => id.startsWith('file-kept@2-')), String(twice));
    assert.deepEqual(await shop.rows('select count(*) from silver.shown'), [[new Set(sent).size]]);
    await shop.close();
  });

  test('a topic that there is none of is said with a code, and the events wait', async () => {
    const { events, said } = open(temporaryFolder('events'), { topic: 'esteira_test_none', servers: plain });
    events.send(event('a'));
    assert.equal(await events.flush(), false);
    assert.match(JSON.stringify(said), /SOURCE_UNUSABLE/);
    const began = performance.now();
    await events.close();
    assert.ok(performance.now() - began < 6000);
    assert.ok(events.state().spooledBytes > 0);
  });
});
