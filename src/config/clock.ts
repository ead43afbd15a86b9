import { readFileSync } from 'node:fs';
import { EsteiraError } from '../errors.ts';
import type { Clock } from '../ports/index.ts';

/** The machine's clock, or what ESTEIRA_NOW says: an instant, or the path of a file that holds one and may change while the process lives. */
export function clockOf(said: string | undefined): Clock {
  if (!said) return { now: () => Temporal.Now.instant() };
  return { look: 20, now: () => parse(/^[+-]?\d{4,}-/.test(said) ? said : read(said)) };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw notInstant(`${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function parse(text: string): Temporal.Instant {
  try {
    return Temporal.Instant.from(text);
  } catch {
    throw notInstant(text);
  }
}

const notInstant = (got: string): EsteiraError =>
  new EsteiraError('CONFIG_INVALID', {
    what: 'ESTEIRA_NOW is not an instant.',
    got,
    allowed: 'an instant such as 2028-02-29T12:00:00Z, or the path of a file that holds one',
    next: 'Unset ESTEIRA_NOW, or give it an instant.',
  });
