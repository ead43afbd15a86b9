/** Commits pass side by side; who copies the files keeps them waiting, and waits for those that have begun. */
export class Gate {
  readonly #passing = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  async pass<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.#closed) await this.#closed;
    const passing = work();
    this.#passing.add(passing);
    try {
      return await passing;
    } finally {
      this.#passing.delete(passing);
    }
  }

  /** Alone: nothing passes until the work is done. */
  async close<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.#closed) await this.#closed;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closed = promise;
    try {
      await Promise.allSettled(this.#passing);
      return await work();
    } finally {
      this.#closed = undefined;
      resolve();
    }
  }
}
