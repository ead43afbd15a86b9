import type { Say } from './parts.ts';

/** Milliseconds in which the same thing is said once. */
const pause = 1000;
/** Different errors of which each is said by itself. */
const mostKinds = 50;

type Line = Parameters<Say>[0];
interface Told {
  /** What was not said since the last line: how often, and the newest of it. */
  more: number;
  line: Line;
  timer: NodeJS.Timeout;
}

/**
 * What goes wrong with request after request is said at once, and then once a second for as long as it goes on, with how often it was not (`notTold`): a log is
 * no place for each of them, and each is in its counts.
 */
export class Sparing {
  readonly #say: Say;
  readonly #told = new Map<string, Told>();

  constructor(say: Say) {
    this.#say = say;
  }

  /** What counts as the same: the kind, with the same error. */
  say(kind: string, line: Line): void {
    const own = `${kind} ${line['error'] ?? ''}`;
    const key = this.#told.has(own) || this.#told.size < mostKinds ? own : kind;
    const last = this.#told.get(key);
    if (last) {
      last.more += 1;
      last.line = line;
      return;
    }
    this.#told.set(key, { more: 0, line, timer: this.#later(key) });
    this.#say(line);
  }

  #later(key: string): NodeJS.Timeout {
    return setTimeout(() => {
      const told = this.#told.get(key);
      if (told && this.#rest(told)) told.timer = this.#later(key);
      else this.#told.delete(key);
    }, pause).unref();
  }

  /** False where nothing was left to say. */
  #rest(told: Told): boolean {
    const { more, line } = told;
    if (more === 0) return false;
    told.more = 0;
    this.#say({ ...line, ...(more > 1 && { notTold: more - 1 }) });
    return true;
  }

  /** Says what is left. */
  close(): void {
    for (const told of this.#told.values()) {
      clearTimeout(told.timer);
      this.#rest(told);
    }
    this.#told.clear();
  }
}
