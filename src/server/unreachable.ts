import { EsteiraError } from '../errors.ts';
import { readOwnerNote } from './lock.ts';

/** Names the process, so that a person can look at it. */
export function unreachable(local: string, why: string): EsteiraError {
  const note = readOwnerNote(local);
  const who = note ? `\`${note.command}\` (PID ${note.pid} on ${note.host}, since ${note.since})` : 'Another process';
  return new EsteiraError('OWNER_UNREACHABLE', {
    what: `${who} owns the project and does not answer.`,
    where: local,
    got: why,
    next: note
      ? `Look at process ${note.pid}; end it if it hangs, and do this again: nothing is lost.`
      : 'Do this again.',
  });
}

/** Two versions may understand one operation differently. */
export const otherVersion = (
  owner: { readonly version: string; readonly command: string; readonly pid: number },
  asked: string,
): EsteiraError =>
  new EsteiraError('OWNER_UNREACHABLE', {
    what: `The process that owns the project is of another version of Esteira.`,
    where: `\`${owner.command}\`, PID ${owner.pid}`,
    got: `version ${owner.version}`,
    allowed: `version ${asked}, as this command`,
    next: `Wait until process ${owner.pid} ends, or end it; then do this again.`,
  });
