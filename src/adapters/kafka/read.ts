import { setTimeout as pause } from 'node:timers/promises';
import type { IncomingChunk } from '../../ports/index.ts';
import { committed, endOf, type Sent } from './batches.ts';
import type { Broker } from './broker.ts';
import { Messages } from './chunk.ts';
import { isOutOfRange } from './faults.ts';
import type { Topic } from './options.ts';

/** Messages of a partition, from one offset on and before another. */
export interface Range {
  readonly partition: number;
  readonly from: bigint;
  readonly until: bigint;
  readonly sent?: SentWithin;
}

/** Those alone that were sent at these times, in milliseconds: from the first on, before the second. */
export interface SentWithin {
  readonly windows: readonly (readonly [from: number, until: number])[];
  /** The first that was sent after all of them. Some that stand behind it may not have been: clocks differ. */
  readonly after: bigint;
}

/** So many answers in a row without any message say that there is none any more before the end. */
const enough = 2;

/** So many messages in a row that were sent after the times asked for say that all others behind them were too. */
const calm = 10_000;

/**
 * The messages of these ranges, each range to its end. Where the last offsets of a range have no message (those of a transaction's marker, one that was
 * compacted away), the batch that spans them says so; where even that is gone, that the broker gives nothing though its end lies beyond.
 */
export async function* messagesOf(
  ranges: readonly Range[],
  of: {
    readonly broker: Broker;
    readonly topic: Topic;
    /** What identities begin with. */
    readonly called: string;
    readonly lost: (partition: number) => Promise<Error>;
  },
): AsyncGenerator<IncomingChunk> {
  const { broker, topic } = of;
  const messages = new Messages(of.called);
  const left = new Map(ranges.filter(({ from, until }) => from < until).map((range) => [range.partition, range]));
  let asking = left.size > 0 ? ask() : undefined;
  let nothing = 0;

  /** Counts those in a row that came too late. */
  const late = new Map<number, number>();
  function isWanted({ partition, sent: within }: Range, { at, offset }: Sent): boolean {
    if (!within) return true;
    const { windows, after } = within;
    const isLate = offset >= after && windows.every(([, until]) => at >= until);
    late.set(partition, isLate ? (late.get(partition) ?? 0) + 1 : 0);
    if ((late.get(partition) ?? 0) >= calm) left.delete(partition);
    return windows.some(([from, until]) => at >= from && at < until);
  }

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
        if (!isWanted(range, sent)) continue;
        messages.add(range.partition, sent);
        if (messages.isFull) yield messages.take();
      }
    if (isThrottled) await pause(100);
  }
  if (messages.count > 0) yield messages.take();
}
