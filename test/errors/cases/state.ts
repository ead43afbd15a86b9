import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { type Cases, config, numbers, shop } from '../case.ts';

const inPostgres = {
  ...shop(numbers).files,
  ...config({
    local: `warehouse: duckdb({ folder: 'warehouse' }),
      state: postgres(env('DATABASE_URL'), { patience: '300 ms' }),
      files: folder({ path: 'data' }),`,
  }),
};
/** Of a server, to somebody who has said their name: severity, code and message, each after a letter. */
export function refusal(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

/** A state that a database keeps. */
export const state: Cases = {
  STATE_UNREACHABLE: [
    {
      doing: 'The state is in a database, and nothing listens there.',
      words: ['status'],
      files: { ...inPostgres, '.env': 'DATABASE_URL=postgres://ana:correct-horse@127.0.0.1:1/shop\n' },
    },
  ],
  STATE_REFUSED: [
    {
      doing: 'The password of the database that keeps the state is wrong.',
      words: ['status'],
      files: inPostgres,
      arrange: async (sandbox) => {
        const server = createServer((socket) => {
          socket.on('error', () => {});
          socket.once('data', () => socket.end(refusal('28P01', 'password authentication failed for user "ana"')));
        });
        await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
        const { port } = server.address() as AddressInfo;
        sandbox.write({ '.env': `DATABASE_URL=postgres://ana:correct-horse@127.0.0.1:${port}/shop\n` });
        return async () => void server.close();
      },
      varying: /(?<=127\.0\.0\.1:)\d+/g,
    },
  ],
};
