// What is used of `@platformatic/kafka`, whose own types do not pass the checks of this project (they name what they do not bring).

export interface FetchedRecord {
  readonly offsetDelta: number;
  readonly timestampDelta: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}
/** Messages that were sent together, or a marker of a transaction. */
export interface FetchedBatch {
  readonly attributes: number;
  readonly firstOffset: bigint;
  readonly lastOffsetDelta: number;
  readonly firstTimestamp: bigint;
  readonly maxTimestamp: bigint;
  readonly producerId: bigint;
  readonly records: readonly FetchedRecord[];
}
export interface FetchedPartition {
  readonly partitionIndex: number;
  readonly abortedTransactions: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[];
  readonly records?: readonly FetchedBatch[];
}
interface Fetched {
  readonly throttleTimeMs: number;
  readonly responses: readonly { readonly partitions: readonly FetchedPartition[] }[];
}
interface TopicMetadata {
  readonly id: string;
  readonly partitions: Readonly<Record<number, { readonly leader: number }>>;
}

export interface Sasl {
  readonly mechanism: string;
  readonly username?: string;
  readonly password?: string;
  readonly token?: string;
}
export interface ClientOptions {
  readonly groupId: string;
  readonly bootstrapBrokers: readonly string[];
  readonly tls?: Readonly<Record<string, Buffer>>;
  readonly sasl?: Sasl;
}

interface FetchOptions {
  readonly node: number;
  readonly isolationLevel: number;
  readonly maxBytes: number;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  /** The client notes in them what it has learnt. */
  readonly topics: {
    topicId: string;
    partitions: {
      partition: number;
      fetchOffset: bigint;
      partitionMaxBytes: number;
      currentLeaderEpoch: number;
      lastFetchedEpoch: number;
    }[];
  }[];
}

export interface KafkaConsumer {
  on(event: string, listener: () => void): unknown;
  metadata(options: {
    readonly topics: readonly string[];
    readonly autocreateTopics: boolean;
    readonly forceUpdate?: boolean;
  }): Promise<{ readonly topics: ReadonlyMap<string, TopicMetadata> }>;
  listOffsets(options: {
    readonly topics: readonly string[];
    readonly timestamp: bigint;
    readonly isolationLevel: number;
  }): Promise<ReadonlyMap<string, readonly bigint[]>>;
  fetch(options: FetchOptions): Promise<Fetched>;
  close(force: boolean): Promise<void>;
}

interface KafkaAdmin {
  describeConfigs(options: {
    readonly resources: readonly { readonly resourceType: number; readonly resourceName: string }[];
  }): Promise<readonly { readonly configs: readonly { readonly name: string; readonly value: string | null }[] }[]>;
  close(): Promise<void>;
}

export interface KafkaProducer {
  on(event: string, listener: () => void): unknown;
  send(options: {
    readonly messages: readonly {
      readonly topic: string;
      readonly value: Buffer;
      readonly key?: Buffer;
      readonly timestamp: bigint;
    }[];
    readonly acks: number;
  }): Promise<unknown>;
  close(force: boolean): Promise<void>;
}
type Partitioner = (message: object, key: Buffer | undefined, context: object) => number;

interface Client {
  readonly compatibilityPartitioner: Partitioner;
  readonly Producer: new (
    options: ClientOptions & {
      readonly clientId: string;
      readonly connectTimeout: number;
      readonly retries: number;
      readonly retryDelay: number;
      readonly idempotent: boolean;
      readonly autocreateTopics: boolean;
      readonly partitioner: Partitioner;
    },
  ) => KafkaProducer;
  readonly Admin: new (options: ClientOptions & { readonly clientId: string; readonly retries: number }) => KafkaAdmin;
  readonly Consumer: new (
    options: ClientOptions & {
      readonly clientId: string;
      readonly connectTimeout: number;
      readonly retries: number;
      readonly autocommit: boolean;
    },
  ) => KafkaConsumer;
}

/** Imported when it is used. */
export const client = async (): Promise<Client> => (await import('@platformatic/kafka' as string)) as Client;
