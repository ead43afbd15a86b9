/** Who publishes to one table waits for those that came before: the engine lets two transactions meet in a fence, and ends one of them. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  async take<Result>(tables: readonly string[], work: () => Promise<Result>): Promise<Result> {
    const before = tables.map((table) => this.#last.get(table));
    const { promise: mine, resolve: end } = Promise.withResolvers<void>();
    // In all queues at once: who waits in one of them has come before in every other.
    for (const table of tables) this.#last.set(table, mine);
    try {
      await Promise.all(before);
      return await work();
    } finally {
      end();
      for (const table of tables) if (this.#last.get(table) === mine) this.#last.delete(table);
    }
  }
}
