import { type ChildProcess, spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KeepingView } from '../../src/operate/index.ts';
import { temporaryFolder } from '../run/support/folder.ts';
import { binOf } from '../sandbox.ts';

/** Processes that live for seconds load the same modules again and again. */
const compiled = temporaryFolder('compiled');
/** For what a process is to say or do, in milliseconds. */
const patience = 60_000;

export interface LogLine {
  readonly at: string;
  readonly level: string;
  readonly text: string;
  readonly job?: string;
  readonly date?: string;
}

/** What time it is in a project; renamed into its place, so that nobody reads half of it. */
export function setClock(folder: string, now: Temporal.Instant): void {
  const file = path.join(folder, 'now');
  writeFileSync(`${file}.new`, now.toString());
  renameSync(`${file}.new`, file);
}

/** `esteira start` in a process of its own, by the clock that is a file of the project. */
export class Owner {
  readonly #child: ChildProcess;
  readonly ended: Promise<number | NodeJS.Signals>;
  out = '';
  err = '';
  isOver = false;

  constructor(folder: string, options: { readonly words?: readonly string[]; readonly stopAt?: string } = {}) {
    const { words = [], stopAt } = options;
    const { ESTEIRA_STOP_AT: _, ...rest } = process.env;
    const program = [binOf(folder), 'start', '--project', folder, '--json', ...words];
    this.#child = spawn(process.execPath, program, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...rest,
        ...{ ESTEIRA_NOW: path.join(folder, 'now'), NODE_COMPILE_CACHE: compiled },
        ...(stopAt ? { ESTEIRA_STOP_AT: stopAt } : {}),
      },
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
      this.out += piece;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      this.err += piece;
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        this.isOver = true;
        resolve(signal ?? code ?? 0);
      });
    });
    started.push(this);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get lines(): readonly LogLine[] {
    const whole = this.err.split('\n').filter((line) => line.startsWith('{') && line.endsWith('}'));
    return whole.map((line) => JSON.parse(line) as LogLine);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** False when it ended without saying so. */
  async says(words: RegExp): Promise<boolean> {
    for (const until = performance.now() + patience; !words.test(this.err); await sleep(10)) {
      if (this.isOver) return words.test(this.err);
      if (performance.now() > until) throw new Error(`it goes on without saying ${words}: ${this.err}`);
    }
    return true;
  }

  /** What its endpoint says; it was started with `--health 0`. */
  async health(): Promise<Partial<KeepingView> & { readonly status: string; readonly code: number }> {
    await this.says(/health: http/);
    const [address = ''] = /http:\/\/127\.0\.0\.1:\d+\/health/.exec(this.err) ?? [];
    const answer = await fetch(address);
    return { ...((await answer.json()) as { status: string }), code: answer.status };
  }

  /** Until everything is done that is due at that time. */
  async idle(now: Temporal.Instant): Promise<void> {
    for (const until = performance.now() + patience * 2; ; await sleep(100)) {
      const { at, waiting, running } = await this.health();
      if (at === now.toString() && waiting === 0 && running?.length === 0) return;
      if (this.isOver || performance.now() > until)
        throw new Error(`it ${this.isOver ? 'ended' : 'is not idle'}: ${this.err.slice(-3000)}`);
    }
  }
}

const started: Owner[] = [];
/** Ends what is left; for a test that fails in the middle. */
export async function endOwners(): Promise<void> {
  for (const one of started.splice(0)) {
    if (!one.isOver) one.signal('SIGKILL');
    await one.ended;
  }
}
