import pg from 'pg';
import { EsteiraError } from '../../errors.ts';
import { cancelled } from '../../ports/index.ts';
import { addressOf } from './address.ts';
import { isPassing, isRefused } from './faults.ts';

/** How values are said that go as text, whatever the server or its user have set; and no limit of time but ours. */
const settings = `set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set bytea_output = 'hex'; set extra_float_digits = 1;
  set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; set client_encoding = 'UTF8'`;

/** A server that a source reads, or a table is kept in, as its definition names it. */
export interface Source {
  /** The address, with user and password. */
  readonly url: string;
  /** The source, or the table, for people. */
  readonly where: string;
}

/** What Postgres or the way to it said of a source, with a code of ours. */
export function sourceFault(error: unknown, { url, where }: Source): unknown {
  if (error instanceof EsteiraError) return error;
  const { code = '', message = '' } = error as { readonly code?: string; readonly message: string };
  const got = message.includes(code) ? message || 'no answer' : `${message} (${code})`.trim();
  const details = { where, got: `${addressOf(url)}: ${got}` };
  if (isRefused(error)) {
    const what = 'The database of the source refuses Esteira.';
    const next = 'Correct the address, the password or the rights of its user: it reads the tables that sources name.';
    return new EsteiraError('SOURCE_REFUSED', { what, ...details, next }, { cause: error });
  }
  if (isPassing(error)) {
    const what = 'The database of the source does not answer, or went away.';
    const next = 'See whether it runs and can be reached from here, and run again: nothing of the step was published.';
    return new EsteiraError('SOURCE_UNREACHABLE', { what, ...details, next }, { cause: error });
  }
  // A fault of our own has no such code.
  if (!/^[0-9A-Z]{5}$/.test(code)) return error;
  const what = 'The database of the source cannot carry out what it is asked.';
  const next = 'Read what it says: a view may fail for some row, or the server may be at fault.';
  return new EsteiraError('SOURCE_UNUSABLE', { what, ...details, next }, { cause: error });
}

/** What is thrown in place of what Postgres or the way to it said. */
export type Fault = (error: unknown, source: Source) => unknown;

/** A connection of its own. */
export async function connect(source: Source, signal?: AbortSignal, fault: Fault = sourceFault): Promise<pg.Client> {
  addressOf(source.url);
  const client = new pg.Client({
    connectionString: source.url,
    application_name: 'esteira',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  // One that is lost while nothing is asked over it: whoever asks next hears of it.
  client.on('error', () => {});
  try {
    const ask = async (): Promise<void> => {
      await client.connect();
      await client.query(settings);
    };
    await asked(client, source, signal, ask, fault);
  } catch (error) {
    // A connection that nobody has would keep the process.
    cut(client);
    throw error;
  }
  return client;
}

/** Ends it at once, whatever goes on over it. */
export const cut = (client: pg.Client): void => {
  // Its types do not say that it has one.
  (client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }).connection.stream.destroy();
};

/** Something that is asked over a connection, which the signal cuts; what it throws is coded. */
export async function asked<Result>(
  client: pg.Client,
  source: Source,
  signal: AbortSignal | undefined,
  ask: () => Promise<Result>,
  fault: Fault = sourceFault,
): Promise<Result> {
  if (signal?.aborted) throw cancelled(signal.reason);
  const stop = (): void => cut(client);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await ask();
  } catch (error) {
    throw signal?.aborted ? cancelled(signal.reason) : fault(error, source);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
