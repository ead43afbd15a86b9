import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { inside } from './inside.ts';

export const root = path.join(import.meta.dirname, '..');
/** What is started: the package that `npm test` made of these sources, or the sources themselves. */
export const product = process.env['ESTEIRA_PACKAGE'] ?? root;
/** What `npx esteira` starts in a project. */
export const binOf = (folder: string): string => path.join(folder, 'node_modules', 'esteira', 'bin', 'esteira.mjs');
/** A folder that no project is above, this one neither, so that none is found from a folder without one. */
const home = mkdtempSync(path.join(process.env['ESTEIRA_OUTSIDE'] ?? os.tmpdir(), 'esteira-'));
const started: Command[] = [];
after(async () => {
  for (const one of started) one.signal('SIGKILL');
  for (const one of started) await one.ended;
  rmSync(home, { recursive: true, force: true });
});

/** For what a process is to say, in milliseconds. */
const patience = 60_000;

export interface Ended {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** The command line in a process of its own, as a person starts it. */
export class Command {
  readonly ended: Promise<Ended>;
  readonly pid: number;
  out = '';
  err = '';
  isOver = false;
  readonly #child: ChildProcess;

  constructor(
    program: string,
    words: readonly string[],
    options: { cwd: string; env: NodeJS.ProcessEnv; uid?: number; gid?: number },
  ) {
    this.#child = spawn(program, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    this.pid = this.#child.pid ?? 0;
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      this.out += chunk;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.err += chunk;
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject);
      this.#child.once('close', (code, signal) => {
        this.isOver = true;
        // Said where a slow machine keeps somebody waiting.
        const err = this.err.replaceAll('Opening the project.\n', '');
        resolve({ exit: code ?? 128 + (signal ? os.constants.signals[signal] : 0), out: this.out, err });
      });
    });
    started.push(this);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Waits until it has printed that, on either stream. */
  async says(words: RegExp): Promise<void> {
    for (const until = performance.now() + patience; !words.test(this.out + this.err); ) {
      if (this.isOver || performance.now() > until)
        throw new Error(`it ${this.isOver ? 'ended' : 'goes on'} without saying ${words}: ${this.out}${this.err}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

const config = `import { duckdb, folder, project, sqlite } from 'esteira/config';

export default project({
  name: 'shop',
  pipelines: { shop: 'definitions/*.ts' },
  standard: 'local',
  environments: {
    local: {
      warehouse: duckdb({ folder: 'warehouse', threads: 1 }),
      state: sqlite({ file: 'warehouse/state.sqlite' }),
      files: folder({ path: 'data' }),
      retries: { times: 0, wait: '1 second' },
    },
  },
});
`;

/** A small project in a folder of its own. */
export class Sandbox {
  readonly folder: string;
  readonly #home: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #isInside: boolean;
  /** Its definitions were loaded in this process, which loads a file once. */
  #isLoaded = false;
  #isChanged = false;

  /** `home` is the package that runs; by default the product of this repository. `inside`: `run` and what is made of it need no processes of their own, and no variable is read while definitions are loaded. */
  constructor(
    files: Readonly<Record<string, string | Uint8Array>>,
    options: { home?: string; env?: NodeJS.ProcessEnv; inside?: boolean } = {},
  ) {
    this.folder = mkdtempSync(path.join(home, 'p'));
    this.#home = options.home ?? product;
    this.#env = options.env ?? {};
    this.#isInside = options.inside ?? false;
    mkdirSync(path.join(this.folder, 'node_modules'));
    mkdirSync(path.join(this.folder, 'data'));
    symlinkSync(this.#home, path.join(this.folder, 'node_modules', 'esteira'));
    this.write({ 'package.json': '{ "type": "module" }', 'esteira.config.ts': config, ...files });
  }

  /** From now on the sources run: a program of the tests that opens the project has loaded them, and definitions are of one copy. */
  ofSources(): this {
    const link = path.join(this.folder, 'node_modules', 'esteira');
    rmSync(link);
    symlinkSync(root, link);
    return this;
  }

  write(files: Readonly<Record<string, string | Uint8Array>>): void {
    for (const [name, text] of Object.entries(files)) {
      this.#isChanged ||= this.#isLoaded && name.endsWith('.ts');
      const file = path.join(this.folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  file(name: string): string {
    return path.join(this.folder, name);
  }

  /** Another project with the same files, warehouse and state. */
  copy(): Sandbox {
    return this.copyInto(new Sandbox({}, { home: this.#home, env: this.#env, inside: this.#isInside }));
  }
  copyInto<Other extends Sandbox>(copy: Other): Other {
    const isKept = (from: string): boolean => !/node_modules|owner\.(sock|json)/.test(path.relative(this.folder, from));
    cpSync(this.folder, copy.folder, { recursive: true, filter: isKept, preserveTimestamps: true });
    return copy;
  }

  start(words: readonly string[], options: { env?: NodeJS.ProcessEnv; cwd?: string } = {}): Command {
    return this.startProgram(process.execPath, [binOf(this.folder), ...words], options);
  }

  /** `uid`: as that user, where this one may say so. */
  startProgram(
    program: string,
    words: readonly string[],
    options: { env?: NodeJS.ProcessEnv; cwd?: string; uid?: number } = {},
  ) {
    return new Command(program, words, {
      cwd: options.cwd ?? this.folder,
      env: this.#variables(options.env),
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    });
  }

  #variables(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
    const { PATH, LD_LIBRARY_PATH } = process.env;
    const usual = { PATH, LD_LIBRARY_PATH, COLUMNS: '10000', ESTEIRA_NOW: '2026-03-10T12:00:00Z' };
    return { ...usual, ...this.#env, ...more };
  }

  /** Waits until that process owns the project; a command that asks for it could become the owner itself. */
  async ownedBy(command: Command): Promise<void> {
    const isOwner = (): boolean => {
      try {
        return JSON.parse(readFileSync(this.file('.esteira/owner.json'), 'utf8')).pid === command.pid;
      } catch {
        return false;
      }
    };
    while (!isOwner()) {
      if (command.isOver) throw new Error(`it ended: ${command.out}${command.err}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async run(...words: readonly string[]): Promise<Ended> {
    return this.give(words);
  }

  /** To its end, with these variables besides. Whoever is to be killed is a process. */
  async give(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    if (!this.#isInside || this.#isChanged || env['ESTEIRA_STOP_AT']) return this.start(words, { env }).ended;
    this.#isLoaded = true;
    return inside(realpathSync(path.join(this.folder, 'node_modules', 'esteira')), words, {
      cwd: this.folder,
      env: this.#variables(env),
    });
  }

  /** Runs it, and fails the test when that does not succeed. */
  async succeed(...words: readonly string[]): Promise<string> {
    const { exit, out, err } = await this.run(...words);
    if (exit !== 0) throw new Error(`esteira ${words.join(' ')} ended with ${exit}: ${out}${err}`);
    return out;
  }

  /** What it gives with --json. */
  async ask<Result>(...words: readonly string[]): Promise<Result> {
    return JSON.parse(await this.succeed(...words, '--json')) as Result;
  }

  /** The same text wherever and whenever it was said. */
  normal(text: string): string {
    return text
      .replaceAll(this.folder, '<project>')
      .replaceAll(home, '<home>')
      .replaceAll(path.join(product, 'lib'), '<esteira>/src')
      .replaceAll(product, '<esteira>')
      .replaceAll(root, '<esteira>')
      .replaceAll(os.hostname(), '<host>')
      .replaceAll(/\b01[0-9A-HJKMNP-TV-Z]{24}\b/g, '<run>')
      .replaceAll(/\b(PID|[Pp]rocess) \d+/g, '$1 <pid>');
  }
}
