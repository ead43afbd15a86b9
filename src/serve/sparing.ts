import type { Say } from './parts.ts';

/** Milliseconds in which the same thing is said once. */
const pause = 1000;
const longest = 300;

/** What goes wrong with request after request is said once a second, with how often it was not: a log is no place for each of them. */
export class Sparing {
  readonly #say: Say;
  readonly #elapsed: () => number;
  readonly #told = new Map<string, { at: number; more: number }>();

  constructor(say: Say, elapsed: () => number) {
    this.#say = say;
    this.#elapsed = elapsed;
  }

  /** `kind`: what counts as the same. */
  say(kind: string, line: Parameters<Say>[0]): void {
    const now = this.#elapsed();
    const last = this.#told.get(kind);
    if (last && now - last.at < pause) {
      last.more += 1;
      return;
    }
    this.#told.set(kind, { at: now, more: 0 });
    this.#say({ ...line, ...(last && last.more > 0 && { notTold: last.more }) });
  }
}

/** The one line of an error that a log gets: neither its stack nor what it quotes at length. */
export function briefly(thrown: unknown): string {
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  const [line = ''] = text.split('\n');
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}
