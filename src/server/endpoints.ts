import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EsteiraError } from '../errors.ts';

type Say = (level: 'info' | 'warn' | 'error', text: string) => void;
/** Milliseconds after which one that serves counts as well begun. */
const long = 60_000;
/** How the process of an endpoint is started. */
export interface Started {
  readonly file: string;
  readonly args: readonly string[];
}
interface Keeping {
  readonly endpoints: readonly string[];
  readonly started: (endpoint: string) => Started;
  readonly say: Say;
  /** Milliseconds before one that has ended is started again: the first time, doubled each time up to the longest. */
  readonly pauses?: { readonly first: number; readonly longest: number };
  /** Milliseconds that one has to end; by default more than it takes at most. */
  readonly grace?: number;
}

/** The processes of endpoints beside the one that keeps the schedules: begun again when they end, and ended with it. */
export class EndpointProcesses {
  readonly #of: Keeping;
  readonly #running = new Map<string, ChildProcess>();
  readonly #keeping: readonly Promise<void>[];
  readonly #ending = new AbortController();
  #told: NodeJS.Timeout | undefined;

  constructor(of: Keeping) {
    this.#of = of;
    this.#keeping = of.endpoints.map((name) => this.#keep(name));
  }

  async #keep(name: string): Promise<void> {
    const { first, longest } = this.#of.pauses ?? { first: 1000, longest: 60_000 };
    let pause = first;
    while (!this.#ending.signal.aborted) {
      const began = performance.now();
      const why = await this.#run(name);
      if (this.#ending.signal.aborted) return;
      // One that has served for long has not failed by how it is started.
      if (performance.now() - began > long) pause = first;
      this.#of.say('error', `endpoint ${name} has ended (${why}) and is started again in ${pause / 1000} s`);
      await sleep(pause, undefined, { signal: this.#ending.signal }).catch(() => {});
      pause = Math.min(pause * 2, longest);
    }
  }

  /** Gives why it has ended. */
  #run(name: string): Promise<string> {
    const { file, args } = this.#of.started(name);
    // A group of its own: Ctrl-C is for the process that keeps it, which ends it in turn. The fourth channel closes when that dies.
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true });
    this.#running.set(name, child);
    let result = '';
    let rest = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      result = (result + text).slice(0, 10_000);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#tell(name, line);
    });
    return new Promise((resolve) => {
      child.on('error', (error) => resolve(error.message));
      child.on('close', (code, signal) => {
        this.#running.delete(name);
        resolve(errorIn(result) ?? (signal === null ? `exit code ${code}` : signal));
      });
    });
  }

  #tell(name: string, line: string): void {
    try {
      const { level, event, ...more } = JSON.parse(line);
      const text = Object.entries(more).flatMap(([key, value]) =>
        typeof value === 'object' || key === 'at' || key === 'endpoint' ? [] : [` ${key} ${String(value)}`],
      );
      this.#of.say(level, `endpoint ${name}: ${event}${text.length > 0 ? ':' : ''}${text.join(',')}`);
    } catch {
      if (line.trim() !== '') this.#of.say('warn', `endpoint ${name}: ${line}`);
    }
  }

  /** Something may have been published: they look now, and not when it is their time. */
  look(): void {
    this.#told ??= setTimeout(() => {
      this.#told = undefined;
      for (const child of this.#running.values()) if (child.connected) child.send('look', () => {});
    }, 500).unref();
  }

  /** What they have begun is answered. */
  async close(): Promise<void> {
    clearTimeout(this.#told);
    this.#ending.abort();
    for (const child of this.#running.values()) child.kill('SIGTERM');
    const late = setTimeout(() => {
      for (const child of this.#running.values()) child.kill('SIGKILL');
    }, this.#of.grace ?? 28_000);
    await Promise.all(this.#keeping);
    clearTimeout(late);
  }
}

function errorIn(result: string): string | undefined {
  try {
    const { error } = JSON.parse(result) as { readonly error?: ReturnType<EsteiraError['toJSON']> };
    return error && [`${error.code}: ${error.what}`, error.got, error.next].filter((part) => part).join(' ');
  } catch {
    return undefined;
  }
}
