import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** Runs the command line as a person would, in the environment `demo`. */
export class CommandLine {
  readonly #root: string;
  readonly #clock: string | undefined;
  constructor(root: string, clock?: string) {
    this.#root = root;
    this.#clock = clock;
  }

  /** By the clock that this file holds. */
  at(clock: string): CommandLine {
    return new CommandLine(this.#root, clock);
  }

  /** Shows the command and its output as they are. */
  show(...words: readonly string[]): void {
    console.log(`\n$ esteira ${words.map(quoted).join(' ')} --env demo`);
    const { status } = this.#spawn(words, 'inherit');
    if (status !== 0) throw new Error(`esteira ${words.join(' ')} ended with ${status}`);
  }

  /** What the command gives with `--json`. */
  ask<T>(...words: readonly string[]): T {
    const { status, stdout } = this.#spawn([...words, '--json'], 'pipe');
    if (status !== 0) throw new Error(`esteira ${words.join(' ')} ended with ${status}: ${stdout}`);
    return JSON.parse(stdout) as T;
  }

  #spawn(words: readonly string[], output: 'inherit' | 'pipe') {
    const bin = path.join(this.#root, 'bin', 'esteira.mjs');
    return spawnSync(process.execPath, [bin, ...words, '--env', 'demo'], {
      cwd: this.#root,
      stdio: ['ignore', output, 'inherit'],
      encoding: 'utf8',
      ...(this.#clock === undefined ? {} : { env: { ...process.env, ESTEIRA_NOW: this.#clock } }),
      maxBuffer: 2 ** 28,
    });
  }
}

const quoted = (word: string): string => (/[\s*]/.test(word) ? `"${word}"` : word);
