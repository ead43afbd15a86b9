import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { Budget } from './budget.ts';
import type { ShadowData, ShadowSaid, ShadowTask } from './messages.ts';
import type { ShadowDrop, ShadowError } from './tally.ts';

/** What a shadow may take of the process that it is in. */
export interface ShadowLimits {
  /** Of one processor, while time passes; and milliseconds of it at once. */
  readonly cpu: number;
  readonly burst: number;
  /** Requests on their way, and their bytes. */
  readonly requests: number;
  readonly bytes: number;
  /** Milliseconds: for one request, and until it is ready for the first. */
  readonly deadline: number;
  readonly starting: number;
  /** MB: its heap, what is new in it, and its stack. */
  readonly heap: number;
  readonly young: number;
  readonly stack: number;
  /** Milliseconds until it is begun again after it failed, the first time and each further time in a row; then it is given up. */
  readonly pauses: readonly number[];
}
const usualLimits: ShadowLimits = Object.freeze({
  ...{ cpu: 0.1, burst: 500, requests: 8, bytes: 4_194_304, deadline: 500, starting: 30_000 },
  ...{ heap: 32, young: 8, stack: 4, pauses: Object.freeze([60_000, 600_000]) },
});
/** A larger file takes more to read. */
export const limitsFor = (bytes: number, own: Partial<ShadowLimits> = {}): ShadowLimits => ({
  ...usualLimits,
  heap: usualLimits.heap + Math.ceil((12 * bytes) / 2 ** 20),
  ...own,
});

export interface RunnerTold {
  predicted(answer: Extract<ShadowSaid, { said: 'predicted' }>): void;
  failed(numbers: readonly number[], error: ShadowError, why: string): void;
  /** For good, in this process. */
  givenUp(why: string): void;
}

// As it stands beside this file: written in TypeScript, or built.
const standard = new URL(`./shadow-worker${path.extname(import.meta.url)}`, import.meta.url);

/** Has a version predict in a thread of its own, which is ended when it takes too long or too much, and begun again a few times. */
export class Runner {
  readonly #data: ShadowData;
  readonly #limits: ShadowLimits;
  readonly #file: URL;
  readonly #elapsed: () => number;
  readonly #told: RunnerTold;
  readonly #budget: Budget;
  #worker: Worker | undefined;
  #isReady = false;
  #isOver = false;
  #failures = 0;
  #restingUntil = Number.NEGATIVE_INFINITY;
  /** By number, in their order, with their bytes. */
  readonly #going = new Map<number, number>();
  #bytes = 0;
  /** Since when the first of those that are going is worked at, or the thread is beginning. */
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  #ending: Promise<unknown> = Promise.resolve();

  constructor(of: {
    readonly data: ShadowData;
    readonly limits: ShadowLimits;
    readonly told: RunnerTold;
    readonly elapsed: () => number;
    /** What the thread runs; by default Esteira's own. */
    readonly file?: URL | undefined;
  }) {
    this.#data = of.data;
    this.#limits = of.limits;
    this.#told = of.told;
    this.#elapsed = of.elapsed;
    this.#file = of.file ?? standard;
    this.#budget = new Budget({ share: of.limits.cpu, most: of.limits.burst, elapsed: of.elapsed });
  }

