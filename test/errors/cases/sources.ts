import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { fakeBroker } from '../../../src/adapters/kafka/testing.ts';
import { type Postgrest, postgrest } from '../../../src/testing/postgrest/index.ts';
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
const meeting = (doing: string, meet: (socket: Socket) => void, words = ['run', 'daily']): Case => ({
  doing,
  words,
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

/** A table of what is new of a topic. */
const topic = {
  ...config({}),
  ...shop(`
export const events = source('desk.events', { reader: kafka('match_events'), columns: { n: col.integer() } });
export const numbers = table('silver.numbers', { columns: { n: col.integer() }, rows: sql\`select n from \${events.unread}\`, write: 'append' });
export const daily = job('daily', { when: byHand, build: [numbers] });
`).files,
};
const reading = (doing: string, arrange: NonNullable<Case['arrange']>, more: readonly string[] = []): Case => ({
  ...{ doing, words: ['run', 'daily', '--again', ...more], files: topic, before: [['setup']], arrange },
  varying: /(?<=127\.0\.0\.1:)\d+/g,
});
const brokerAt = (address: string) => ({ '.env': `KAFKA_BOOTSTRAP_SERVERS=${address}\n` });

const wrongPassword = (socket: Socket): void => {
  socket.once('data', () => socket.end(refusal('28P01', 'password authentication failed for user "ana"')));
};
/** What is found before a run begins is what the run itself meets then. */
const anyway = ['run', 'daily', '--anyway'];

/** A table that is read by an API, of which these are address and key. */
const byApi = (doing: string, variables: (server: Postgrest) => string, table = 'users'): Case => ({
  doing,
  words: ['run', 'daily', '--anyway'],
  files: {
    ...config({}),
    ...shop(`
const app = supabase(env('SUPABASE_URL'), env('SUPABASE_KEY'));
export const users = source('app.users', { reader: app.table('${table}'), columns: { id: col.integer() } });
export const numbers = table('silver.numbers', { columns: { n: col.integer() }, rows: sql\`select id as n from \${users}\` });
export const daily = job('daily', { when: byHand, build: [numbers] });
`).files,
  },
  before: [['setup']],
  arrange: async (sandbox) => {
    const mails = {
      columns: { id: 'integer', mail: 'text' },
      key: ['mail'],
      rows: [
        { id: 7, mail: 'a' },
        { id: 7, mail: 'b' },
      ],
    } as const;
    const server = await postgrest({ tables: { users: { columns: { id: 'integer' }, key: ['id'] }, mails } });
    sandbox.write({ '.env': variables(server) });
    return () => server.close();
  },
  varying: /(?<=127\.0\.0\.1:)\d+/g,
});
const keyed = (key: string) => (server: Postgrest) => `SUPABASE_URL=${server.address}\nSUPABASE_KEY=${key}\n`;
const known = (server: Postgrest): string => keyed(server.keys.service)(server);

/** Scores that are written back into a project of Supabase, where one of the users is no more. */
const writtenBack = shop(`
const app = supabase(env('SUPABASE_URL'), env('SUPABASE_KEY'));
export const scores = table('users.lead_score', { columns: { id: col.text().key(), lead_score: col.real() }, write: 'update', rows: sql\`
  select 'ana' as id, 0.5 as lead_score union all select 'bo' as id, 0.25 as lead_score\`, keptIn: app.keep('users') });
export const daily = job('daily', { when: byHand, build: [scores] });
`).files;

/** What Postgres servers, brokers and APIs have. */
export const sources: Cases = {
  ROWS_NOT_DELIVERED: [
    {
      doing: 'A row is to be updated elsewhere that is not there.',
      words: ['run', 'daily', '--again'],
      files: { ...config({}), ...writtenBack },
      before: [['setup']],
      arrange: async (sandbox) => {
        const columns = { id: 'text', lead_score: 'double precision' } as const;
        const server = await postgrest({ tables: { users: { columns, key: ['id'], rows: [{ id: 'ana' }] } } });
        sandbox.write({ '.env': known(server) });
        return () => server.close();
      },
      varying: /(?<=127\.0\.0\.1:)\d+/g,
    },
  ],
  SOURCE_UNREACHABLE: [
    {
      doing: 'A table is read from a database, and nothing listens there.',
      words: ['run', 'daily'],
      files: { ...files, '.env': 'DESK_URL=postgres://ana:correct-horse@127.0.0.1:1/desk\n' },
      before: [['setup']],
    },
    reading('A topic is read from a broker, and nothing listens there.', async (sandbox) => {
      sandbox.write(brokerAt('127.0.0.1:1'));
      return undefined;
    }),
    meeting('The connection is lost when it has just been made.', (socket) => {
      socket.once('data', () => {
        socket.write(welcome);
        socket.once('data', () => socket.destroy());
      });
    }),
  ],
  MESSAGES_LOST: [
    reading(
      'A topic was read up to some message, and the next ones were given up before they were read.',
      async (sandbox) => {
        const held = { first: 0n, messages: [] };
        const { address, close } = await fakeBroker(held);
        sandbox.write(brokerAt(address));
        await sandbox.succeed('run', 'daily');
        held.first = 10n;
        return async () => close();
      },
    ),
  ],
  RUN_NOT_READY: [
    meeting('The password of a database is wrong: that is found before the run begins.', wrongPassword),
    {
      doing: 'A variable is not set that a source needs: that is found before the run begins.',
      words: ['run', 'daily'],
      files,
      before: [['setup']],
    },
  ],
  SOURCE_REFUSED: [
    meeting('The password of the database is wrong.', wrongPassword, anyway),
    byApi('The key of a Supabase project is of another.', keyed('a.wrong.key')),
    byApi('The variable of the key is empty.', keyed('')),
  ],
  SOURCE_UNUSABLE: [
    reading(
      'A topic is not there.',
      async (sandbox) => {
        const { address, close } = await fakeBroker({ first: 0n, messages: [], error: 3 });
        sandbox.write(brokerAt(address));
        return async () => close();
      },
      ['--anyway'],
    ),
    meeting(
      'The database cannot do what it is asked.',
      (socket) => {
        socket.once('data', () => {
          socket.write(welcome);
          socket.once('data', () => socket.end(refusal('XX001', 'could not read block 7 in file "base/5/16384"')));
        });
      },
      anyway,
    ),
    byApi('A Supabase project has no such table.', known, 'userz'),
    byApi('Several rows of a table of a Supabase project have one and the same key.', known, 'mails'),
  ],
};
