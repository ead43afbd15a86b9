import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import type { Given } from './process.ts';

export type Line = Readonly<Record<string, unknown>>;

export class Running {
  readonly pid: number;
  readonly lines: Line[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #told = (): void => {};

  constructor(given: Given, cwd: string) {
    const program = path.join(import.meta.dirname, 'process.ts');
    this.#child = spawn(process.execPath, [program, JSON.stringify(given)], {
      cwd,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.pid = this.#child.pid ?? 0;
    let rest = '';
    this.#child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      this.lines.push(...lines.map((line) => JSON.parse(line) as Line));
      this.#told();
    });
    this.#ended = new Promise((resolve) => this.#child.once('close', () => resolve()));
  }

  /** What the first line with that word (and that pleases) says, from now or before. */
  async says<What>(word: string, pleases: (what: What) => boolean = () => true): Promise<What> {
    for (;;) {
      const line = this.lines.find((one) => word in one && pleases(one[word] as What));
      if (line) return line[word] as What;
      const more = new Promise<true>((resolve) => {
        this.#told = () => resolve(true);
      });
      const ended = this.#ended.then(() => false);
      if (!(await Promise.race([more, ended])) && !this.lines.some((one) => word in one && pleases(one[word] as What)))
        throw new Error(`it ended without saying "${word}": ${JSON.stringify(this.lines)}`);
    }
  }

  async result<What>(): Promise<What> {
    return this.says<What>('result');
  }
  async error(word = 'error'): Promise<Readonly<Record<string, string>>> {
    return this.says(word);
  }
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }
  async end(): Promise<readonly Line[]> {
    await this.#ended;
    return this.lines;
  }
}

const started: Running[] = [];
const root = mkdtempSync(path.join(os.tmpdir(), 'owner-'));
after(async () => {
  for (const one of started) one.signal('SIGKILL');
  for (const one of started) await one.end();
  rmSync(root, { recursive: true, force: true });
});

let folders = 0;
export function newFolder(name = ''): string {
  folders += 1;
  return path.join(root, `${folders}${name}`);
}

/** A process that works on the project in that folder, started somewhere else. */
export function start(folder: string, calls: Given['calls'], other: Partial<Given> = {}): Running {
  const one = new Running({ folder, calls, ...other }, root);
  started.push(one);
  return one;
}
