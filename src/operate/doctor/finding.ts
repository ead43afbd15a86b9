import { EsteiraError } from '../../errors.ts';
import { type Project, said } from '../../run/index.ts';
import type { DoctorView } from '../views.ts';

export type Finding = DoctorView['findings'][number];

/** A finding that is no error: nothing is broken, and somebody has something to do. */
export class NotReady extends Error {
  readonly next: string;
  constructor(found: string, next: string) {
    super(found);
    this.next = next;
  }
}

/**
 * One look: what it cannot look at is a finding, and the other looks go on. A coded error, or what the system says of a file; any other is a mistake in
 * Esteira, and is not hidden among them.
 */
export async function attempt(
  what: string,
  project: Project,
  look: () => Promise<string | readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    const found = await look();
    return typeof found === 'string' ? [{ what, ok: true, found }] : found;
  } catch (thrown) {
    if (thrown instanceof NotReady) return [{ what, ok: false, found: thrown.message, next: thrown.next }];
    const error = said(thrown, project);
    if (error instanceof EsteiraError)
      return [{ what, ok: false, found: `${error.code}: ${error.message}`, next: error.details.next }];
    throw thrown;
  }
}
