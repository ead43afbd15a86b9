import type { KeptFiles } from '../../ports/index.ts';

/** In milliseconds: before the second look at a store that does not answer; each further one waits twice as long, up to the longest. */
const firstPause = 1000;
const longestPause = 300_000;
/** Until the next look: `every` while the store answers; longer and longer after so many looks that it has not. */
export const pauseAfter = (tries: number, every: number): number =>
  tries === 0 ? every : Math.min(firstPause * 2 ** (tries - 1), Math.max(longestPause, every));

/** In milliseconds: between two looks of who has nothing to answer with yet, at most. */
const longestWait = 30_000;
/** Until the next look after so many that have found nothing to begin with. */
export const pauseUntilThere = (looks: number, every: number): number =>
  Math.min(firstPause * 2 ** Math.max(0, looks - 1), longestWait, every);

/** Milliseconds that a timer counts; with more it would end at once. */
export const longestTimer = 2 ** 31 - 1;

/** In milliseconds: a store that says nothing for so long is away. */
const longestLook = 60_000;

/** What a store answers; throws where it says nothing, or the process ends. */
export async function answeredSoon<T>(answer: Promise<T>, ending: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const silent = (): void => reject(new Error(`no answer for ${longestLook / 1000} seconds`));
  const ended = (): void => reject(ending.reason);
  const timer = setTimeout(silent, longestLook);
  ending.addEventListener('abort', ended, { once: true });
  // One that has ended before says so to nobody any more.
  if (ending.aborted) ended();
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
    ending.removeEventListener('abort', ended);
  }
}
/** A store of which a look is over, too, when nothing comes of it for long, or the process ends. */
export const lookedAtSoon = (
  files: Pick<KeptFiles, 'look' | 'read'>,
  ending: AbortSignal,
): Pick<KeptFiles, 'look' | 'read'> => ({
  look: (path) => answeredSoon(files.look(path), ending),
  read: (path) => files.read(path),
});
/** The store does not answer. */
export class Away extends Error {}
