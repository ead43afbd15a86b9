import { createHash } from 'node:crypto';
import type { Line } from './rows.ts';

// What each way of writing is said to do, in plain JavaScript over the lines as they were written.

export interface Row {
  readonly k: number | null;
  readonly version: number | null;
  readonly value: string | null;
  readonly amount: number | null;
  readonly gone: boolean | null;
  /** Where it comes from: file and line. */
  readonly at: string;
}
export interface Counts {
  in: number;
  valid: number;
  invalid: number;
  duplicates: number;
  inserted: number;
  updated: number;
  deleted: number;
  unchanged: number;
  stale: number;
}
const kinds = { k: 'number', version: 'number', value: 'string', amount: 'number', gone: 'boolean' } as const;
type Name = keyof typeof kinds;
const names = Object.keys(kinds) as readonly Name[];

export const none = (): Counts => ({
  in: 0,
  valid: 0,
  invalid: 0,
  duplicates: 0,
  inserted: 0,
  updated: 0,
  deleted: 0,
  unchanged: 0,
  stale: 0,
});

/** How a table is written, and what the row of a source is judged by. */
export interface Way {
  readonly mode: 'append' | 'merge' | 'replace';
  /** The greatest version of a key stays. */
  readonly latest: boolean;
  readonly deletes: boolean;
  /** Its rows do not say where they come from: of two of one version a delete comes last, else the greater content. */
  readonly made?: boolean;
}

export interface Judged {
  readonly row: Row;
  /** Flags that fail. */
  readonly failed: readonly string[];
}

/** `known`: keys that another table has, where a row must refer to one. */
export function judge(line: Line, at: string, { deletes, latest }: Way, known?: ReadonlySet<number | null>): Judged {
  const row = Object.fromEntries(
    names.map((name) => [name, typeof line[name] === kinds[name] ? line[name] : null]),
  ) as unknown as Row;
  const exempt = deletes && row.gone === true;
  const failed: string[] = [];
  for (const name of names) {
    if (exempt && name !== 'k' && !(latest && name === 'version')) continue;
    if (line[name] === undefined || line[name] === null) failed.push(`${name}_present`);
    else if (row[name] === null) failed.push(`${name}_kind`);
  }
  if (!exempt && row.amount !== null && row.amount < 0) failed.push('amount_ok');
  if (!exempt && row.amount === 3 && !known) failed.push('not_three');
  if (known && row.k !== null && !known.has(row.k)) failed.push('known');
  return { row: { ...row, at }, failed: failed.toSorted() };
}

const contentOf = ({ at: _, ...row }: Row): string => createHash('md5').update(JSON.stringify(row)).digest('hex');

/** Negative, zero or positive, as one comes before, with or after the other: by version (null first), then by where it stands. */
function inOrder(one: Row, other: Row, { made }: Way): number {
  const [a, b] = [one.version ?? -1, other.version ?? -1];
  if (a !== b) return a - b;
  if (!made) return one.at < other.at ? -1 : Number(one.at > other.at);
  if (one.gone !== other.gone) return one.gone ? 1 : -1;
  const [left, right] = [contentOf(one), contentOf(other)];
  return left < right ? -1 : Number(left > right);
}
const sameContent = (one: Row, other: Row, without: readonly Name[]): boolean =>
  names.every((name) => without.includes(name) || one[name] === other[name]);

/** One table, as it should be after each run. */
export class Model {
  readonly way: Way;
  rows: Row[] = [];
  /** By where a row stands: which flags fail. */
  invalid = new Map<string, readonly string[]>();
  readonly #deleted = new Map<number | null, Row>();

  constructor(way: Way) {
    this.way = way;
  }

  publish(lines: readonly Judged[]): Counts {
    const { mode, latest } = this.way;
    const counts = none();
    counts.in = lines.length;
    if (mode === 'replace') {
      this.rows = [];
      this.invalid.clear();
    }
    for (const { row, failed } of lines) {
      if (failed.length === 0) continue;
      this.invalid.set(row.at, failed);
      counts.invalid += 1;
    }
    const valid = lines.filter(({ failed }) => failed.length === 0).map(({ row }) => row);
    const kept = latest ? this.#lastOfEach(valid) : valid;
    counts.duplicates = valid.length - kept.length;
    counts.valid = kept.length;
    for (const row of kept) counts[mode === 'merge' ? this.#merge(row) : 'inserted'] += 1;
    if (mode !== 'merge') this.rows.push(...kept);
    return counts;
  }

  #lastOfEach(valid: readonly Row[]): readonly Row[] {
    const found = new Map<number | null, Row>();
    for (const row of valid) {
      const before = found.get(row.k);
      if (!before || inOrder(row, before, this.way) > 0) found.set(row.k, row);
    }
    return [...found.values()];
  }

  #merge(row: Row): 'inserted' | 'updated' | 'deleted' | 'unchanged' | 'stale' {
    const { latest, deletes, made } = this.way;
    const held = this.rows.find(({ k }) => k === row.k);
    const gone = deletes && row.gone === true;
    if (latest) {
      const buried = this.#deleted.get(row.k);
      // Nothing of the moment of a delete undoes it.
      const later = buried && (made ? (row.version ?? -1) - (buried.version ?? -1) : inOrder(row, buried, this.way));
      if (later !== undefined && later <= 0) return 'stale';
      if (held && inOrder(row, held, this.way) <= 0) return 'stale';
    }
    const others = this.rows.filter((one) => one !== held);
    if (gone) {
      this.rows = others;
      if (latest) this.#deleted.set(row.k, row);
      return held || latest ? 'deleted' : 'unchanged';
    }
    this.#deleted.delete(row.k);
    const isSame = held && sameContent(held, row, latest ? ['version'] : []);
    // Without an order, content that came again leaves the row that is there.
    if (isSame && !latest) return 'unchanged';
    this.rows = [...others, row];
    return !held ? 'inserted' : isSame ? 'unchanged' : 'updated';
  }
}
