import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../../sandbox.ts';

/** The file that `.ci/kafka start` has written. */
export const addresses = process.env['ESTEIRA_TEST_KAFKA'];
export const withoutBroker = addresses === undefined ? 'ESTEIRA_TEST_KAFKA names no broker' : false;
const lines = addresses === undefined ? [] : readFileSync(addresses, 'utf8').trim().split('\n');
/** Plain, with a password, with a password over TLS, and the certificate of the last. */
export const [plain = '', withPassword = '', overTls = '', certificate = ''] = lines;

/** `crash`: as a machine that loses power; `again`: with what it has. */
export function broker(what: 'crash' | 'again'): void {
  const { status, stdout, stderr } = spawnSync(path.join(root, '.ci', 'kafka'), [what, addresses ?? ''], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`.ci/kafka ${what}: ${stdout}${stderr}`);
}

export interface ToSend {
  readonly value?: string | Buffer | null;
  readonly key?: string;
  readonly partition?: number;
  /** When it is said to be sent. */
  readonly at?: string | number;
}
interface Sending {
  send(options: object): Promise<unknown>;
  beginTransaction(): Promise<{
    send(options: object): Promise<unknown>;
    commit(): Promise<void>;
    abort(): Promise<void>;
  }>;
  close(): Promise<void>;
}
interface Administrating {
  createTopics(options: object): Promise<unknown>;
  deleteTopics(options: object): Promise<unknown>;
  createPartitions(options: object): Promise<unknown>;
  deleteRecords(options: object): Promise<unknown>;
  listOffsets(options: object): Promise<readonly { readonly partitions: readonly { readonly offset: bigint }[] }[]>;
  close(): Promise<void>;
}
// Its own types do not pass the checks of this project.
const { Admin, Producer } = (await import('@platformatic/kafka' as string)) as {
  readonly Admin: new (options: object) => Administrating;
  readonly Producer: new (options: object) => Sending;
};
const client = { clientId: 'test', bootstrapBrokers: [plain], autocreateTopics: false };

/** Does something as the broker's administrator. */
export async function administrate<Result>(what: (admin: Administrating) => Promise<Result>): Promise<Result> {
  const admin = new Admin({ ...client, retries: 30, retryDelay: 100 });
  try {
    return await what(admin);
  } finally {
    await admin.close();
  }
}

/** A topic of its own. */
export async function makeTopic(partitions = 1, configs: Readonly<Record<string, string>> = {}): Promise<string> {
  const topic = `esteira_test_${randomBytes(6).toString('hex')}`;
  await makeNamed(topic, partitions, configs);
  return topic;
}
export const makeNamed = (topic: string, partitions: number, configs: Readonly<Record<string, string>> = {}) =>
  administrate((admin) =>
    admin.createTopics({
      ...{ topics: [topic], partitions, replicas: 1 },
      configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
    }),
  );

/** Of the first message that a partition still has. */
export async function firstOffset(name: string, partition: number): Promise<bigint> {
  const asked = [{ name, partitions: [{ partitionIndex: partition, timestamp: -2n }] }];
  const [found] = await administrate((admin) => admin.listOffsets({ topics: asked }));
  return found?.partitions[0]?.offset ?? -1n;
}

const asMessage = (topic: string, { value = null, key, partition = 0, at = Date.now() }: ToSend) => ({
  ...{ topic, partition, timestamp: BigInt(typeof at === 'number' ? at : Date.parse(at)) },
  ...(key === undefined ? {} : { key: Buffer.from(key) }),
  ...(value === null ? {} : { value: Buffer.isBuffer(value) ? value : Buffer.from(value) }),
});

/** Sends messages, a thousand together. */
export async function send(topic: string, messages: readonly ToSend[], options: object = {}): Promise<void> {
  // What is sent once more is there once.
  const producer = new Producer({ ...client, idempotent: true, retries: 30, retryDelay: 100, ...options });
  try {
    for (let from = 0; from < messages.length; from += 1000)
      await producer.send({
        messages: messages.slice(from, from + 1000).map((one) => asMessage(topic, one)),
        acks: -1,
      });
  } finally {
    await producer.close();
  }
}

/** Sends them in a transaction of its own, and ends it so. */
export async function transact(topic: string, messages: readonly ToSend[], end: 'commit' | 'abort'): Promise<void> {
  const { finish, close } = await begin(topic, messages);
  await finish(end);
  await close();
}
/** A transaction that goes on until it is finished. */
export async function begin(topic: string, messages: readonly ToSend[]) {
  const producer = new Producer({
    ...client,
    idempotent: true,
    transactionalId: `t${randomBytes(4).toString('hex')}`,
    retries: 30,
    retryDelay: 100,
  });
  const transaction = await producer.beginTransaction();
  await transaction.send({ messages: messages.map((one) => asMessage(topic, one)), acks: -1 });
  return { finish: (end: 'commit' | 'abort') => transaction[end](), close: () => producer.close() };
}
