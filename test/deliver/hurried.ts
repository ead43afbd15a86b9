import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EsteiraError } from '../../src/errors.ts';
import { operate } from '../../src/operate/index.ts';
import type { Clock } from '../../src/ports/index.ts';
import type { World } from '../run/support/world.ts';

/** Two minutes of patience are over in a fifth of a second. */
const speed = 600;
const begun = 'begun';

/** From now on the clock of this world hurries. */
export const hurry = (folder: string): void => writeFileSync(path.join(folder, begun), String(Date.now()));

/** What waits for seconds waits for milliseconds; of all processes of a world it is the same clock. */
function hurrying(folder: string): Clock {
  const from = Number(readFileSync(path.join(folder, begun), 'utf8'));
  const elapsed = (): number => (Date.now() - from) * speed;
  const first = Temporal.Instant.from('2026-09-17T06:00:00Z');
  return { now: () => first.add({ milliseconds: elapsed() }), elapsed, look: 1 };
}

/** How a run may end whose rows are written elsewhere. */
export type End = 'succeeded' | 'SOURCE_UNREACHABLE' | 'SOURCE_REFUSED' | 'ROWS_NOT_DELIVERED' | 'CANCELLED';
const ends: readonly string[] = [
  'SOURCE_UNREACHABLE',
  'SOURCE_REFUSED',
  'ROWS_NOT_DELIVERED',
  'CANCELLED',
] satisfies End[];

/** A run of the scores in a hurry, which goes on with what was not finished. Any other end than these is thrown. */
export async function runHurried(
  { project, folder }: World,
  {
    targets = project.targets,
    signal = new AbortController().signal,
  }: { readonly targets?: World['project']['targets']; readonly signal?: AbortSignal } = {},
): Promise<End> {
  const hurried = {
    ...project,
    ...(targets ? { targets } : {}),
    clock: hurrying(folder),
    retries: { times: 1, wait: '1 second' },
  } as const;
  try {
    await operate(hurried, 'run', { job: 'score', date: '2026-09-16' }, { emit: () => {}, signal });
    return 'succeeded';
  } catch (error) {
    if (error instanceof EsteiraError && ends.includes(error.code)) return error.code as End;
    throw error;
  }
}
