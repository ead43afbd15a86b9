import { EsteiraError } from '../../../errors.ts';
import { TargetFault } from '../../../ports/index.ts';
import { addressOf } from '../address.ts';
import type { Source } from '../client.ts';
import { isPassing, isRefused } from '../faults.ts';

interface Said {
  readonly code?: string;
  readonly message?: string;
}
const words = ({ code = '', message = '' }: Said): string =>
  message.includes(code) ? message || 'no answer' : `${message} (${code})`.trim();

/** No room, or a disk that fails: somebody mends the server meanwhile. */
const mended = /^(53|58)/;
/** A value that its type, a rule or another row refuses; what a trigger says; an entry that is too long for an index; a view's or a policy's own check. */
const ofRows = /^(21|22|23|44000|54|P0001)/;
const policy = /row-level security policy/;

/** What a request came to that the server, or the way to it, refused. */
export function targetFault(error: unknown, { url }: Source): unknown {
  if (error instanceof EsteiraError || error instanceof TargetFault) return error;
  const said = error as Said;
  const { code = '', message = '' } = said;
  const got = `${addressOf(url)}: ${words(said)}`;
  if (isPassing(error) || mended.test(code)) {
    const next = 'See whether the database runs and can be reached from here; what was written stays written.';
    return new TargetFault(got, { is: 'passing', next });
  }
  if (ofRows.test(code) || policy.test(message)) {
    return new TargetFault(words(said), { is: 'of rows', next: 'Correct the value, or the rule of the table there.' });
  }
  if (!isRefused(error) && !/^[0-9A-Z]{5}$/.test(code)) return error;
  const next = 'Correct the address, the password, the rights of its user, or the table; nothing of it can be written.';
  return new TargetFault(got, { is: 'of all', next });
}

/** The same, before anything is written. */
export function openingFault(error: unknown, { url, where }: Source): unknown {
  const fault = targetFault(error, { url, where });
  if (!(fault instanceof TargetFault)) return fault;
  const details = { where, got: fault.message };
  if (fault.is === 'passing') {
    const what = 'The database that is to be written does not answer, or went away.';
    const next = 'See whether it runs and can be reached from here, and run again.';
    return new EsteiraError('SOURCE_UNREACHABLE', { what, ...details, next }, { cause: error });
  }
  const what = 'The database that is to be written refuses Esteira.';
  const next = 'Correct the address, the password or the rights of its user.';
  return new EsteiraError('SOURCE_REFUSED', { what, ...details, next }, { cause: error });
}
