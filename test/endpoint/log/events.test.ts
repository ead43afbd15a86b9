import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { folderStore } from '../../../src/adapters/files/store.ts';
import { takeSqliteLock } from '../../../src/adapters/sqlite/lock.ts';
import { byHand, col, endpoint, files, job, source, sql, table } from '../../../src/index.ts';
import type { MessageSink, SentMessage } from '../../../src/ports/index.ts';
import { Events, type EventTarget } from '../../../src/serve/log/index.ts';
import { temporaryFolder, writeProject } from '../../run/support/folder.ts';
import { World } from '../../run/support/world.ts';
import { stays } from './support.ts';

const pattern = 'shown/{date}*.jsonl';
export const shown = source('landing.shown', {
  reader: files(pattern),
  day: 'happened',
  columns: {
    ...{
      event_id: col.text().key(),
      happened: col.timestamp(),
      day: col.date().optional(),
      large: col.bigint().optional(),
    },
    ...{ paid: col.decimal(10, 2).optional(), list: col.list({ id: col.text(), n: col.bigint() }).optional() },
    ...{ real: col.real().optional(), took: col.duration().optional(), ok: col.boolean().optional() },
  },
});
const shows = endpoint('shows', {
  path: '/shows',
  model: stays,
  request: { id: col.text() },
  answer: { ok: col.boolean() },
  handle: () => ({ ok: true }),
  events: { to: shown, of: ({ id, at }) => ({ event_id: id, happened: at }) },
});
export const kept = table('bronze.shown', {
  columns: shown.columns,
  rows: sql`select * from ${shown}`,
  write: 'merge',
  invalid: 'set aside',
});
export const daily = job('daily', { when: byHand, build: [kept] });

const noon = Temporal.Instant.from('2026-03-04T12:00:00.123456Z');
function openEvents(
  folder: string,
  target: EventTarget,
  options: Partial<ConstructorParameters<typeof Events>[0]> = {},
) {
  const said: object[] = [];
  const events = new Events({
    ...{ endpoint: shows, target, store: folderStore({ path: path.join(folder, 'files') }) },
    ...{ spool: path.join(folder, 'spool'), process: randomUUID(), takeLock: takeSqliteLock },
    ...{ clock: { now: () => noon }, say: (line) => said.push(line) },
    ...options,
  });
  return { events, said };
}

describe('events that are files', () => {
  const target = { to: 'files', pattern, below: '' } as const;

  test('are read by the day that they are of, with their values of every kind', async () => {
    const folder = temporaryFolder('events');
    writeProject(folder, {
      catalog: 'shop',
      definitions: `export { shown, kept, daily } from '${import.meta.filename}';\n`,
    });
    // Others write files of the day, too.
    const { events, said } = openEvents(folder, target);
    const row = {
      ...{
        event_id: 'ç"\n',
        happened: noon,
        day: Temporal.PlainDate.from('2026-03-04'),
        large: 9_007_199_254_740_993n,
        paid: '12.50',
      },
      ...{ list: [{ id: 'a', n: -9_007_199_254_740_993n }], real: 0.1, took: '2 hours', ok: false },
    };
    events.send(row);
    events.send({ event_id: 'b', happened: noon.add({ hours: 12 }) });
    assert.equal(await events.flush(), true);
    const names = readdirSync(path.join(folder, 'files/shown'));
    assert.equal(names.length, 2);
    assert.match(names[0] ?? '', /^2026-03-04-.*-000000001\.jsonl$/);
    const text = readFileSync(path.join(folder, 'files/shown', names[0] ?? ''), 'utf8');
    assert.match(text, /"large":9007199254740993,"paid":"12\.50","list":\[\{"id":"a","n":-9007199254740993\}\]/);
    writeFileSync(
      path.join(folder, 'files/shown/2026-03-04.jsonl'),
      `{"event_id":"app","happened":"2026-03-04T13:00:00Z"}\n`,
    );
    const world = await World.open(folder);
    await world.do('setup', {});
    await world.run('daily', '2026-03-04');
    assert.deepEqual(
      await world.rows(
        'select event_id, cast(happened as varchar), cast(day as varchar), large, paid, cast(list as varchar), real, took, ok from bronze.shown order by happened',
      ),
      [
        [
          ...['ç"\n', '2026-03-04 12:00:00.123456+00', '2026-03-04', '9007199254740993', '12.50'],
          ...['[{"id":"a","n":-9007199254740993}]', 0.1, '2 hours', false],
        ],
        ['app', '2026-03-04 13:00:00+00', ...Array.from({ length: 7 }, () => null)],
      ],
    );
    assert.deepEqual(await world.rows('select count(*) from bronze.shown_invalidos'), [[0]]);
    await world.close();
    await events.close();
    assert.deepEqual(said, []);
  });

  test('wait for their owner below the endpoint where the store is not that of the source', async () => {
    const folder = temporaryFolder('events');
    const { events } = openEvents(folder, { ...target, below: 'endpoints/shows/events/' });
    events.send({ event_id: 'a', happened: noon });
    await events.close();
    assert.match(readdirSync(path.join(folder, 'files/endpoints/shows/events/shown'))[0] ?? '', /^2026-03-04-.*jsonl$/);
  });

  test('are refused and counted where they are not what the source promises, and their values are told nobody', async () => {
    const folder = temporaryFolder('events');
    const { events, said } = openEvents(folder, target);
    events.send({ event_id: 'secret' });
    events.send({ event_id: 'secret', happened: noon, paid: '1.234' });
    events.send({ event_id: 'x'.repeat(400_000), happened: noon });
    events.send({ event_id: 'ok', happened: noon });
    await events.close();
    assert.deepEqual([events.state().refused, events.state().written, events.state().dropped], [3, 1, 0]);
    assert.deepEqual(said, [
      { level: 'error', event: 'events refused', count: 1, text: 'the source refuses it: happened_present' },
    ]);
  });
});

