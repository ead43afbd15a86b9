import { type FetchedPartition, type KafkaConsumer, client as load } from './client.ts';
import { brokerFault, isUnknownTopic, mayAskAgain, unreachable } from './faults.ts';
import type { Topic } from './options.ts';

/** Where the messages of a partition begin and end. */
export interface Extent {
  /** The first that is still there. */
  readonly first: bigint;
  /** After the last that is of no transaction that goes on. */
  readonly stable: bigint;
  /** After the last. */
  readonly end: bigint;
}
export interface Described {
  /** Another topic of that name, made later, has another. */
  readonly id: string;
  readonly partitions: readonly Extent[];
}

/** What to fetch of a partition, from an offset on. */
export interface Wanted {
  readonly partition: number;
  readonly from: bigint;
}

const committed = 1;
const uncommitted = 0;
const earliest = -2n;
const latest = -1n;
/** What configurations are of. */
const topicResource = 2;
const fetched = { maxBytes: 4 << 20, partitionMaxBytes: 1 << 20, maxWaitTime: 500, minBytes: 1 } as const;

/** A connection to the brokers of a topic. */
export class Broker {
  readonly #consumer: KafkaConsumer;
  #isKnown = false;

  private constructor(consumer: KafkaConsumer) {
    this.#consumer = consumer;
  }

  static async open({ client, patience }: Topic): Promise<Broker> {
    const { Consumer } = await load();
    const consumer = new Consumer({
      ...client,
      clientId: 'esteira',
      connectTimeout: patience,
      retries: 0,
      autocommit: false,
    });
    // Each is an error of what was asked, too.
    consumer.on('client:broker:failed', () => {});
    return new Broker(consumer);
  }

  /** The first answer is not waited for without end; once it is there, each may take as long as the client lets it. */
  async describe(topic: Topic): Promise<Described> {
    return await this.#asked(topic, async () => {
      const metadata = await this.#consumer.metadata({
        topics: [topic.name],
        autocreateTopics: false,
        forceUpdate: true,
      });
      const found = metadata.topics.get(topic.name);
      if (!found) throw new Error(`no metadata of ${topic.name}`);
      const [first, stable, end] = await Promise.all([
        this.#list(topic, earliest, uncommitted),
        this.#list(topic, latest, committed),
        this.#list(topic, latest, uncommitted),
      ]);
      const partitions = first.map((offset, index) => ({
        first: offset,
        stable: stable[index] as bigint,
        end: end[index] as bigint,
      }));
      return { id: found.id, partitions };
    });
  }

  /** By partition: the first message that was sent then or later; -1 where none was. */
  async since(topic: Topic, at: Temporal.Instant): Promise<readonly bigint[]> {
    return await this.#asked(topic, () => this.#list(topic, BigInt(at.epochMilliseconds), uncommitted));
  }

  /**
   * Whether the topic gives up messages by their age alone, and none that young: by the broker's time, not the project's. False too where it is not said, or where
   * it keeps all: then it was somebody who deleted some.
   */
  async keeps({ name, client }: Topic, since: Temporal.Instant): Promise<boolean> {
    const { Admin } = await load();
    const admin = new Admin({ ...client, clientId: 'esteira', retries: 0 });
    try {
      const [found] = await admin.describeConfigs({ resources: [{ resourceType: topicResource, resourceName: name }] });
      const values = new Map(found?.configs.map((one) => [one.name, one.value]));
      const age = Number(values.get('retention.ms') ?? -1);
      const isByAge =
        values.get('cleanup.policy')?.includes('delete') === true && values.get('retention.bytes') === '-1';
      return isByAge && age >= 0 && since.epochMilliseconds >= Date.now() - age;
    } catch {
      // Who may read a topic need not be let see this.
      return false;
    } finally {
      await Promise.resolve(admin.close()).catch(() => {});
    }
  }

  async #list({ name }: Topic, timestamp: bigint, isolationLevel: number): Promise<readonly bigint[]> {
    return (await this.#consumer.listOffsets({ topics: [name], timestamp, isolationLevel })).get(name) ?? [];
  }

  /** What the brokers have of these partitions now; nothing of one about which there is nothing new. */
  async fetch(
    topic: Topic,
    wanted: readonly Wanted[],
  ): Promise<{ readonly partitions: readonly FetchedPartition[]; readonly isThrottled: boolean }> {
    return await this.#asked(topic, async () => {
      const metadata = await this.#consumer.metadata({ topics: [topic.name], autocreateTopics: false });
      const found = metadata.topics.get(topic.name);
      if (!found) throw new Error(`no metadata of ${topic.name}`);
      const leaderOf = ({ partition }: Wanted): number => found.partitions[partition]?.leader ?? -1;
      const answers = await Promise.all(
        [...Map.groupBy(wanted, leaderOf)].map(([node, some]) =>
          this.#consumer.fetch({
            ...{ node, isolationLevel: committed },
            ...{ maxBytes: fetched.maxBytes, maxWaitTime: fetched.maxWaitTime, minBytes: fetched.minBytes },
            topics: [
              {
                topicId: found.id,
                partitions: some.map(({ partition, from }) => ({
                  ...{ partition, fetchOffset: from, partitionMaxBytes: fetched.partitionMaxBytes },
                  ...{ currentLeaderEpoch: -1, lastFetchedEpoch: -1 },
                })),
              },
            ],
          }),
        ),
      );
      return {
        partitions: answers.flatMap(({ responses }) => responses.flatMap(({ partitions }) => partitions)),
        isThrottled: answers.some(({ throttleTimeMs }) => throttleTimeMs > 0),
      };
    });
  }

  async #asked<Result>(topic: Topic, ask: () => Promise<Result>): Promise<Result> {
    for (let again = 0; ; again += 1) {
      try {
        const result = await (this.#isKnown ? ask() : this.#within(topic, ask()));
        this.#isKnown = true;
        return result;
      } catch (error) {
        // A topic that has just been made is not known to every broker yet; more than twice it is not there.
        if (again === 3 || !mayAskAgain(error) || isUnknownTopic(error)) throw brokerFault(error, topic);
      }
    }
  }

  async #within<Result>({ where, servers, patience }: Topic, asked: Promise<Result>): Promise<Result> {
    asked.catch(() => {});
    const { promise, reject } = Promise.withResolvers<never>();
    const got = `${servers.join(', ')}: no answer within ${patience} ms`;
    const timer = setTimeout(() => reject(unreachable({ where, got })), patience);
    try {
      return await Promise.race([asked, promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whatever is still being asked fails. */
  async close(): Promise<void> {
    await Promise.resolve(this.#consumer.close(true)).catch(() => {});
  }
}
