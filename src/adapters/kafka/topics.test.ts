import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { EsteiraError } from '../../errors.ts';
import { dayOf, hourBefore, type Incoming, type IncomingColumn, type TableAsked } from '../../ports/index.ts';
import { fakeBroker, type Held } from './testing.ts';
import { kafkaTopics } from './topics.ts';

const variables: Record<string, string> = {};
const topics = kafkaTopics({ value: (of) => variables[of] ?? of, secret: (of) => of, folder: import.meta.dirname });

/** A broker that has these, and a reader of it. */
async function reading(held: Held, options: Readonly<Record<string, string>> = {}) {
  const broker = await fakeBroker(held);
  const snapshot = topics.begin();
  after(async () => {
    await snapshot.close();
    broker.close();
  });
  const table = {
    by: 'kafka',
    options: { name: 'match_events', servers: broker.address, group: 'test', apart: '1 hour', ...options },
    where: 'source desk.events',
  };
  const read = async (asked: Omit<TableAsked, 'columns' | 'identity'> = {}) =>
    await texts(await snapshot.open(table, { columns: {}, identity: 'row', ...asked }));
  return { snapshot, table, read };
}

const decoder = new TextDecoder();
const textAt = ({ data, ends, valid }: IncomingColumn, row: number): string | null => {
  if (valid.length > 0 && ((valid[row >> 3] ?? 0) & (1 << (row & 7))) === 0) return null;
  return decoder.decode(data.subarray(row === 0 ? 0 : ends[row - 1], ends[row]));
};

async function texts({ chunks }: Incoming): Promise<readonly (readonly [string, string | null])[]> {
  const found: (readonly [string, string | null])[] = [];
  for await (const { count, columns, identities } of chunks)
    for (let row = 0; row < count; row += 1)
      found.push([
        decoder.decode(identities.data.subarray(row === 0 ? 0 : identities.ends[row - 1], identities.ends[row])),
        textAt(columns[0] as IncomingColumn, row),
      ]);
  return found;
}

const at = (hour: number, day = 4): string => `2026-03-0${day}T${String(hour).padStart(2, '0')}:00:00Z`;
const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  await promise.then(
    () => 'nothing',
    ({ code, details }: EsteiraError) => `${code} ${details.got}`,
  );

test('messages come as they are, one without a text too, each by its topic, partition and offset', async () => {
  const { read } = await reading({
    first: 5n,
    messages: [
      { at: at(1), value: '{"a":1}' },
      { at: at(2), key: 'k' },
      { at: at(3), value: 'é' },
    ],
  });
  assert.deepEqual(await read(), [
    ['match_events@07070707:0:5', '{"a":1}'],
    ['match_events@07070707:0:6', null],
    ['match_events@07070707:0:7', 'é'],
  ]);
});

test('chunks are as long as they may be, and texts longer than any of them come whole', async () => {
  const long = 'x'.repeat(3_000_000);
  const messages = Array.from({ length: 5000 }, (_, index) => ({
    at: at(1),
    value: index === 4000 ? long : `${index}`,
  }));
  const { read } = await reading({ first: 0n, messages });
  const found = await read();
  assert.equal(found.length, 5000);
  assert.deepEqual(
    [found[0], found[4999]],
    [
      ['match_events@07070707:0:0', '0'],
      ['match_events@07070707:0:4999', '4999'],
    ],
  );
  assert.equal(found[4000]?.[1], long);
});

test('of a day those that were sent near it: whose they are is known when they have been read', async () => {
  const messages = [at(22, 3), at(23, 3), at(0), at(23), at(1, 5), at(2, 5)].map((time) => ({ at: time, value: time }));
  const { read } = await reading({ first: 0n, messages });
  const within = { column: 'happened', spans: [dayOf(Temporal.PlainDate.from('2026-03-04'))] };
  assert.deepEqual(
    (await read({ within })).map(([, text]) => text),
    [at(23, 3), at(0), at(23)],
  );
});

test('of an hour those that were sent near it', async () => {
  const messages = [at(1), at(2), '2026-03-04T02:40:00Z', at(4), '2026-03-04T05:00:00Z'].map((time) => ({
    at: time,
    value: time,
  }));
  const { read } = await reading({ first: 0n, messages }, { apart: '30 minutes' });
  const within = { column: 'happened', spans: [hourBefore(Temporal.Instant.from(at(4)))] };
  assert.deepEqual(
    (await read({ within })).map(([, text]) => text),
    ['2026-03-04T02:40:00Z', at(4)],
  );
});

