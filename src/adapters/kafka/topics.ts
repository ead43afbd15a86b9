import { parseDuration } from '../../columns/index.ts';
import { EsteiraError } from '../../errors.ts';
import type {
  FoundThere,
  Incoming,
  SourceTable,
  SourceTables,
  Span,
  TableAsked,
  TableReach,
  TableSnapshot,
} from '../../ports/index.ts';
import { Broker, type Described, type Extent } from './broker.ts';
import { unreachable } from './faults.ts';
import { goneOf, identityOf, type Known, spanned } from './gone.ts';
import { type Topic, topicOf, type Values } from './options.ts';
import { messagesOf, type Range, type SentWithin } from './read.ts';

/** Topics of Kafka brokers. */
export const kafkaTopics = (values: Values): Omit<SourceTables, 'has'> => ({
  begin: () => new Snapshot(values),
  async look(table) {
    const snapshot = new Snapshot(values);
    try {
      return await snapshot.look(table);
    } finally {
      await snapshot.close();
    }
  },
});

export interface Found {
  readonly topic: Topic;
  readonly broker: Broker;
  readonly described: Described;
}

class Snapshot implements TableSnapshot {
  readonly #values: Values;
  readonly #brokers = new Map<string, Promise<Broker>>();

  constructor(values: Values) {
    this.#values = values;
  }

  /** The parts are the partitions, and the topic itself, of which the bound is its identity. */
  async reach(table: SourceTable): Promise<TableReach> {
    const { topic, described } = await this.#of(table);
    const { id, partitions } = described;
    const uppers = new Map([[topic.name, identityOf(id)]]);
    for (const [index, { stable }] of partitions.entries()) uppers.set(`${topic.name}:${index}`, stable);
    const behind = partitions.reduce((sum, { end, stable }) => sum + (end - stable), 0n);
    const waits = `up to ${behind} messages of ${topic.name} are of transactions that have not ended, or come after one: they come with a later run`;
    return { uppers, mayGoBack: true, ...(behind > 0n ? { waits } : {}) };
  }

  async gone(table: SourceTable, span: Span, known?: Known): Promise<string | undefined> {
    const found = await this.#of(table);
    return await goneOf(found, span, { known, starts: await found.broker.since(found.topic, span.from) });
  }

