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

/** One sentence: what went wrong, and what was said of it. */
export function findingOf(what: string, { code, nature, details }: EsteiraError): Finding {
  const { what: sentence, got, next } = details;
  const all = got === undefined ? sentence : `${sentence.replace(/\.$/, '')}: ${got.replaceAll('\n', '; ')}`;
  return { what, ok: false, found: `${code}: ${all}`, next, ...(nature === 'transient' ? { passes: true } : {}) };
}

/**
 * One look: what it cannot look at is a finding, and the other looks go on. A coded error, or what the system says of a file; any other is a mistake in
 * Esteira, and is not hidden among them.
 */
export async function attempt(
  what: string,
  project: Pick<Project, 'folder' | 'redact' | 'option'>,
  look: () => Promise<string | readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    const found = await look();
    return typeof found === 'string' ? [{ what, ok: true, found }] : found;
  } catch (thrown) {
    if (thrown instanceof NotReady) return [{ what, ok: false, found: thrown.message, next: thrown.next }];
    const error = said(thrown, project);
    if (error instanceof EsteiraError) return [findingOf(what, error)];
    throw thrown;
  }
}
