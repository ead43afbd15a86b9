import { EsteiraError } from '../../errors.ts';

/** Result codes of SQLite, in their first eight bits. */
const full = 13;
/** Read-only, an error of the disk, damaged, cannot be opened, no database. */
const unusable = [8, 10, 11, 14, 26];

/** What SQLite said of a file, with a code of ours; any other error as it is. */
export function named(error: unknown, file: string): unknown {
  const { errcode = 0, message } = error as { errcode?: number; message: string };
  if ((errcode & 0xff) === full) {
    const next = 'Make room on the disk, then run again.';
    return new EsteiraError(
      'DISK_FULL',
      { what: 'There is no room for the state.', where: file, next },
      { cause: error },
    );
  }
  if (!unusable.includes(errcode & 0xff)) return error;
  const details = {
    what: 'A file that Esteira keeps for itself cannot be used.',
    where: file,
    got: message,
    next: 'Look at what it is and whose: bring it back from a copy, or correct its permissions.',
  };
  return new EsteiraError('FILE_UNUSABLE', details, { cause: error });
}
