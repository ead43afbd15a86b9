import type { PlainRow } from './pretended.ts';
import type { WantedModel } from './wanted.ts';

/** Requests that are kept, and rows of each, at most. */
const kept = 32;
const mostRows = 64;
/** Of many that come one in so many is kept: a copy of wide rows costs more than to predict them. */
const every = 200;

const plainKinds: ReadonlySet<string> = new Set(['number', 'string', 'boolean']);
/** With such a number a sum may be infinite, whatever the version: nobody who asks for that keeps other versions from being served. */
const isStrange = (value: PlainRow[string]): boolean => typeof value === 'number' && !(Math.abs(value) < 1e100);

/** Recent requests, as plain values of the model's features: what another version has to predict before it serves. */
export class RecentRequests {
  readonly #names: readonly string[];
  readonly #ring: PlainRow[][] = [];
  #seen = 0;

  constructor({ features, each }: Pick<WantedModel, 'features' | 'each'>) {
    this.#names = [...features.map(({ name }) => name), ...each];
  }

  see(rows: readonly object[]): void {
    this.#seen += 1;
    if (this.#ring.length === kept && this.#seen % every !== 0) return;
    if (rows.length === 0) return;
    const plain = rows.slice(0, mostRows).map((row) => this.#plain(row as Readonly<Record<string, unknown>>));
    if (plain.some((row) => Object.values(row).some(isStrange))) return;
    if (this.#ring.length < kept) this.#ring.push(plain);
    else this.#ring[Math.floor(this.#seen / every) % kept] = plain;
  }

  get all(): readonly (readonly PlainRow[])[] {
    return [...this.#ring];
  }

  #plain(row: Readonly<Record<string, unknown>>): PlainRow {
    const plain: Record<string, PlainRow[string]> = {};
    for (const name of this.#names) {
      const value = row[name];
      if (typeof value === 'bigint') plain[name] = Number(value);
      else plain[name] = plainKinds.has(typeof value) ? (value as PlainRow[string]) : null;
    }
    return plain;
  }
}
