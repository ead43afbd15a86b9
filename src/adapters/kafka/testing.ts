import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A topic of one partition, as a broker of a test has it. */
export interface Held {
  /** The offset of the first message. */
  first: bigint;
  messages: readonly HeldMessage[];
  /** A code of the protocol that describing the topic ends with. */
  error?: number;
}
export interface HeldMessage {
  readonly at: string;
  readonly key?: string;
  readonly value?: string;
}

const int = (bytes: 1 | 2 | 4, value: number): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntBE(value, 0, bytes);
  return buffer;
};
const long = (value: bigint): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(value);
  return buffer;
};
const text = (value: string): Buffer => Buffer.concat([int(2, value.length), Buffer.from(value)]);
const compact = (value: string): Buffer => Buffer.concat([Buffer.from([value.length + 1]), Buffer.from(value)]);
const none = Buffer.from([0]);

/** As the protocol writes numbers of any length. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value >= 0 ? value * 2 : -value * 2 - 1;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return Buffer.from([...bytes, left]);
}
const sized = (value: string | undefined): Buffer =>
  value === undefined ? varint(-1) : Buffer.concat([varint(Buffer.byteLength(value)), Buffer.from(value)]);

/** A batch as it stands in a log; nobody looks at its sum. */
function batchOf(first: bigint, messages: readonly HeldMessage[]): Buffer {
  const times = messages.map(({ at }) => Date.parse(at));
  const [begin = 0] = times;
  const records = messages.map(({ key, value }, index) => {
    const delta = (times[index] ?? 0) - begin;
    const body = Buffer.concat([none, varint(delta), varint(index), sized(key), sized(value), varint(0)]);
    return Buffer.concat([varint(body.length), body]);
  });
  const until = Math.max(...times);
  const head = [
    int(4, 0),
    int(1, 2),
    int(4, 0),
    int(2, 0),
    int(4, messages.length - 1),
    long(BigInt(begin)),
    long(BigInt(until)),
  ];
  const body = Buffer.concat([...head, long(-1n), int(2, -1), int(4, -1), int(4, messages.length), ...records]);
  return Buffer.concat([long(first), int(4, body.length), body]);
}

/** The calls that it knows, each in one version. */
const calls = { fetch: [1, 4], listOffsets: [2, 1], metadata: [3, 12], apiVersions: [18, 3] } as const;

/** A broker that says of any topic what it is told to say. */
export async function fakeBroker(held: Held): Promise<{ readonly address: string; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let waiting: Buffer = Buffer.alloc(0);
    socket.on('data', (piece: Buffer) => {
      waiting = Buffer.concat([waiting, piece]);
      while (waiting.length >= 4 && waiting.length >= 4 + waiting.readInt32BE()) {
        const request = waiting.subarray(4, 4 + waiting.readInt32BE());
        waiting = waiting.subarray(4 + request.length);
        const answer = answerTo(request);
        socket.write(Buffer.concat([int(4, answer.length), answer]));
      }
    });
  });
  server.unref();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const end = (): bigint => held.first + BigInt(held.messages.length);

  function answerTo(request: Buffer): Buffer {
    const [key, correlation] = [request.readInt16BE(0), request.subarray(4, 8)];
    if (key === calls.apiVersions[0]) {
      const list = Object.values(calls).map(([id, version]) =>
        Buffer.concat([int(2, id), int(2, version), int(2, version), none]),
      );
      return Buffer.concat([correlation, int(2, 0), Buffer.from([list.length + 1]), ...list, int(4, 0), none]);
    }
    if (key === calls.metadata[0]) return Buffer.concat([correlation, none, metadata(request)]);
    return Buffer.concat([correlation, key === calls.fetch[0] ? fetched(request) : offsets(request)]);
  }

  function metadata(request: Buffer): Buffer {
    const name = namedIn(request);
    const broker = Buffer.concat([int(4, 1), compact('127.0.0.1'), int(4, port), none, none]);
    const replicas = Buffer.concat([Buffer.from([2]), int(4, 1), Buffer.from([2]), int(4, 1), Buffer.from([1])]);
    const partition = Buffer.concat([int(2, 0), int(4, 0), int(4, 1), int(4, 0), replicas, none]);
    const partitions = held.error ? [Buffer.from([1])] : [Buffer.from([2]), partition];
    const topic = [int(2, held.error ?? 0), compact(name), Buffer.alloc(16, 7), none, ...partitions, int(4, -1), none];
    return Buffer.concat([
      int(4, 0),
      Buffer.from([2]),
      broker,
      compact('test'),
      int(4, 1),
      Buffer.from([2]),
      ...topic,
      none,
    ]);
  }

  function offsets(request: Buffer): Buffer {
    const timestamp = request.readBigInt64BE(request.length - 8);
    const found = held.messages.findIndex(({ at }) => BigInt(Date.parse(at)) >= timestamp);
    const since = found < 0 ? -1n : held.first + BigInt(found);
    const offset = timestamp === -2n ? held.first : timestamp === -1n ? end() : since;
    const partition = Buffer.concat([int(4, 0), int(2, 0), long(-1n), long(offset)]);
    return Buffer.concat([int(4, 1), text(namedIn(request)), int(4, 1), partition]);
  }

  function fetched(request: Buffer): Buffer {
    const batches = held.messages.length > 0 ? batchOf(held.first, held.messages) : Buffer.alloc(0);
    const marks = [long(end()), long(end()), int(4, 0)];
    const partition = Buffer.concat([int(4, 0), int(2, 0), ...marks, int(4, batches.length), batches]);
    return Buffer.concat([int(4, 0), int(4, 1), text(namedIn(request)), int(4, 1), partition]);
  }

  return {
    address: `127.0.0.1:${port}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Tests of one topic name it so that it is found in what is asked. */
const namedIn = (request: Buffer): string =>
  /match_events|esteira_test_\w+/.exec(request.toString('latin1'))?.[0] ?? '';