test('a clock that is ahead hides no message that stands behind its own', async () => {
  const messages = [at(1), '2031-01-01T00:00:00Z', at(2), at(3, 5), at(4), at(5, 6)].map((time) => ({
    at: time,
    value: time,
  }));
  const { read } = await reading({ first: 0n, messages });
  const within = { column: 'happened', spans: [dayOf(Temporal.PlainDate.from('2026-03-04'))] };
  assert.deepEqual(
    (await read({ within })).map(([, text]) => text),
    [at(1), at(2), at(4)],
  );
});

test('what is new is from the bound before up to the one of the run', async () => {
  const held = { first: 0n, messages: [1, 2, 3, 4].map((hour) => ({ at: at(hour), value: `${hour}` })) };
  const { read, snapshot, table } = await reading(held);
  const { uppers } = await snapshot.reach(table);
  assert.equal(uppers.get('match_events:0'), 4n);
  const piece = new Map(
    [...uppers].map(([part, upper]) => [
      part,
      part.endsWith(':0') ? { lower: 1n, upper: 3n } : { lower: upper, upper },
    ]),
  );
  assert.deepEqual(
    (await read({ piece })).map(([, text]) => text),
    ['2', '3'],
  );
});

test('what is gone is named, and left out where that is said', async () => {
  const held = { first: 10n, messages: [{ at: at(1), value: 'a' }] };
  const piece = new Map([['match_events:0', { lower: 4n, upper: 11n }]]);
  const { read } = await reading(held);
  assert.match(await codeOf(read({ piece })), /^MESSAGES_LOST .*partition 0: offsets 4 to 9 are gone, 10 is the first/);
  const skipping = await reading(held, { expired: 'skip' });
  assert.deepEqual(await skipping.read({ piece }), [['match_events@07070707:0:10', 'a']]);
  const other = new Map([...piece, ['match_events', { lower: 1n, upper: 1n }]]);
  const older = new Map([...other, ['match_events:0', { lower: 40n, upper: 11n }]]);
  assert.deepEqual(await skipping.read({ piece: older }), [['match_events@07070707:0:10', 'a']], 'it begins anew');
  const asked = { columns: {}, identity: 'row', piece } as const;
  assert.match(
    (await skipping.snapshot.open(skipping.table, asked)).told?.join() ?? '',
    /left out .*offsets 4 to 9 are gone/,
  );
  const within = { column: 'happened', spans: [dayOf(Temporal.PlainDate.from('2026-03-04'))] };
  assert.match(
    await codeOf(read({ within })),
    /^MESSAGES_LOST .*may not have all messages of 2026-03-04 any more: those of partition 0 before offset 10/,
  );
  assert.match(await codeOf(read({ piece: other })), /^MESSAGES_LOST .*is another topic than the one that was read/);
});

test('a broker that is not there, or does not answer, is told within a second where another may be read', async () => {
  const began = performance.now();
  const { snapshot, table } = await reading({ first: 0n, messages: [] });
  const away = { ...table, options: { ...table.options, servers: '127.0.0.1:1' }, hasOther: true };
  assert.match(await codeOf(snapshot.reach(away)), /^SOURCE_UNREACHABLE 127\.0\.0\.1:1: connect ECONNREFUSED/);
  const { createServer } = await import('node:net');
  const silent = createServer(() => {}).unref();
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as { readonly port: number };
  const mute = { ...away, options: { ...away.options, servers: `127.0.0.1:${port}` } };
  assert.match(await codeOf(snapshot.reach(mute)), /^SOURCE_UNREACHABLE .*no answer within 800 ms/);
  assert.ok(performance.now() - began < 1500);
  silent.close();
});

test('an address that is none, and a certificate that is not there, are said before anybody is asked', async () => {
  const { snapshot, table } = await reading({ first: 0n, messages: [] });
  const of = (options: Readonly<Record<string, string>>) =>
    codeOf(snapshot.reach({ ...table, options: { ...table.options, ...options } }));
  assert.match(await of({ servers: 'broker' }), /^SOURCE_UNUSABLE broker$/);
  assert.match(await of({ servers: ' , ' }), /^SOURCE_UNUSABLE nothing$/);
  assert.match(await of({ tls: 'yes', ca: 'none.pem' }), /^SOURCE_UNUSABLE ENOENT/);
});
