import type { TargetBatch, TargetResult, TargetValue } from '../../../ports/index.ts';
import { listText } from '../../common/arrays.ts';
import { shown } from '../../common/shown.ts';
import type { Answered } from '../client.ts';
import { Fault, understood } from '../faults.ts';
import { atLength, echoedLine, longestLine } from '../length.ts';
import { among, filter, listed, nameOf, type Word } from '../query.ts';
import { rowsIn } from '../values.ts';
import { bodyOf } from './batch.ts';
import { saidOf } from './faults.ts';
import { sameText } from './says.ts';
import { missingBy, type SupabaseTable, unmoved } from './table.ts';

interface Writing {
  readonly batch: TargetBatch;
  readonly rows: readonly number[];
  readonly results: TargetResult[];
  readonly signal: AbortSignal | undefined;
}
type Row = Readonly<Record<string, unknown>>;

/** Rows of one request. */
const most = 100;

/**
 * Without a function of the database: the batch is read, what differs is written by a request for each row, on the condition that it still differs, and rows
 * that are missing are added by one that leaves alone those that are there.
 */
export class RowByRow {
  readonly #of: SupabaseTable;
  readonly #values: readonly string[];
  /** What the types have made of values, so that what they round is not written again and again. */
  readonly #made = new Map<string, string>();
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(of: SupabaseTable) {
    this.#of = of;
    this.#values = Object.keys(of.asked.columns).filter((name) => !of.asked.key.includes(name));
    this.#free = of.asked.parallel;
  }

