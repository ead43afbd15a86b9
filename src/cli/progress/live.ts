import type { RunEvent } from '../../operate/views.ts';
import type { Look, Terminal } from '../terminal.ts';
import { cut, width, wrapHanging } from '../text.ts';
import { begin, type Followed, follow } from './follow.ts';
import { noteLines, noteText, standIns, unfinished } from './lines.ts';
import type { Progress } from './progress.ts';
import { endedNow, summary } from './summary.ts';
import { tree } from './tree.ts';

/** Drawn at most ten times a second. */
const shortest = 100;
/** The seconds of running steps go on without events. */
const tick = 250;

/** A tree that is drawn anew in its place; what is said meanwhile stands above it. */
export class Live implements Progress {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  #followed: Followed | undefined;
  /** What was said last; it stays in sight below the tree while the run goes. */
  #latest: string | undefined;
  /** Lines on the screen that the next drawing takes back. */
  #drawn: readonly string[] = [];
  #drawnAt = -shortest;
  #timer: NodeJS.Timeout | undefined;
  #unlisten = (): void => {};

  constructor(terminal: Terminal, now: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#now = now;
  }

  onEvent(event: RunEvent): void {
    if (event.type === 'note') {
      this.#latest = noteText(event, this.#terminal);
      this.#say([noteLines(event, this.#terminal)]);
    } else if (event.type === 'run') {
      this.#begin(begin(event));
    } else if (this.#followed && (event.type === 'step' || event.type === 'progress' || event.type === 'end')) {
      this.#followed = follow(this.#followed, event, this.#now());
      this.#soon();
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#unlisten();
    if (!this.#followed) return;
    this.#latest = undefined;
    this.#draw();
    clearTimeout(this.#timer);
    this.#drawn = [];
    const ended = endedNow(this.#followed, true);
    const last = [...(ended ? [summary(ended, this.#look())] : []), ...unfinished(this.#followed, this.#terminal)];
    this.#followed = undefined;
    this.#say(last);
  }

  #begin(followed: Followed): void {
    this.close();
    this.#say(standIns(followed, this.#terminal));
    this.#followed = followed;
    this.#unlisten = this.#terminal.onResize(() => this.#draw());
    this.#draw();
  }

  /** Draws when a tenth of a second has gone by since the last time. */
  #soon(): void {
    clearTimeout(this.#timer);
    const wait = this.#drawnAt + shortest - this.#now();
    if (wait <= 0) this.#draw();
    else this.#timer = setTimeout(() => this.#draw(), wait);
  }

  #draw(): void {
    clearTimeout(this.#timer);
    if (!this.#followed) return;
    const look = this.#look();
    const below = this.#latest === undefined ? [] : [cut(this.#latest, look.columns, look)];
    const lines = [...tree(this.#followed, { ...look, rows: look.rows - below.length }, this.#now()), ...below];
    this.#terminal.write(`${this.#back()}${lines.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`);
    this.#drawn = lines;
    this.#drawnAt = this.#now();
    if (!this.#followed.end) this.#timer = setTimeout(() => this.#draw(), tick);
  }

  /** Says something for good, above the tree. */
  #say(lines: readonly string[]): void {
    if (lines.length === 0) return;
    const text = lines.map((line) => `${wrapHanging(line, this.#look().columns, 2)}\n`).join('');
    this.#terminal.write(`${this.#back()}\x1b[J${text}`);
    this.#drawn = [];
    if (this.#followed) this.#draw();
  }

  /** To the first line of the tree; a window that became narrower has wrapped its lines. */
  #back(): string {
    const { columns } = this.#terminal;
    const lines = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(width(line) / columns)), 0);
    return lines > 0 ? `\x1b[${lines}A\r` : '';
  }

  /** A line that fills the last column would wrap on some terminals, and the cursor stands below the last line. */
  #look(): Look {
    const { columns, rows, color, unicode, environment } = this.#terminal;
    const size = { columns: Math.max(20, columns - 1), rows: Math.max(5, rows - 1) };
    return { ...size, color, unicode, ...(environment === undefined ? {} : { environment }) };
  }
}
