import { setTimeout as sleep } from 'node:timers/promises';

/** What passes while one waits, so that a test can say how long that is. */
export interface Times {
  now(): Temporal.Instant;
  /** Ends early with the signal. */
  pause(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** From 0 up to 1. */
  chance(): number;
}
export const usualTimes: Times = Object.freeze({
  now: Temporal.Now.instant,
  pause: async (milliseconds: number, signal?: AbortSignal) =>
    void (await sleep(milliseconds, undefined, signal && { signal }).catch(() => undefined)),
  chance: Math.random,
});

const firstPause = 100;
const longestPause = 5000;

/** Milliseconds after so many attempts: twice as long as before, and so spread that what failed together is not tried together. */
export const pauseAfter = (attempts: number, { chance }: Times): number =>
  Math.min(firstPause * 2 ** (attempts - 1), longestPause) * (0.5 + chance());

/** Nothing was answered: whether it was done is not known. */
export class NoAnswer extends Error {}

const certificate = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS)/;
export const isOfCertificate = (code: string): boolean => certificate.test(code);

/** Why `fetch` had no answer. `certificate`: no later request would have one. */
export function unanswered(error: unknown): { readonly certificate?: string; readonly said: string } {
  const { code, message } = ((error as Error).cause ?? error) as { readonly code?: string; readonly message: string };
  if (code !== undefined && isOfCertificate(code)) return { certificate: code, said: message };
  const isLate = ['TimeoutError', 'AbortError'].includes((error as Error).name);
  return { said: isLate ? 'no answer in time' : `no connection: ${code ?? message}` };
}
