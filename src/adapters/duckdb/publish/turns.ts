/** Who publishes to one table waits for those that came before: the engine lets two transactions meet in a fence, and ends one of them. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  async take<Result>(table: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(table);
    const { promise: mine, resolve: end } = Promise.withResolvers<void>();
    this.#last.set(table, mine);
    try {
      await before;
      return await work();
    } finally {
      end();
      if (this.#last.get(table) === mine) this.#last.delete(table);
    }
  }
}
