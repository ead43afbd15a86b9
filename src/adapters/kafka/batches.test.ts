import assert from 'node:assert/strict';
import { test } from 'node:test';
import { committed, endOf } from './batches.ts';
import type { FetchedBatch } from './client.ts';

interface Of {
  readonly producer?: bigint;
  /** `abort` and `commit` are markers. */
  readonly kind?: 'transactional' | 'abort' | 'commit';
  /** Offsets within the batch that have a message; of a compacted one some are gone. */
  readonly deltas?: readonly number[];
  readonly length?: number;
}
const marker = (type: number): Buffer => Buffer.from([0, 0, 0, type]);

function batch(
  firstOffset: bigint,
  { producer = -1n, kind, deltas = [0], length = (deltas.at(-1) ?? 0) + 1 }: Of = {},
): FetchedBatch {
  const isMarker = kind === 'abort' || kind === 'commit';
  return {
    ...{ firstOffset, lastOffsetDelta: length - 1, producerId: producer },
    attributes: kind === undefined ? 0 : isMarker ? 0b110000 : 0b010000,
    ...{ firstTimestamp: 1000n, maxTimestamp: 2000n },
    records: deltas.map((offsetDelta) => ({
      ...{ offsetDelta, timestampDelta: BigInt(offsetDelta) },
      key: isMarker ? marker(kind === 'abort' ? 0 : 1) : null,
      value: Buffer.from('{}'),
    })),
  };
}
const offsets = (
  batches: readonly FetchedBatch[],
  aborted: readonly (readonly [bigint, bigint])[] = [],
  from = 0n,
  until = 1000n,
) =>
  [
    ...committed(batches, {
      from,
      until,
      aborted: aborted.map(([producerId, firstOffset]) => ({ producerId, firstOffset })),
    }),
  ].map(({ offset }) => Number(offset));

test('messages of a range come, of a batch in which it begins or ends only its own', () => {
  const batches = [batch(10n, { deltas: [0, 1, 2] }), batch(13n, { deltas: [0, 1] })];
  assert.deepEqual(offsets(batches), [10, 11, 12, 13, 14]);
  assert.deepEqual(offsets(batches, [], 11n, 14n), [11, 12, 13]);
});

test('what a transaction took back does not come, what the same producer committed before and after does', () => {
  const batches = [
    batch(0n, { producer: 7n, kind: 'transactional', deltas: [0, 1] }),
    batch(2n, { producer: 7n, kind: 'commit' }),
    batch(3n, { producer: 7n, kind: 'transactional' }),
    batch(4n, { producer: 8n, kind: 'transactional' }),
    batch(5n, { producer: 7n, kind: 'abort' }),
    batch(6n, { producer: 7n, kind: 'transactional' }),
    batch(7n, { producer: 7n, kind: 'commit' }),
    batch(8n, { producer: 8n, kind: 'commit' }),
    batch(9n),
  ];
  assert.deepEqual(offsets(batches, [[7n, 3n]]), [0, 1, 4, 6, 9]);
});

test('two transactions of one producer are each taken back, and one whose marker has not come yet too', () => {
  const batches = [
    batch(0n, { producer: 7n, kind: 'transactional' }),
    batch(1n, { producer: 7n, kind: 'abort' }),
    batch(2n, { producer: 7n, kind: 'transactional' }),
    batch(3n, { producer: 7n, kind: 'abort' }),
    batch(4n, { producer: 7n, kind: 'transactional' }),
  ];
  assert.deepEqual(
    offsets(batches, [
      [7n, 4n],
      [7n, 0n],
      [7n, 2n],
    ]),
    [],
  );
  assert.deepEqual(offsets(batches, [[7n, 0n]]), [2, 4], 'the broker says which');
});

test('a batch stands for all of its offsets, though messages at its end are gone', () => {
  const compacted = batch(20n, { deltas: [1], length: 6 });
  assert.deepEqual(offsets([compacted]), [21]);
  assert.equal(endOf(compacted), 26n);
});

test('a message has the time at which it was sent, or the one at which the log took it in', () => {
  const [sent] = committed([batch(0n, { deltas: [5] })], { from: 0n, until: 10n, aborted: [] });
  assert.equal(sent?.at, 1005);
  const [taken] = committed([{ ...batch(0n, { deltas: [5] }), attributes: 1 << 3 }], {
    from: 0n,
    until: 10n,
    aborted: [],
  });
  assert.equal(taken?.at, 2000);
});
