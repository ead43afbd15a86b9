import type { RunEvent } from '../../operate/views.ts';
import type { Terminal } from '../terminal.ts';
import { begin, type Followed, follow } from './follow.ts';
import { beginning, endLine, longestLabel, noteLines, standIns, unfinished } from './lines.ts';
import type { Progress } from './progress.ts';
import { endedNow, summary } from './summary.ts';

/** Milliseconds between two lines on how far long steps are. */
const between = 10_000;

/** A line when a run begins, one for each step that ends, and the notes between. */
export class Plain implements Progress {
  readonly #terminal: Terminal;
  #followed: Followed | undefined;
  #longest = 0;
  #saidAt = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  onEvent(event: RunEvent): void {
    if (event.type === 'note') this.#say([noteLines(event, this.#terminal)]);
    else if (event.type === 'run') this.#begin(begin(event));
    else if (event.type === 'progress') this.#goesOn(event);
    else if (this.#followed && (event.type === 'step' || event.type === 'end'))
      this.#go(follow(this.#followed, event, performance.now()), event);
  }

  /** Who reads a log need not see every bit of the way. */
  #goesOn({ step, text }: Extract<RunEvent, { type: 'progress' }>): void {
    const followed = this.#followed?.steps.get(step);
    const now = performance.now();
    if (!followed || now - Math.max(this.#saidAt, followed.since ?? now) < between) return;
    this.#saidAt = now;
    this.#say([`  ${followed.view.label}: ${text}`]);
  }

  close(): void {
    if (!this.#followed) return;
    const ended = endedNow(this.#followed, false);
    this.#say([...(ended ? [summary(ended, this.#terminal)] : []), ...unfinished(this.#followed, this.#terminal)]);
    this.#followed = undefined;
  }

  #begin(followed: Followed): void {
    this.close();
    this.#followed = followed;
    this.#longest = longestLabel(followed);
    this.#say([beginning(followed), ...standIns(followed, this.#terminal)]);
  }

  #go(followed: Followed, event: Extract<RunEvent, { type: 'step' | 'end' }>): void {
    this.#followed = followed;
    if (event.type === 'end') return;
    const step = followed.steps.get(event.step);
    // What is skipped because of another step is counted when the run ends.
    if (step?.end && step.state !== 'skipped') this.#say([endLine(step, this.#longest, this.#terminal)]);
  }

  #say(lines: readonly string[]): void {
    for (const line of lines) this.#terminal.write(`${line}\n`);
  }
}