  async write(writing: Writing): Promise<void> {
    const { rows, results } = writing;
    const { changedOnly, way } = this.#of.asked;
    const found = await this.#read(writing, rows);
    const missing = rows.filter((row) => !found.has(row));
    const added = way === 'merge' && missing.length > 0 ? await this.#add(writing, missing) : new Set<number>();
    for (const row of missing) if (!added.has(row)) results[row] = missingBy(this.#of.rest);
    const differing = rows.filter((row) => {
      const there = found.get(row);
      if (!there || added.has(row)) return false;
      const result = this.#judge(writing.batch, row, there, 'unchanged');
      if (result.is !== 'refused') results[row] = result;
      return result.is === 'refused' || !changedOnly;
    });
    let isOver = false;
    const change = async (row: number): Promise<void> => {
      // A gateway that hangs is not waited for once more for each row.
      if (isOver) return;
      try {
        await this.#change(writing, row, found.get(row) as Row);
      } catch (error) {
        isOver = true;
        throw error;
      }
    };
    await settled(differing.map((row) => this.#limited(() => change(row))));
  }

  /** What rows say there, by their number; in parts whose request lines are short enough. */
  async #read({ batch, signal }: Writing, rows: readonly number[]): Promise<Map<number, Row>> {
    const { rest, name, asked } = this.#of;
    const query = (part: readonly number[]): readonly Word[] => [['select', this.#select], this.#filter(batch, part)];
    const parts: number[][] = [];
    for (const row of rows) {
      const part = parts.at(-1);
      const isFull = !part || part.length >= most || echoedLine(name, query([...part, row])) > longestLine;
      if (isFull) parts.push([row]);
      else part.push(row);
    }
    const found = new Map<number, Row>();
    const ask = (words: readonly Word[]): Promise<Answered> =>
      this.#limited(() => rest.once({ name, query: words, prefer: ['count=exact'], signal }));
    const short: readonly Word[] = [
      ['select', nameOf(asked.key[0] ?? '')],
      ['limit', '1'],
    ];
    const read = async (part: readonly number[]): Promise<void> => {
      const all = (): Promise<Answered> => ask(query(part));
      const isMany = part.length > 1;
      const answer = await (isMany ? atLength(all, () => ask(short)) : all()).catch((error: unknown) => {
        if (isMany && error instanceof Fault && error.is === 'too long') return undefined;
        throw error;
      });
      const there = answer && this.#rowsIn(answer.text);
      // A server that gives only so many rows does not say that there are more.
      if (!there || (answer.total ?? 0) > there.length) {
        if (!isMany) throw severalRows(asked.key);
        const half = part.length >> 1;
        await read(part.slice(0, half));
        await read(part.slice(half));
        return;
      }
      const numbers = new Map(part.map((row) => [this.#keyOf((key) => batch.columns[key]?.[row] ?? null), row]));
      for (const one of there) {
        const row = numbers.get(this.#keyOf((key) => one[key] as TargetValue));
        if (row !== undefined && found.has(row)) throw severalRows(asked.key);
        if (row !== undefined) found.set(row, one);
      }
    };
    await settled(parts.map(read));
    return found;
  }

  async #add(writing: Writing, missing: readonly number[]): Promise<Set<number>> {
    const { rest, name, asked } = this.#of;
    const { batch, results, signal } = writing;
    const query = [
      ['select', this.#select],
      ['on_conflict', asked.key.map(nameOf).join(',')],
      ['columns', Object.keys(asked.columns).map(nameOf).join(',')],
    ] as const;
    const prefer = ['resolution=ignore-duplicates', 'return=representation'];
    const body = bodyOf(batch, missing, asked.columns);
    const { text } = await this.#limited(() => rest.once({ method: 'POST', name, query, prefer, body, signal }));
    const numbers = new Map(missing.map((row) => [this.#keyOf((key) => batch.columns[key]?.[row] ?? null), row]));
    const added = new Set<number>();
    for (const one of this.#rowsIn(text)) {
      const row = numbers.get(this.#keyOf((key) => one[key] as TargetValue));
      if (row === undefined) continue;
      added.add(row);
      results[row] = this.#judge(batch, row, one, 'sent');
      this.#learn(batch, row, one);
    }
    const others = missing.filter((row) => !added.has(row));
    if (others.length === 0) return added;
    // Somebody else has added them meanwhile.
    for (const [row, there] of await this.#read(writing, others)) {
      added.add(row);
      if (this.#judge(batch, row, there, 'unchanged').is === 'refused') await this.#change(writing, row, there);
      else results[row] = { is: 'unchanged' };
    }
    return added;
  }

  async #change(writing: Writing, row: number, there: Row, isFirst = true): Promise<void> {
    const { rest, name, asked } = this.#of;
    const { batch, results, signal } = writing;
    const keys = this.#keyed(batch, row);
    const query = [
      ...keys,
      ...(asked.changedOnly ? this.#differing(batch, row, there) : []),
      ['select', this.#select] as const,
    ];
    const columns = Object.fromEntries(
      this.#values.map((one) => [one, asked.columns[one] as (typeof asked.columns)[string]]),
    );
    const body = bodyOf(batch, [row], columns).slice(1, -1);
    try {
      const { text } = await rest.once({
        method: 'PATCH',
        name,
        query,
        prefer: ['return=representation'],
        body,
        signal,
      });
      const [written, ...more] = this.#rowsIn(text);
      if (more.length > 0) throw severalRows(asked.key);
      if (written) {
        this.#learn(batch, row, written);
        const result = this.#judge(batch, row, written, 'sent');
        results[row] = result.is === 'refused' ? { is: 'other', why: this.#told(batch, row, written) } : result;
        return;
      }
    } catch (error) {
      if (!(error instanceof Fault) || error.is !== 'of rows') throw error;
      results[row] = { is: 'refused', why: saidOf(error) };
      return;
    }
    const { result, now } = await this.#unwritten(writing, row);
    // Somebody has changed it between the reading and the writing.
    if (isFirst && now && result === unmoved && JSON.stringify(now) !== JSON.stringify(there))
      await this.#change(writing, row, now, false);
    else results[row] = result;
  }

  /** Why nothing was written: by now it is gone, or says the same; or it cannot be changed. */
  async #unwritten(
    { batch, signal }: Writing,
    row: number,
  ): Promise<{ readonly result: TargetResult; readonly now?: Row }> {
    const { rest, name } = this.#of;
    const keys = this.#keyed(batch, row);
    const ask = async (more: readonly Word[]): Promise<readonly Row[]> => {
      const { text } = await rest.once({ name, query: [...keys, ...more, ['select', this.#select]], signal });
      return this.#rowsIn(text);
    };
    const [now] = await ask([]);
    if (!now) return { result: missingBy(rest) };
    const result = this.#judge(batch, row, now, 'unchanged');
    if (result.is !== 'refused') return { result };
    const differing = this.#differing(batch, row, now);
    const isSame = differing.length > 0 && (await ask(differing)).length === 0;
    return { result: isSame ? { is: 'unchanged' } : unmoved, now };
  }

  /**
   * A filter for a row that still differs, as the server compares. One column says it: all of a row are written at once. Several within `or` would also be
   * asked of what is answered, where they hold no more. Where all that is new is too long for a request line, it is what is there that must not have changed.
   */
  #differing(batch: TargetBatch, row: number, there: Row): readonly Word[] {
    const { formats, asked } = this.#of;
    const differ = this.#values.filter((name) => {
      const [meant, now] = this.#both(batch, row, there, name);
      // This type has no equality.
      return meant !== now && formats[name] !== 'json';
    });
    const isList = (name: string): boolean => formats[name]?.endsWith('[]') === true;
    const others = differ.map((name) => {
      const value = batch.columns[name]?.[row] ?? null;
      if (value === null) return filter(name, 'not.is', 'null');
      const isArray = isList(name) && asked.columns[name]?.facts.kind === 'list';
      return filter(name, 'isdistinct', isArray ? listText(String(value)) : String(value));
    });
    const same = differ.map((name) => {
      const value = there[name] ?? null;
      if (value === null) return filter(name, 'is', 'null');
      return filter(name, 'eq', isList(name) ? listText(JSON.stringify(value)) : String(value));
    });
    return [shortest(others), shortest(same)].filter((one) => one !== undefined).slice(0, 1);
  }

  /** Lists come as JSON, all else as text. */
  #rowsIn(text: string): readonly Row[] {
    const exact = Object.values(this.#of.formats).some((one) => one.endsWith('[]'));
    return understood(() => rowsIn(text, exact));
  }

  get #select(): string {
    const { asked, formats } = this.#of;
    const all = [...asked.key, ...this.#values];
    return all.map((name) => (formats[name]?.endsWith('[]') ? nameOf(name) : `${nameOf(name)}::text`)).join(',');
  }

  #keyed(batch: TargetBatch, row: number): readonly Word[] {
    return this.#of.asked.key.map((name) => filter(name, 'eq', String(batch.columns[name]?.[row])));
  }

  #filter(batch: TargetBatch, rows: readonly number[]): Word {
    const { key } = this.#of.asked;
    const value = (name: string, row: number): string => String(batch.columns[name]?.[row]);
    const [first = '', ...others] = key;
    if (others.length === 0)
      return among(
        first,
        rows.map((row) => value(first, row)),
      );
    const each = rows.map(
      (row) => `and(${key.map((name) => `${nameOf(name)}.eq.${listed(value(name, row))}`).join(',')})`,
    );
    return ['or', `(${each.join(',')})`];
  }

  #keyOf(value: (name: string) => TargetValue): string {
    const { asked, formats } = this.#of;
    return JSON.stringify(asked.key.map((name) => sameText(formats[name] ?? 'text', String(value(name)))));
  }

  /** `refused` where it is to be written. */
  #judge(batch: TargetBatch, row: number, there: Row, otherwise: 'sent' | 'unchanged'): TargetResult {
    let isOther = false;
    for (const name of this.#values) {
      const [meant, now] = this.#both(batch, row, there, name);
      if (meant === now) continue;
      if (this.#made.get(`${name} ${meant}`) !== now) return unmoved;
      isOther = true;
    }
    return isOther ? { is: 'other', why: this.#told(batch, row, there) } : { is: otherwise };
  }

  #both(batch: TargetBatch, row: number, there: Row, name: string): readonly [string | null, string | null] {
    const format = this.#of.formats[name] ?? 'text';
    const same = (value: unknown): string | null => {
      // In the body of a request no value and JSON's null are one.
      if (value === null || value === undefined || (value === 'null' && format.startsWith('json'))) return null;
      return sameText(format, typeof value === 'object' ? JSON.stringify(value) : String(value));
    };
    return [same(batch.columns[name]?.[row]), same(there[name])];
  }

  #told(batch: TargetBatch, row: number, there: Row): string {
    const each = this.#values.flatMap((name) => {
      const [meant, now] = this.#both(batch, row, there, name);
      const said = there[name] as TargetValue;
      return meant === now ? [] : [`${name} says ${shown(said)}, not ${shown(batch.columns[name]?.[row] ?? null)}`];
    });
    return each.join('; ');
  }

  #learn(batch: TargetBatch, row: number, there: Row): void {
    for (const name of this.#values) {
      const [meant, now] = this.#both(batch, row, there, name);
      if (meant !== now && meant !== null && now !== null && this.#made.size < mostMade)
        this.#made.set(`${name} ${meant}`, now);
    }
  }

  /** As many requests at once as all batches together may have. */
  async #limited<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#free -= 1;
    try {
      return await work();
    } finally {
      this.#free += 1;
      this.#waiting.shift()?.();
    }
  }
}

/** Nothing goes on any more when one of them has failed. */
async function settled(all: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(all)).find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Characters of a condition: gateways limit request lines, and keep them in their logs. */
const longestCondition = 1000;
const shortest = (words: readonly Word[]): Word | undefined =>
  words
    .toSorted(([, one], [, other]) => one.length - other.length)
    .find(([, value]) => value.length <= longestCondition);

const mostMade = 100_000;
const severalRows = (key: readonly string[]): Fault =>
  new Fault({
    ...{ is: 'unusable', status: 0, code: '', said: `several rows of the table have one ${key.join(', ')}` },
    ...{ what: 'Nothing says which row is which.', next: 'Make the key unique there, or declare another.' },
  });