/** A broker that takes what comes while it is there. */
class Broker implements MessageSink {
  readonly messages: SentMessage[] = [];
  isThere = true;
  async send(messages: readonly SentMessage[], waits: (why: unknown) => void): Promise<void> {
    if (this.isThere) {
      this.messages.push(...messages);
      return;
    }
    waits(new Error('slow today'));
    throw new Error('the broker is away');
  }
  async close(): Promise<void> {}
}

describe('events that are messages', () => {
  const ids = (broker: Broker) =>
    broker.messages.map(({ text }) => (JSON.parse(text) as { event_id: string }).event_id);

  test('have the key and the time of what they tell of, and come in order, those of a process that ended before others', async () => {
    const folder = temporaryFolder('events');
    const broker = new Broker();
    broker.isThere = false;
    const before = openEvents(folder, { to: 'topic', sink: broker, key: undefined });
    for (const id of ['1', '2', '3']) {
      before.events.send({ event_id: id, happened: noon });
      assert.equal(await before.events.flush(), false);
    }
    await before.events.close();
    assert.deepEqual(
      before.said.map((line) => (line as { event: string }).event),
      ['events wait for their broker', 'events waiting on this machine'],
    );
    broker.isThere = true;
    const { events } = openEvents(folder, { to: 'topic', sink: broker, key: undefined });
    events.send({ event_id: '4', happened: noon });
    assert.equal(await events.flush(), true);
    assert.deepEqual(ids(broker), ['1', '2', '3', '4']);
    assert.deepEqual(broker.messages[0], {
      ...{ key: '1', at: noon.epochMilliseconds },
      text: '{"event_id":"1","happened":"2026-03-04T12:00:00.123456Z"}',
    });
    await events.close();
    assert.deepEqual(readdirSync(path.join(folder, 'spool/events')), []);
  });

  test('are dropped and counted beyond what may wait', async () => {
    const broker = new Broker();
    broker.isThere = false;
    const { events, said } = openEvents(
      temporaryFolder('events'),
      { to: 'topic', sink: broker, key: 'event_id' },
      { bounds: { memory: 300, spool: 1000 } },
    );
    for (let index = 0; index < 30; index += 1) events.send({ event_id: `${index}`, happened: noon });
    for (let index = 30; index < 60; index += 1) {
      events.send({ event_id: `${index}`, happened: noon });
      await events.flush();
    }
    const { written, dropped } = events.state();
    assert.ok(dropped > 30 && written + dropped === 60, JSON.stringify(events.state()));
    broker.isThere = true;
    await events.flush();
    assert.equal(broker.messages.length, written);
    await events.close();
    assert.ok(said.length < 8, JSON.stringify(said));
  });
});
