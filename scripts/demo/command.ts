import { spawnSync } from 'node:child_process';
import path from 'node:path';

type Variables = Readonly<Record<string, string>>;

/** Runs the command line as a person would, in the environment `demo`. */
export class CommandLine {
  readonly #root: string;
  readonly #variables: Variables;
  constructor(root: string, variables: Variables = {}) {
    this.#root = root;
    this.#variables = variables;
  }

  /** With these variables, too. */
  with(variables: Variables): CommandLine {
    return new CommandLine(this.#root, { ...this.#variables, ...variables });
  }
  /** By the clock that this file holds. */
  at(clock: string): CommandLine {
    return this.with({ ESTEIRA_NOW: clock });
  }

  /** Shows the command and its output as they are. */
  show(...words: readonly string[]): void {
    this.#print(words);
    const { status } = this.#spawn(words, 'inherit');
    if (status !== 0) throw new Error(`esteira ${words.join(' ')} ended with ${status}`);
  }

  /** The same of a command that is to say no; gives what it said. */
  refused(...words: readonly string[]): string {
    this.#print(words);
    const { status, stdout, stderr } = this.#spawn(words, 'pipe', 'pipe');
    process.stdout.write(stdout + stderr);
    if (status === 0) throw new Error(`esteira ${words.join(' ')} did not fail`);
    return stdout + stderr;
  }

  /** What a command that is to say no gives with `--json`. */
  failing<T>(...words: readonly string[]): T {
    this.#print(words);
    const { status, stdout } = this.#spawn([...words, '--json'], 'pipe');
    if (status === 0) throw new Error(`esteira ${words.join(' ')} did not fail`);
    return JSON.parse(stdout) as T;
  }

  /** What the command gives with `--json`. */
  ask<T>(...words: readonly string[]): T {
    const { status, stdout } = this.#spawn([...words, '--json'], 'pipe');
    if (status !== 0) throw new Error(`esteira ${words.join(' ')} ended with ${status}: ${stdout}`);
    return JSON.parse(stdout) as T;
  }

  #print(words: readonly string[]): void {
    console.log(`\n$ esteira ${words.map(quoted).join(' ')} --env demo`);
  }

  #spawn(words: readonly string[], output: 'inherit' | 'pipe', errors: 'inherit' | 'pipe' = 'inherit') {
    const bin = path.join(this.#root, 'bin', 'esteira.mjs');
    return spawnSync(process.execPath, [bin, ...words, '--env', 'demo'], {
      cwd: this.#root,
      stdio: ['ignore', output, errors],
      encoding: 'utf8',
      env: { ...process.env, ...this.#variables },
      maxBuffer: 2 ** 28,
    });
  }
}

const quoted = (word: string): string => (/[\s*]/.test(word) ? `"${word}"` : word);
