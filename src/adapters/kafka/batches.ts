import type { FetchedBatch, FetchedPartition } from './client.ts';

/** A message of one partition. */
export interface Sent {
  readonly offset: bigint;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** Bits of a batch's attributes. */
const bits = { logAppendTime: 1 << 3, transactional: 1 << 4, control: 1 << 5 } as const;
/** Of a control record, whose key is a version and a type. */
const abortMarker = 0;

/** Transactions that were taken back, as the broker names them with each answer. */
type Aborted = FetchedPartition['abortedTransactions'];

/** The offset after the last that a batch stands for, though that message be gone. */
export const endOf = ({ firstOffset, lastOffsetDelta }: FetchedBatch): bigint =>
  firstOffset + BigInt(lastOffsetDelta) + 1n;

/**
 * The messages of one partition in one answer that are from `from` on and before `until`: without control records, and without those of transactions
 * that were taken back. An answer begins with the whole batch in which its first message stands.
 */
export function* committed(
  batches: readonly FetchedBatch[],
  { aborted, from, until }: { readonly aborted: Aborted; readonly from: bigint; readonly until: bigint },
): Generator<Sent> {
  const begun = aborted.toSorted((one, other) => (one.firstOffset < other.firstOffset ? -1 : 1));
  const takenBack = new Set<bigint>();
  let next = 0;
  for (const batch of batches) {
    const { attributes, firstOffset, producerId, records } = batch;
    const end = endOf(batch);
    for (; next < begun.length && (begun[next] as Aborted[number]).firstOffset < end; next += 1)
      takenBack.add((begun[next] as Aborted[number]).producerId);
    if (attributes & bits.control) {
      if (records[0]?.key?.readInt16BE(2) === abortMarker) takenBack.delete(producerId);
      continue;
    }
    if (attributes & bits.transactional && takenBack.has(producerId)) continue;
    const sentAt = attributes & bits.logAppendTime ? undefined : Number(batch.firstTimestamp);
    const appendedAt = Number(batch.maxTimestamp);
    for (const { offsetDelta, timestampDelta, key, value } of records) {
      const offset = firstOffset + BigInt(offsetDelta);
      if (offset < from) continue;
      if (offset >= until) return;
      yield { offset, at: sentAt === undefined ? appendedAt : sentAt + Number(timestampDelta), key, value };
    }
  }
}
