import type { MessageSink, SentMessage, SourceTable } from '../../ports/index.ts';
import { Broker } from './broker.ts';
import { type KafkaProducer, client as load } from './client.ts';
import { brokerFault } from './faults.ts';
import { type Topic, topicOf, type Values } from './options.ts';

/** A broker that is away is asked each second, for an hour: for so long what is sent once more is known by its number and is there once. */
const tries = { retries: 3600, retryDelay: 1000 };
/** Milliseconds: until it is looked for why there is no answer. */
const patience = 3000;
/** Characters of texts that are sent together: a broker takes a million bytes. */
const together = 250_000;

/** Sends to the topic that a source reads. */
export function kafkaSink(table: SourceTable, values: Values): MessageSink {
  return new Sink(topicOf(table, values));
}

class Sink implements MessageSink {
  readonly #topic: Topic;
  #producer: KafkaProducer | undefined;
  /** Of messages without a key each goes to the next partition. */
  #next = 0;

  constructor(topic: Topic) {
    this.#topic = topic;
  }

  async send(messages: readonly SentMessage[], waits: (why: unknown) => void): Promise<void> {
    const producer = await this.#open();
    const timer = setInterval(() => void this.#look().catch(waits), patience);
    try {
      for (const some of portions(messages))
        await producer.send({ messages: some.map((one) => this.#message(one)), acks: -1 });
    } catch (error) {
      throw brokerFault(error, this.#topic);
    } finally {
      clearInterval(timer);
    }
  }

  #message({ key, at, text }: SentMessage) {
    return {
      ...{ topic: this.#topic.name, value: Buffer.from(text), timestamp: BigInt(at) },
      ...(key === null ? {} : { key: Buffer.from(key) }),
    };
  }

  /** What is wrong is told with a code before anything is sent. */
  async #open(): Promise<KafkaProducer> {
    if (this.#producer) return this.#producer;
    await this.#look();
    const { Producer, compatibilityPartitioner } = await load();
    // As the clients of others do, so that a key has one partition whoever sends.
    const partitioner = (message: object, key: Buffer | undefined, context: object): number => {
      if (key) return compatibilityPartitioner(message, key, context);
      this.#next = (this.#next + 1) % 1_000_000;
      return this.#next;
    };
    this.#producer = new Producer({
      ...this.#topic.client,
      ...{ clientId: 'esteira', connectTimeout: this.#topic.patience, ...tries },
      ...{ idempotent: true, autocreateTopics: false, partitioner },
    });
    this.#producer.on('client:broker:failed', () => {});
    return this.#producer;
  }

  async #look(): Promise<void> {
    const broker = await Broker.open(this.#topic);
    try {
      await broker.describe(this.#topic);
    } finally {
      await broker.close();
    }
  }

  async close(): Promise<void> {
    await Promise.resolve(this.#producer?.close(true)).catch(() => {});
  }
}

function* portions(messages: readonly SentMessage[]): Generator<readonly SentMessage[]> {
  let some: SentMessage[] = [];
  let size = 0;
  for (const one of messages) {
    if (some.length > 0 && size + one.text.length > together) {
      yield some;
      some = [];
      size = 0;
    }
    some.push(one);
    size += one.text.length;
  }
  if (some.length > 0) yield some;
}
