import { EsteiraError } from '../../errors.ts';

/** What the system, the client and the server say when a connection is not there, or is no longer. */
const lostCodes = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|08|57P0)/;
const lostWords =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not queryable|connection error/;
/** Collisions of transactions, waits that took too long, no connection left, a transaction that was left alone. */
const passing = ['40001', '40P01', '55P03', '57014', '53300', '25P03'];
/** Password, role, database, rights, schema, a server that only reads; certificates and TLS. */
const refused = /^(28|3D000|42501|3F000|25006|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS)/;
const refusedWords = /SASL|does not support SSL|password/;
const full = '53100';

interface Said {
  readonly code?: string;
  readonly message: string;
}

/** Nothing more can be said over this connection. */
export const isLost = (error: unknown): boolean => {
  const { code = '', message = '' } = error as Said;
  return lostCodes.test(code) || lostWords.test(message);
};
/** The same transaction may succeed a little later. */
export const isPassing = (error: unknown): boolean => isLost(error) || passing.includes((error as Said).code ?? '');

/** Nothing will be better until somebody has changed something. */
export const isRefused = (error: unknown): boolean => {
  const { code = '', message = '' } = error as Said;
  return refused.test(code) || refusedWords.test(message);
};

/** What Postgres or the way to it said, with a code of ours; any other error as it is. */
export function named(error: unknown, where: string): unknown {
  if (error instanceof EsteiraError) return error;
  const { code = '', message = '' } = error as Said;
  const got = message.includes(code) ? message || 'no answer' : `${message} (${code})`.trim();
  const details = { where, got };
  if (isPassing(error)) {
    const what = 'The database that keeps the state does not answer.';
    const next = 'See whether it runs and can be reached from here, and give the command again: nothing is lost.';
    return new EsteiraError('STATE_UNREACHABLE', { what, ...details, next }, { cause: error });
  }
  if (isRefused(error)) {
    const what = 'The database that is to keep the state refuses Esteira.';
    const next =
      'Correct the address, the password or the rights of its user: it makes and writes tables in its schema.';
    return new EsteiraError('STATE_REFUSED', { what, ...details, next }, { cause: error });
  }
  if (code !== full) return error;
  const what = 'There is no room for the state.';
  const next = 'Make room where the database keeps its files, then run again.';
  return new EsteiraError('DISK_FULL', { what, ...details, next }, { cause: error });
}
