import type { Answered, Asked } from './client.ts';
import { Fault } from './faults.ts';
import { atLength, echoed, echoedLine, longestLine } from './length.ts';
import { among, filter, listed, nameOf, type Word } from './query.ts';
import { rowsIn, textOf } from './values.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Which rows of a table. */
export interface Selected {
  readonly name: string;
  /** What is asked of each row, the key as text among it. */
  readonly select: string;
  readonly key: string;
  readonly where: readonly Word[];
  /** The rows for these, in requests of at most so many. */
  readonly matching?:
    | { readonly column: string; readonly values: readonly string[]; readonly batch: number }
    | undefined;
  /** Numbers within lists and objects are kept to their last digit. */
  readonly exact: boolean;
  readonly signal?: AbortSignal | undefined;
}

interface Asking {
  ask(asked: Asked, retried?: (fault: Fault) => boolean): Promise<Answered>;
}

/** The rows cannot be told apart by the column. */
export class Unpaged extends Error {}

/** Rows of a page; where a server gives as many, more are asked for the next time. */
const sizes = { first: 1000, most: 10_000, bytes: 4_000_000 } as const;
/** What the bound of a later page adds to a line. */
const ofBound = 100;
/** Requests for values that are on their way at once. */
const parallel = 4;

/** All pages; of those for values, some requests go on at once. */
export class Pages {
  readonly #rest: Asking;
  readonly #of: Selected;
  #size: number = sizes.first;
  #line = longestLine;

  constructor(rest: Asking, of: Selected) {
    this.#rest = rest;
    this.#of = of;
  }

  async *all(): AsyncGenerator<readonly Row[]> {
    const { matching } = this.#of;
    if (!matching) {
      yield* this.#pages([]);
      return;
    }
    const batches = this.#batches(matching);
    const begun: {
      readonly pages: AsyncGenerator<readonly Row[]>;
      readonly first: Promise<IteratorResult<readonly Row[]>>;
    }[] = [];
    const begin = (): void => {
      const { value } = batches.next();
      if (!value) return;
      const pages = this.#pages(value);
      const first = pages.next();
      // Whoever takes it hears of it.
      first.catch(() => {});
      begun.push({ pages, first });
    };
    try {
      for (let count = 0; count < parallel; count += 1) begin();
      for (let next = begun.shift(); next; next = begun.shift()) {
        const { value, done } = await next.first;
        begin();
        if (done) continue;
        yield value;
        yield* next.pages;
      }
    } finally {
      for (const { pages } of begun) await pages.return(undefined).catch(() => {});
    }
  }

  /** As many values as both limits allow; a line that was too long for the gateway makes all that follow shorter. */
  *#batches({ column, values, batch }: NonNullable<Selected['matching']>): Generator<readonly string[]> {
    for (let from = 0; from < values.length; ) {
      let until = from + 1;
      let length = this.#lengthOf(column, values.slice(from, until));
      for (; until < values.length && until < from + batch; until += 1) {
        length += lengthOf(values[until] as string);
        if (length > this.#line) break;
      }
      yield values.slice(from, until);
      from = until;
    }
  }
  #lengthOf(column: string, values: readonly string[]): number {
    const words = [...this.#query(undefined, '', 0), among(column, [])];
    return values.reduce((sum, value) => sum + lengthOf(value), echoedLine(this.#of.name, words) + ofBound);
  }

  /** Each page overlaps the one before by its last row, so that rows with one and the same key show. */
  async *#pages(values: readonly string[], after?: string): AsyncGenerator<readonly Row[]> {
    let last = after;
    let longest = 0;
    let operator = 'gte';
    let coming: Promise<Page> | undefined = this.#page(values, last, operator);
    try {
      while (coming) {
        const page: Page = await coming;
        const isOverlap = last !== undefined && page.rows[0] !== undefined && this.#keyOf(page.rows[0]) === last;
        const news = isOverlap ? page.rows.slice(1) : page.rows;
        this.#refuseRepeated(last, news);
        longest = Math.max(longest, page.rows.length);
        const isAll = page.total !== undefined && page.rows.length >= page.total;
        coming = undefined;
        if (news.length > 0) {
          last = this.#keyOf(news.at(-1) as Row);
          if (!isAll) coming = this.#page(values, last, operator);
          coming?.catch(() => {});
          yield news;
        } else if (isOverlap && longest === 1) {
          // A server that gives one row at a time gives the one that is known.
          operator = 'gt';
          coming = this.#page(values, last, operator);
        }
      }
    } catch (error) {
      if (!(error instanceof Fault) || error.is !== 'too long' || values.length < 2) throw error;
      const half = Math.ceil(values.length / 2);
      this.#line = Math.min(this.#line, this.#lengthOf(this.#of.matching?.column ?? '', values.slice(0, half)));
      yield* this.#pages(values.slice(0, half), last);
      yield* this.#pages(values.slice(half), last);
    }
  }

  async #page(values: readonly string[], after: string | undefined, operator: string): Promise<Page> {
    const { name, key, matching, exact, signal } = this.#of;
    const size = this.#size;
    const asked: Asked = {
      name,
      query: [...this.#query(after, operator, size), ...(matching ? [among(matching.column, values)] : [])],
      ...(matching ? { prefer: ['count=exact'] } : {}),
      signal,
    };
    const many = values.length > 1;
    const retried = (fault: Fault): boolean => fault.is === 'passing' && !(many && fault.mayBeTooLong);
    const ask = (): Promise<Answered> => this.#rest.ask(asked, retried);
    const short: readonly Word[] = [
      ['select', nameOf(key)],
      ['limit', '1'],
    ];
    const answer = many ? await atLength(ask, () => this.#rest.ask({ name, query: short, signal })) : await ask();
    const rows = rowsIn(answer.text, exact);
    if (rows.length === size && answer.text.length < sizes.bytes) this.#size = Math.min(size * 2, sizes.most);
    return { rows, total: answer.total };
  }

  #query(after: string | undefined, operator: string, size: number): readonly Word[] {
    const { select, key, where } = this.#of;
    return [
      ['select', select],
      ...where,
      ['order', `${nameOf(key)}.asc`],
      ...(after === undefined ? [] : [filter(key, operator, after)]),
      ['limit', String(size)],
    ];
  }
  #keyOf(row: Row): string {
    const value = row[this.#of.key];
    if (value === null || value === undefined) throw new Unpaged(`a row has no ${this.#of.key}`);
    return textOf(value);
  }
  #refuseRepeated(last: string | undefined, rows: readonly Row[]): void {
    let before = last;
    for (const row of rows) {
      const own = this.#keyOf(row);
      if (own === before) throw new Unpaged(`several rows have the same ${this.#of.key}: ${own}`);
      before = own;
    }
  }
}

const lengthOf = (value: string): number => echoed(`,${listed(value)}`);

interface Page {
  readonly rows: readonly Row[];
  readonly total: number | undefined;
}
