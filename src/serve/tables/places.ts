/** A map that has grown this much takes a tenth of a second to grow once more, in which nothing else is done. */
const many = 50_000;
const parts = 64;

/** Which of the parts a key is in: by its end, in which keys differ. */
function partOf(key: unknown): number {
  switch (typeof key) {
    case 'string':
      return (31 * key.charCodeAt(key.length - 1) + key.charCodeAt(key.length - 2)) & (parts - 1);
    case 'number':
      return key & (parts - 1);
    case 'bigint':
      return Number(BigInt.asUintN(6, key));
    default:
      return 0;
  }
}

/** Where the row of each key is. */
export class Places {
  readonly #maps: readonly Map<unknown, number>[];

  constructor(rows: number) {
    this.#maps = Array.from({ length: rows > many ? parts : 1 }, () => new Map<unknown, number>());
  }
  set(key: unknown, row: number): void {
    this.#of(key).set(key, row);
  }
  get(key: unknown): number | undefined {
    return this.#of(key).get(key);
  }
  /** Different keys. */
  get size(): number {
    return this.#maps.reduce((sum, { size }) => sum + size, 0);
  }
  #of(key: unknown): Map<unknown, number> {
    return this.#maps[this.#maps.length === 1 ? 0 : partOf(key)] as Map<unknown, number>;
  }
}
