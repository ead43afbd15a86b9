import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayOf, type Span } from '../../ports/index.ts';
import { goneOf, type Known, spanned } from './gone.ts';
import type { Found } from './topics.ts';

const day = (number: number): Span => dayOf(Temporal.PlainDate.from({ year: 2026, month: 3, day: number }));
interface Partition {
  readonly first: bigint;
  /** When each that is there was sent, by day. */
  readonly sent: readonly number[];
}

/** A topic that has these, and says of its retention that no message of `keeps` is given up. */
function topic(partitions: readonly Partition[], { keeps = false, id = '07070707-0000' } = {}): Found {
  const since = async (_: unknown, at: Temporal.Instant) =>
    partitions.map(({ first, sent }) => {
      const found = sent.findIndex((number) => Temporal.Instant.compare(day(number).from, at) >= 0);
      return found < 0 ? -1n : first + BigInt(found);
    });
  const extents = partitions.map(({ first, sent }) => {
    const end = first + BigInt(sent.length);
    return { first, end, stable: end };
  });
  const broker = { since, keeps: async () => keeps };
  return { topic: { name: 't' }, broker, described: { id, partitions: extents } } as unknown as Found;
}
async function gone(found: Found, number: number, known?: Known): Promise<string> {
  const span = day(number);
  const starts = await found.broker.since(found.topic, span.from);
  return (await goneOf(found, span, { known, starts })) ?? 'nothing';
}

test('without anything known, what the first message may have followed is gone, unless the topic keeps messages that young', async () => {
  const emptied = [
    { first: 9n, sent: [] },
    { first: 0n, sent: [4, 5] },
  ];
  const cut = [{ first: 9n, sent: [4, 5] }];
  assert.match(
    await gone(topic(emptied), 4),
    /messages of 2026-03-04 any more: those of partition 0 before offset 9 are/,
  );
  assert.match(await gone(topic(cut), 4), /those of partition 0 before offset 9/);
  assert.equal(await gone(topic(cut), 5), 'nothing', 'the one before is there');
  assert.equal(await gone(topic(emptied, { keeps: true }), 4), 'nothing');
  assert.equal(await gone(topic(cut, { keeps: true }), 4), 'nothing');
});

test('a partition that was emptied of what was sent before the date has lost nothing of it, and one that lost some of it has', async () => {
  const before = topic([
    { first: 0n, sent: [1, 2, 3] },
    { first: 0n, sent: [2, 3] },
  ]);
  const known = await spanned(before, day(3));
  // Both lost all, and the second a message that came meanwhile.
  const emptied = [
    { first: 3n, sent: [] },
    { first: 3n, sent: [] },
  ];
  for (const keeps of [true, false])
    assert.match(
      await gone(topic(emptied, { keeps }), 4, known),
      /any more: those of partition 1 before offset 3 are gone$/,
    );
  assert.equal(
    await gone(
      topic([
        { first: 3n, sent: [] },
        { first: 2n, sent: [4] },
      ]),
      4,
      known,
    ),
    'nothing',
  );
  // The same date once more: what it began with is known too.
  assert.match(
    await gone(topic(emptied), 3, known),
    /those of partition 0 before offset 3, those of partition 1 before/,
  );
  assert.equal(await gone(topic([{ first: 2n, sent: [] }]), 3, known), 'nothing');
  // Days lie between: it may be of them.
  assert.equal(await gone(topic(emptied, { keeps: true }), 6, known), 'nothing');
  assert.match(await gone(topic(emptied), 6, known), /those of partition 1/);
  assert.match(await gone(topic(emptied), 2, known), /those of partition 0 .* partition 1/, 'it is older');
  assert.match(
    await gone(topic(emptied, { id: '08080808-0000' }), 4, known),
    /partition 0 .* partition 1/,
    'another topic',
  );
});

test('of a date that goes on it is known where it began: what the day before has left says what is gone of it and of the next', async () => {
  const now = day(4).from.epochMilliseconds + 300_000;
  const going = topic([{ first: 0n, sent: [3, 4] }]);
  assert.equal((await spanned(going, day(5), now)).size, 0, 'it has not begun');
  const known = await spanned(going, day(3), now);
  assert.equal(await gone(topic([{ first: 1n, sent: [] }]), 4, known), 'nothing');
  // The fourth is too old by now, and was given up; the fifth is whole.
  assert.equal(await gone(topic([{ first: 7n, sent: [5, 5] }], { keeps: true }), 5, known), 'nothing');
});

test('who always reads a date that goes on does not take a quiet partition, emptied long ago, for lost each day', async () => {
  const at = (number: number): number => day(number).from.epochMilliseconds + 22 * 3_600_000;
  const quiet = topic([{ first: 9n, sent: [] }]);
  const known = await spanned(quiet, day(4), at(4));
  assert.equal(known.get('until'), BigInt(day(4).from.epochMilliseconds), 'a reading of the whole day replaces it');
  assert.equal(await gone(quiet, 4, known), 'nothing');
  assert.equal(await gone(quiet, 5, known), 'nothing');
  // What came since the date began, and is gone, was of it.
  assert.match(await gone(topic([{ first: 11n, sent: [] }]), 4, known), /those of partition 0 before offset 11/);
});
