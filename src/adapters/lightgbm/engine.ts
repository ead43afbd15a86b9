import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Missing, type TreesEngine, TreesEngineFailed } from '../../ports/index.ts';
import { modelFile, writeJob } from './job-files.ts';

// As it stands beside this file: written in TypeScript, or built.
const child = fileURLToPath(new URL(`./lightgbm-child${path.extname(import.meta.url)}`, import.meta.url));
const usual: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'lib_lightgbm.dylib',
  win32: 'lib_lightgbm.dll',
};

interface Answer {
  readonly done?: number;
  readonly grown?: true;
  readonly fits?: true;
  readonly failed?: string;
  readonly missing?: Missing['reason'];
  readonly message?: string;
}

export interface LightgbmOptions {
  /** The file of the library; default: by its usual name, where the system looks for libraries. */
  readonly library?: string;
  /** What koffi is imported as; default: the package of that name. */
  readonly koffi?: string;
  /** Default: one for each core. */
  readonly threads?: number;
}

/** LightGBM's own library, in a child process. */
export class Lightgbm implements TreesEngine {
  readonly #library: string;
  readonly #koffi: string;
  readonly #threads: number;

  constructor({ library, koffi = 'koffi', threads }: LightgbmOptions = {}) {
    this.#koffi = koffi;
    this.#library = library ?? usual[process.platform] ?? 'lib_lightgbm.so';
    this.#threads = threads ?? availableParallelism();
  }

  async missing(): Promise<Missing | undefined> {
    let found: Missing | undefined;
    let isThere = false;
    const ended = await this.#child(['look', this.#koffi, this.#library], {
      answer: ({ missing, message, fits, failed }) => {
        if (missing) found = this.#missing(missing, message);
        if (failed !== undefined) found = this.#missing('no library', failed);
        if (fits) isThere = true;
      },
    });
    // A library of another machine may end the process that loads it.
    return (
      found ?? (isThere ? undefined : this.#missing('no library', `the process that loads it ended with ${ended}`))
    );
  }

  #missing(reason: Missing['reason'], message = ''): Missing {
    const file = this.#library;
    const said = message.split('\n')[0] ?? '';
    if (reason === 'no koffi')
      return {
        reason,
        what: "LightGBM's library is called through koffi, which is not installed.",
        next: 'npm install koffi',
      };
    const next =
      'python3 -m pip install lightgbm, and name its lib_lightgbm in esteira.config.ts, trees: lightgbm({ library: … }): python3 -c "import lightgbm.libpath as l; print(l._find_lib_path()[0])"; on Linux it needs libgomp1';
    if (reason === 'wrong library') return { reason, what: `${file} is a library, but not LightGBM's: ${said}`, next };
    return { reason, what: `LightGBM's library ${file} cannot be loaded: ${said}`, next };
  }

  async grow(
    job: Parameters<TreesEngine['grow']>[0],
    { signal, progress }: Parameters<TreesEngine['grow']>[1],
  ): Promise<string> {
    signal?.throwIfAborted();
    const folder = mkdtempSync(path.join(tmpdir(), 'esteira-lightgbm-'));
    try {
      writeJob(folder, { ...job, parameters: { ...job.parameters, num_threads: this.#threads } }, this.#library);
      let isGrown = false;
      const ended = await this.#child(['grow', this.#koffi, folder], {
        signal,
        answer: ({ done, grown, failed, missing, message }) => {
          if (done !== undefined) progress?.(done, job.rounds);
          if (grown) isGrown = true;
          if (missing) throw new TreesEngineFailed(this.#missing(missing, message));
          if (failed !== undefined)
            throw new TreesEngineFailed({
              reason: 'failed',
              what: `LightGBM says: ${failed}`,
              next: 'Look at the rows and the options.',
            });
        },
      });
      signal?.throwIfAborted();
      if (!isGrown)
        throw new TreesEngineFailed({
          reason: 'failed',
          what: `The process in which LightGBM trains ended with ${ended}.`,
          next: "Try again; or train without engine: 'native'.",
        });
      return readFileSync(modelFile(folder), 'utf8');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Runs the child to its end, which is its exit code or the signal that ended it. */
  async #child(
    words: readonly string[],
    { signal, answer }: { readonly signal?: AbortSignal | undefined; readonly answer: (answer: Answer) => void },
  ): Promise<number | string> {
    // Threads that wait for each other would burn a core each.
    const env = { ...process.env, OMP_WAIT_POLICY: 'PASSIVE', OMP_NUM_THREADS: String(this.#threads) };
    const own: ChildProcess = spawn(process.execPath, [child, ...words], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    const stop = (): void => void own.kill('SIGKILL');
    signal?.addEventListener('abort', stop, { once: true });
    const ended = new Promise<number | string>((resolve, reject) => {
      own.on('error', reject).on('close', (code, by) => resolve(code ?? by ?? 'unknown'));
    });
    try {
      if (own.stdout)
        for await (const line of createInterface({ input: own.stdout }))
          if (line.startsWith('{')) answer(JSON.parse(line));
      return await ended;
    } finally {
      signal?.removeEventListener('abort', stop);
      own.kill('SIGKILL');
      await ended.catch(() => undefined);
    }
  }
}