  /** Why a request cannot be taken now, of so many bytes; nothing when it can. Begins the thread where that is due. */
  refuses(bytes: number): ShadowDrop | undefined {
    if (this.#isOver) return 'given up';
    if (!this.#worker) {
      if (this.#elapsed() < this.#restingUntil) return 'resting';
      if (!this.#budget.isLeft) return 'over budget';
      this.#begin();
      return 'starting';
    }
    if (!this.#isReady) return 'starting';
    const isFull = this.#going.size >= this.#limits.requests || this.#bytes + bytes > this.#limits.bytes;
    if (isFull) return 'full';
    return this.#budget.isLeft ? undefined : 'over budget';
  }

  /** To be asked only where `refuses` said nothing. */
  send(task: ShadowTask, bytes: number): void {
    if (this.#going.size === 0) this.#await(this.#limits.deadline);
    this.#going.set(task.number, bytes);
    this.#bytes += bytes;
    this.#worker?.postMessage(task, [task.packed.numbers.buffer as ArrayBuffer, task.scores.buffer as ArrayBuffer]);
  }

  get state(): 'beginning' | 'ready' | 'resting' | 'given up' | 'idle' {
    if (this.#isOver) return 'given up';
    if (this.#worker) return this.#isReady ? 'ready' : 'beginning';
    return this.#failures > 0 ? 'resting' : 'idle';
  }

  async end(): Promise<void> {
    this.#isOver = true;
    this.#stop();
    await this.#ending;
  }

  #begin(): void {
    const { heap, young, stack, starting } = this.#limits;
    const worker = new Worker(this.#file, {
      workerData: this.#data,
      resourceLimits: { maxOldGenerationSizeMb: heap, maxYoungGenerationSizeMb: young, stackSizeMb: stack },
      ...{ stdout: true, stderr: true, execArgv: [], env: {} },
    });
    worker.unref();
    // What it says there is for nobody.
    for (const stream of [worker.stdout, worker.stderr]) stream.resume();
    this.#worker = worker;
    this.#isReady = false;
    this.#await(starting);
    worker.on('message', (said: ShadowSaid) => {
      if (worker === this.#worker) this.#hear(said);
    });
    const died = (why: string): void => {
      if (worker === this.#worker) this.#fail('died', why);
    };
    worker.on('error', (error) => died(String((error as Partial<Error> | undefined)?.message ?? error)));
    worker.on('messageerror', (error) => died(error.message));
    worker.on('exit', (code) => died(`its thread ended with ${code}`));
  }

  #hear(said: ShadowSaid): void {
    if (said.said === 'unfit') {
      this.#giveUp(said.why);
      return;
    }
    this.#budget.spend(said.cpu);
    if (said.said === 'ready') {
      this.#isReady = true;
      this.#rest();
      return;
    }
    const bytes = this.#going.get(said.number);
    if (bytes === undefined) return;
    this.#going.delete(said.number);
    this.#bytes -= bytes;
    if (this.#going.size > 0) this.#await(this.#limits.deadline);
    else this.#rest();
    if (said.said === 'threw') this.#told.failed([said.number], 'threw', said.why);
    else {
      this.#failures = 0;
      this.#told.predicted(said);
    }
  }

  /** Something is to be heard within so many milliseconds. */
  #await(milliseconds: number): void {
    this.#rest();
    this.#since = this.#elapsed();
    this.#timer = setTimeout(() => {
      const what = this.#isReady ? 'it said nothing of a request' : 'it was not ready';
      this.#fail('late', `${what} for ${milliseconds} ms`);
    }, milliseconds);
    this.#timer.unref();
  }
  #rest(): void {
    clearTimeout(this.#timer);
  }

  #fail(error: ShadowError, why: string): void {
    // Nobody knows how much of that time it has worked.
    this.#budget.spend(this.#elapsed() - this.#since);
    const numbers = [...this.#going.keys()];
    this.#stop();
    this.#told.failed(numbers, error, why);
    const pause = this.#limits.pauses[this.#failures];
    this.#failures += 1;
    if (pause === undefined) this.#giveUp(`${this.#failures} times in a row: ${why}`);
    else this.#restingUntil = this.#elapsed() + pause;
  }

  #giveUp(why: string): void {
    this.#isOver = true;
    this.#stop();
    this.#told.givenUp(why);
  }

  #stop(): void {
    this.#rest();
    this.#going.clear();
    this.#bytes = 0;
    this.#isReady = false;
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker) this.#ending = worker.terminate();
  }
}