  async spanned(table: SourceTable, span: Span): Promise<Known> {
    return await spanned(await this.#of(table), span);
  }

  async open(table: SourceTable, asked: TableAsked): Promise<Incoming> {
    const found = await this.#of(table);
    const { topic, broker } = found;
    const { within } = asked;
    const told: string[] = [];
    const missing = (what: string): void => {
      if (topic.expired === 'fail') throw messagesLost(topic, what);
      told.push(`messages are left out that are gone: ${what}`);
    };
    const ranges = within ? await rangesOfSpans(found, within, missing) : rangesOf(found, asked, missing);
    const lost = async (partition: number): Promise<Error> => {
      const { partitions } = await broker.describe(topic);
      const wanted = ranges.find((one) => one.partition === partition)?.from ?? 0n;
      return messagesLost(topic, missingText(partition, wanted, partitions[partition]));
    };
    const { key } = topic;
    return {
      place: topic.name,
      differences: [],
      told,
      repeats: false,
      messages: {
        ...(key === undefined ? {} : { key }),
        ...(within ? { within: { column: within.column, spans: within.spans } } : {}),
      },
      chunks: messagesOf(ranges, { broker, topic, lost, called: calledOf(found) }),
      close: async () => {},
    };
  }

  async look(table: SourceTable): Promise<FoundThere> {
    const { topic, described } = await this.#of(table);
    const { partitions } = described;
    const count = partitions.reduce((sum, { first, stable }) => sum + (stable - first), 0n);
    const parts = `${partitions.length} ${partitions.length === 1 ? 'partition' : 'partitions'}`;
    return { found: `topic ${topic.name} of ${topic.servers.join(', ')}, ${parts}, up to ${count} messages` };
  }

  async #of(table: SourceTable): Promise<Found> {
    const topic = topicOf(table, this.#values);
    const opening = this.#brokers.get(topic.connection) ?? Broker.open(topic);
    this.#brokers.set(topic.connection, opening);
    const broker = await opening;
    return { topic, broker, described: await broker.describe(topic) };
  }

  async close(): Promise<void> {
    const brokers = await Promise.allSettled(this.#brokers.values());
    this.#brokers.clear();
    for (const one of brokers) if (one.status === 'fulfilled') await one.value.close();
  }
}

/** A topic that is made again begins with the same offsets: its messages are others. */
const calledOf = ({ topic, described }: Found): string =>
  `${topic.name}@${described.id.replaceAll('-', '').slice(0, 8)}`;

/** What is new since the offsets that were read, or everything. */
function rangesOf(
  { topic, described }: Found,
  { piece }: TableAsked,
  missing: (what: string) => void,
): readonly Range[] {
  const before = piece?.get(topic.name)?.lower;
  const isOther = before !== undefined && before !== identityOf(described.id);
  if (isOther) missing(`${topic.name} is another topic than the one that was read: it was deleted and made again`);
  return described.partitions.flatMap((extent, partition): readonly Range[] => {
    if (!piece) return [{ partition, from: extent.first, until: extent.stable }];
    const bound = piece.get(`${topic.name}:${partition}`);
    // A partition that was added since the bounds were taken comes with the next run.
    if (!bound) return [];
    const { lower, upper } = bound;
    const isBehind = lower !== undefined && extent.end < lower;
    if (!isOther && lower !== undefined && (isBehind || extent.first > lower))
      missing(missingText(partition, lower, extent));
    const goesOn = lower !== undefined && lower >= extent.first && !isOther && !isBehind;
    return [{ partition, from: goesOn ? lower : extent.first, until: upper }];
  });
}

/**
 * Messages that were sent at these times, or a little before or after: whose time is not of them is left out when it is known. The broker finds the first that
 * was sent then or later, so none is before it; those before the first that was sent after it are most, not all.
 */
async function rangesOfSpans(
  found: Found,
  { spans, known }: NonNullable<TableAsked['within']>,
  missing: (what: string) => void,
): Promise<readonly Range[]> {
  const { topic, broker, described } = found;
  const { count, unit } = parseDuration(topic.apart) ?? { count: 0, unit: 'ms' };
  const apart = unit === 'ms' ? { milliseconds: count } : { [`${unit}s`]: count };
  const windows: SentWithin['windows'][number][] = [];
  const ranges: { partition: number; from: bigint; after: bigint }[] = [];
  for (const span of spans) {
    const inUtc = (at: Temporal.Instant) => at.toZonedDateTimeISO('UTC');
    const [from, until] = [inUtc(span.from).subtract(apart).toInstant(), inUtc(span.until).add(apart).toInstant()];
    windows.push([from.epochMilliseconds, until.epochMilliseconds]);
    const [starts, own, ends] = await Promise.all([from, span.from, until].map((at) => broker.since(topic, at)));
    const expired = await goneOf(found, span, { known, starts: own ?? [] });
    if (expired !== undefined) missing(expired);
    for (const [partition, { stable, end }] of described.partitions.entries()) {
      const [start = -1n, after = -1n] = [starts?.[partition], ends?.[partition]];
      if (start < 0n) continue;
      if ((after < 0n ? end : after) > stable) throw goingOn(topic, partition, span);
      ranges.push({ partition, from: start, after: after < 0n ? stable : after });
    }
  }
  // One for each partition: no message comes twice.
  return [...Map.groupBy(ranges, ({ partition }) => partition)].map(([partition, own]) => {
    const from = own.map((one) => one.from).reduce((one, other) => (one < other ? one : other));
    const after = own.map((one) => one.after).reduce((one, other) => (one > other ? one : other));
    const until = described.partitions[partition]?.stable ?? after;
    return { partition, from, until, sent: { windows, after } };
  });
}

function missingText(partition: number, wanted: bigint, extent: Extent | undefined): string {
  if (!extent) return `partition ${partition} is not there any more`;
  const { first, end } = extent;
  if (end < wanted)
    return `partition ${partition} ends at offset ${end}, and was read up to ${wanted}: it is older than it was`;
  return `partition ${partition}: offsets ${wanted} to ${first - 1n} are gone, ${first} is the first that is there`;
}

const messagesLost = ({ where, servers, name }: Topic, missing: string): EsteiraError =>
  new EsteiraError('MESSAGES_LOST', {
    what: `Messages of ${name} are gone that were not brought in yet.`,
    where,
    got: `${servers.join(', ')}: ${missing}`,
    next: "Bring them in from elsewhere, if they are kept; expired: 'skip' of the source goes on with what is there.",
  });

/** Its messages are not known yet; the broker ends a transaction whose producer is gone after a quarter of an hour, as a rule. */
const goingOn = ({ where, servers, name }: Topic, partition: number, { called }: Span): EsteiraError =>
  unreachable({
    where,
    got: `${servers.join(', ')}: messages of ${name}, partition ${partition}, sent in ${called} are of a transaction that has not ended`,
  });
