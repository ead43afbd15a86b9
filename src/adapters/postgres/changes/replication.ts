import pg from 'pg';

/** What node-postgres has beneath a client, and does not describe; structural, so that nothing else of it is relied on. */
interface Beneath {
  readonly stream: { pause(): void; resume(): void; destroy(): void };
  on(event: 'copyData', listener: (message: { readonly chunk: Buffer }) => void): void;
  on(event: 'copyDone' | 'replicationStart' | 'end', listener: () => void): void;
  on(event: 'error' | 'errorMessage', listener: (error: Error) => void): void;
  removeAllListeners(event: 'copyData'): void;
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
}

export interface Replication {
  /** Asks in the protocol's own commands. */
  ask(text: string): Promise<readonly Record<string, string | null>[]>;
  /** Reads from there on until `stop` or the end of the connection. */
  follow(start: string, reader: FollowReader): Promise<void>;
  pause(): void;
  resume(): void;
  /** Says what has been landed; the server may forget it. With `reply` it says how far it is. */
  acknowledge(landed: bigint, reply: boolean): void;
  /** Ends it at once: nothing is to be said any more. */
  stop(error?: unknown): void;
}
export interface FollowReader {
  /** A message of the output plugin; the buffer is used again afterwards. */
  message(bytes: Buffer, from: number): void;
  /** Everything committed up to there has been sent before. */
  reached(position: bigint, wantsReply: boolean): void;
}

/** A connection that may make slots and follow one. Nothing is acknowledged but by `acknowledge`. */
export async function openReplication(url: string): Promise<Replication> {
  // Known to node-postgres, not to its types.
  const options = { connectionString: url, application_name: 'esteira', replication: 'database', keepAlive: true };
  const client = new pg.Client({ ...options, connectionTimeoutMillis: 10_000 } as pg.ClientConfig);
  // Whoever follows hears of it there; between two questions the next one fails.
  client.on('error', () => {});
  await client.connect();
  const beneath = (client as unknown as { readonly connection: Beneath }).connection;
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  ended.catch(() => {});
  return {
    ask: async (text) => (await client.query(text)).rows,
    follow: async (start, reader) => {
      // The client's own makes an error of each message.
      beneath.removeAllListeners('copyData');
      beneath.on('copyData', ({ chunk }) => {
        try {
          if (chunk[0] === 0x77) reader.message(chunk, 25);
          else if (chunk[0] === 0x6b) reader.reached(chunk.readBigUInt64BE(1), chunk[17] === 1);
        } catch (error) {
          reject(error);
        }
      });
      beneath.on('errorMessage', reject);
      beneath.on('error', reject);
      beneath.on('copyDone', () => reject(new Error('Connection terminated: the server has ended the stream')));
      beneath.on('end', () => reject(new Error('Connection terminated unexpectedly')));
      beneath.query(start);
      await ended;
    },
    pause: () => beneath.stream.pause(),
    resume: () => beneath.stream.resume(),
    acknowledge: (landed, reply) => beneath.sendCopyFromChunk(statusOf(landed, reply)),
    stop: (error) => {
      if (error === undefined) resolve();
      else reject(error);
      beneath.stream.destroy();
    },
  };
}

/** Received, written and flushed alike: nothing counts before it is landed. Microseconds since 2000 stand last. */
function statusOf(landed: bigint, reply: boolean): Buffer {
  const status = Buffer.alloc(34);
  status[0] = 0x72;
  for (const at of [1, 9, 17]) status.writeBigUInt64BE(landed, at);
  status.writeBigInt64BE(BigInt(Date.now() - 946_684_800_000) * 1000n, 25);
  status[33] = reply ? 1 : 0;
  return status;
}
