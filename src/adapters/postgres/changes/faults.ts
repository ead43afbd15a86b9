import { EsteiraError } from '../../../errors.ts';
import { sourceFault } from '../client.ts';

interface Said {
  readonly code?: string;
  readonly message: string;
}

/** What was not landed cannot be had any more. */
export const changesLost = (got: string, where: string): EsteiraError =>
  new EsteiraError('CHANGES_LOST', {
    what: 'Changes are lost that were not brought in yet: the database does not have them any more.',
    where,
    got,
    next: 'esteira sync --once --snapshot reads the tables whole again, and says of rows that are gone that they are deleted; what they were between is lost.',
  });

/** What the database of a source said, with a code of ours; any other error as it is. */
export function faultOf(
  error: unknown,
  { url, where, name }: { readonly url: string; readonly where: string; readonly name: string },
): unknown {
  if (error instanceof EsteiraError) return error;
  const { code = '', message = '' } = error as Said;
  const got = message.includes(code) ? message || 'no answer' : `${message} (${code})`.trim();
  const details = { where, got };
  const cause = { cause: error };
  if (code === '55006') {
    const what = `Somebody else follows the changes by the slot ${name}.`;
    const next = 'See who it is, select * from pg_stat_replication, and sync again when it has ended.';
    return new EsteiraError('SLOT_IN_USE', { what, ...details, next }, cause);
  }
  // The log is read with the publication as it was when it was written; a slot that kept too much was given up.
  if ((code === '42704' && /publication|slot/.test(message)) || /can no longer (get changes|be used)/.test(message))
    return changesLost(got, where);
  if (code === '53400') {
    const what = 'The database has no replication slot left; a snapshot takes one for as long as it goes.';
    const next =
      'Raise max_replication_slots, or drop a slot that nobody reads (select * from pg_replication_slots), and sync again.';
    return new EsteiraError('REPLICATION_REFUSED', { what, ...details, next }, cause);
  }
  if (code === '42501') {
    const what = 'The database does not let Esteira follow its changes.';
    const next =
      'Have an administrator say: alter role <the user of the address> replication; grant select on the tables. Then sync again.';
    return new EsteiraError('REPLICATION_REFUSED', { what, ...details, next }, cause);
  }
  return sourceFault(error, { url, where });
}
