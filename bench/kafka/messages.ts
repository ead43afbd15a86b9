import { readFileSync } from 'node:fs';

/** The file that `.ci/kafka start` has written, and the plain address in it. */
const addresses = process.env['ESTEIRA_TEST_KAFKA'] ?? '';
export const server = addresses === '' ? '' : (readFileSync(addresses, 'utf8').split('\n')[0] ?? '');
export const topic = 'esteira_bench_messages';
const partitions = 4;

interface Client {
  readonly Admin: new (
    options: object,
  ) => {
    createTopics(options: object): Promise<unknown>;
    deleteTopics(options: object): Promise<unknown>;
    close(): Promise<void>;
  };
  readonly Producer: new (options: object) => { send(options: object): Promise<unknown>; close(): Promise<void> };
}
// Its own types do not pass the checks of this project.
const client = async (): Promise<Client> => (await import('@platformatic/kafka' as string)) as Client;
const options = { clientId: 'bench', bootstrapBrokers: [server], retries: 20, retryDelay: 200 };

const start = Date.parse('2026-03-01T00:00:00Z');
/** 300 bytes, more or less. */
export const messageOf = (id: number): string =>
  JSON.stringify({
    event_id: id,
    occurred_at: new Date(start + id * 170).toISOString(),
    person: `user-${(id * 7919) % 50_000}`,
    kind: ['view', 'click', 'match', 'contract'][id % 4],
    // Never whole: whoever infers types would find two.
    amount: ((id * 37) % 100_000) + 0.25,
    ok: id % 3 === 0,
    note: `a note of some length about case ${id} and what became of it, as people write them`,
    ctx: { device: id % 2 === 0 ? 'phone' : 'desk', path: ['home', `case-${id % 977}`], attempt: id % 5 },
  });

export async function fillTopic(count: number): Promise<void> {
  const { Admin, Producer } = await client();
  const admin = new Admin(options);
  await admin.deleteTopics({ topics: [topic] }).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 500));
  await admin.createTopics({ topics: [topic], partitions, replicas: 1 });
  await admin.close();
  const producer = new Producer({ ...options, idempotent: true });
  for (let from = 0; from < count; from += 2000) {
    const ids = Array.from({ length: Math.min(2000, count - from) }, (_, index) => from + index);
    const messages = ids.map((id) => ({
      ...{ topic, partition: id % partitions, timestamp: BigInt(start + id * 170) },
      value: Buffer.from(messageOf(id)),
    }));
    await producer.send({ messages, acks: -1 });
  }
  await producer.close();
}

export async function dropTopic(): Promise<void> {
  const { Admin } = await client();
  const admin = new Admin(options);
  await admin.deleteTopics({ topics: [topic] }).catch(() => {});
  await admin.close();
}
