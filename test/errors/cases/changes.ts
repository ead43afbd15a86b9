import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { type Case, type Cases, shop } from '../case.ts';

const followed = shop(`
export const orders = source('landing.orders', { reader: postgres(env('SHOP_URL')).changes('orders'), columns: { id: col.integer().key() } });
export const follow = job('follow', { when: always, build: [orders] });
`).files;

const message = (letter: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.write(letter);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const ready = message('Z', Buffer.from('I'));
const letIn = Buffer.concat([message('R', Buffer.alloc(4)), ready]);
const done = Buffer.concat([message('C', Buffer.from('SET\0')), ready]);

/** A server that lets everybody in, lets them set what they like, and answers whatever is asked with that error. */
const refusing =
  (code: string, text: string): NonNullable<Case['arrange']> =>
  async (sandbox) => {
    const answer = Buffer.concat([message('E', Buffer.from(`SERROR\0C${code}\0M${text}\0\0`)), ready]);
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write(letIn);
        socket.on('data', (asked) => {
          const isSetting = asked.toString('latin1', 5, 9) === 'set ';
          if (asked[0] !== 0x58) socket.write(isSetting ? done : answer);
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    sandbox.write({ '.env': `SHOP_URL=postgres://ana:correct-horse@127.0.0.1:${port}/shop\n` });
    return async () => void server.close();
  };

const sync = (doing: string, code: string, text: string): Case => ({
  ...{ doing, words: ['sync', '--once'], files: followed, before: [['setup']], arrange: refusing(code, text) },
  varying: /(?<=127\.0\.0\.1:)\d+|(?<=run )[0-9A-Z]{26}/g,
});

/** A database whose changes are followed. */
export const changes: Cases = {
  SOURCE_UNREACHABLE: [
    {
      ...{ doing: 'Nothing listens where a database is followed.', words: ['sync', '--once'], before: [['setup']] },
      files: { ...followed, '.env': 'SHOP_URL=postgres://ana:correct-horse@127.0.0.1:1/shop\n' },
      varying: /(?<=run )[0-9A-Z]{26}/g,
    },
  ],
  REPLICATION_REFUSED: [
    sync(
      'The user of a database may not follow its changes.',
      '42501',
      'must be superuser or replication role to use replication slots',
    ),
  ],
  SLOT_IN_USE: [
    sync(
      'Another process follows the changes by the same slot.',
      '55006',
      'replication slot "esteira_shop_local_follow" is active for PID 4711',
    ),
  ],
  CHANGES_LOST: [
    sync(
      'The slot is gone that kept what had not been brought in.',
      '42704',
      'replication slot "esteira_shop_local_follow" does not exist',
    ),
  ],
};
