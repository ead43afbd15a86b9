import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { type Case, type Cases, config, shop } from '../case.ts';
import { refusal } from './state.ts';

/** A table of a table elsewhere. */
const files = {
  ...config({}),
  ...shop(`
export const orders = source('desk.orders', { reader: postgres(env('DESK_URL')).table('sales.orders'), columns: { n: col.integer() } });
export const numbers = table('silver.numbers', { columns: { n: col.integer() }, rows: sql\`select n from \${orders}\` });
export const daily = job('daily', { when: byHand, build: [numbers] });
`).files,
};

/** A server that says who is there, is content with any password, and has nothing to ask. */
const welcome = Buffer.from('520000000800000000' + '5a0000000549', 'hex');

/** A run that finds a server which does this with those who come. */
const meeting = (doing: string, meet: (socket: Socket) => void): Case => ({
  doing,
  words: ['run', 'daily'],
  files,
  before: [['setup']],
  arrange: async (sandbox) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      meet(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    sandbox.write({ '.env': `DESK_URL=postgres://ana:correct-horse@127.0.0.1:${port}/desk\n` });
    return async () => void server.close();
  },
  varying: /(?<=127\.0\.0\.1:)\d+/g,
});

/** A table that a Postgres server has. */
export const sources: Cases = {
  SOURCE_UNREACHABLE: [
    {
      doing: 'A table is read from a database, and nothing listens there.',
      words: ['run', 'daily'],
      files: { ...files, '.env': 'DESK_URL=postgres://ana:correct-horse@127.0.0.1:1/desk\n' },
      before: [['setup']],
    },
    meeting('The connection is lost when it has just been made.', (socket) => {
      socket.once('data', () => {
        socket.write(welcome);
        socket.once('data', () => socket.destroy());
      });
    }),
  ],
  SOURCE_REFUSED: [
    meeting('The password of the database is wrong.', (socket) => {
      socket.once('data', () => socket.end(refusal('28P01', 'password authentication failed for user "ana"')));
    }),
  ],
  SOURCE_UNUSABLE: [
    meeting('The database cannot do what it is asked.', (socket) => {
      socket.once('data', () => {
        socket.write(welcome);
        socket.once('data', () => socket.end(refusal('XX001', 'could not read block 7 in file "base/5/16384"')));
      });
    }),
  ],
};
