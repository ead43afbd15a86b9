import { setTimeout as pause } from 'node:timers/promises';
import type { IncomingChunk } from '../../ports/index.ts';
import { committed, endOf } from './batches.ts';
import type { Broker } from './broker.ts';
import { Messages } from './chunk.ts';
import { isOutOfRange } from './faults.ts';
import type { Topic } from './options.ts';

/** Messages of a partition, from one offset on and before another. */
export interface Range {
  readonly partition: number;
  readonly from: bigint;
  readonly until: bigint;
}

/** So many answers in a row without any message say that there is none any more before the end. */
const enough = 2;

/**
 * The messages of these ranges, each range to its end. Where the last offsets of a range have no message (those of a transaction's marker, one that was
 * compacted away), the batch that spans them says so; where even that is gone, that the broker gives nothing though its end lies beyond.
 */
export async function* messagesOf(
  ranges: readonly Range[],
  of: { readonly broker: Broker; readonly topic: Topic; readonly lost: (partition: number) => Promise<Error> },
): AsyncGenerator<IncomingChunk> {
  const { broker, topic } = of;
  const messages = new Messages(topic.name);
  const left = new Map(ranges.filter(({ from, until }) => from < until).map((range) => [range.partition, range]));
  let asking = left.size > 0 ? ask() : undefined;
  let nothing = 0;

  function ask() {
    const asked = broker.fetch(topic, [...left.values()]);
    asked.catch(() => {});
    return asked;
  }

  while (asking) {
    const { partitions, isThrottled } = await asking.catch(async (error: unknown) => {
      if (!isOutOfRange((error as Error).cause ?? error)) throw error;
      throw await of.lost([...left.keys()][0] ?? 0);
    });
    const answered = partitions.flatMap(({ partitionIndex, records = [], abortedTransactions }) => {
      const range = left.get(partitionIndex);
      const last = records.at(-1);
      if (!range || !last) return [];
      const next = endOf(last);
      if (next >= range.until) left.delete(partitionIndex);
      else left.set(partitionIndex, { ...range, from: next > range.from ? next : range.from });
      return [{ range, records, aborted: abortedTransactions }];
    });
    nothing = answered.length === 0 && !isThrottled ? nothing + 1 : 0;
    if (nothing === enough) left.clear();
    // The next answer is on its way while this one is put away.
    asking = left.size > 0 ? ask() : undefined;
    for (const { range, records, aborted } of answered)
      for (const sent of committed(records, { ...range, aborted })) {
        messages.add(range.partition, sent);
        if (messages.isFull) yield messages.take();
      }
    if (isThrottled) await pause(100);
  }
  if (messages.count > 0) yield messages.take();
}
