import type { Columns } from '../columns/index.ts';
import type { Published } from './files.ts';
import type { FoundThere } from './found-there.ts';

/** A table of another system into which rows are written back, as its definition names it. */
export interface TargetTable {
  readonly by: string;
  readonly options: Readonly<Record<string, string>>;
  /** `table users.lead_score, definitions/leads.ts:3`, for people. */
  readonly where: string;
}

/** What is to be written there. */
export interface TargetAsked {
  /** Those of the columns by which a row is found. */
  readonly key: readonly string[];
  /** Key and values. */
  readonly columns: Columns;
  /** `update` never adds a row; `merge` adds those that are missing. */
  readonly way: 'update' | 'merge';
  /** A row that says the same already is not written. */
  readonly changedOnly: boolean;
  /** Requests at once, at most. */
  readonly parallel: number;
}

/** A copy of a table, in another system. */
export interface CopyAsked {
  /** The name of the table. */
  readonly of: string;
  readonly columns: Columns;
  /** CSV of this machine, as a warehouse copies it. */
  readonly file: string;
  /** Which publication of the table it has: where there are rows of a later one, they stay. */
  readonly published?: Published;
}

/** Rows of one request, column by column: numbers, booleans, and everything else as text. */
export interface TargetBatch {
  readonly rows: number;
  readonly columns: Readonly<Record<string, readonly TargetValue[]>>;
}
export type TargetValue = number | boolean | string | null;

/**
 * What became of a row: `sent`, it was written, and says there what was to be written; `unchanged`, it said so before; `missing`, there is no such row (of an
 * update), or none that its writer may see; `other`, it says something else there, though it was written, now or before: its type rounds, or a trigger has its own will.
 */
export type TargetResult =
  | { readonly is: 'sent' | 'unchanged' }
  | { readonly is: 'missing'; readonly why?: string }
  | { readonly is: 'other' | 'refused'; readonly why: string };

/**
 * A request came to nothing. `passing`: it may come through when it is sent again, after so many milliseconds where the server says so. `of rows`: a row of it
 * may be at fault, and fewer rows may come through. `of all`: none will, whatever is sent, such as with a wrong key.
 */
export class TargetFault extends Error {
  override readonly name = 'TargetFault';
  readonly is: 'passing' | 'of rows' | 'of all';
  readonly next: string;
  readonly after: number | undefined;

  constructor(what: string, of: { readonly is: TargetFault['is']; readonly next: string; readonly after?: number }) {
    super(what);
    this.is = of.is;
    this.next = of.next;
    this.after = of.after;
  }
}

/** A table elsewhere that is being written. */
export interface Target {
  /** For people: `public.users of http://…`. */
  readonly place: string;
  /**
   * Writes a batch as one: compares, writes, and reads back. What was written before by whoever was killed counts as `unchanged`, also when that request is
   * carried out only afterwards: no row is ever written twice. A result for each row, in their order. Throws TargetFault.
   */
  write(batch: TargetBatch, signal?: AbortSignal): Promise<readonly TargetResult[]>;
  close(): Promise<void>;
}

/** Where tables of other systems are written. */
export interface Targets {
  has(by: string): boolean;
  /** Throws a coded error where it cannot be written: unreachable, a wrong key, no such table or column, no permission. */
  open(table: TargetTable, asked: TargetAsked, signal?: AbortSignal): Promise<Target>;
  /** That it can be written, by the least harmful question, which is not asked again; else throws what `open` would. */
  look(table: TargetTable, asked: TargetAsked, signal?: AbortSignal): Promise<FoundThere>;
  /**
   * Has all rows of a table there be those of a file, in one transaction: whoever reads sees the former rows until then. A table that is not there is made;
   * throws SOURCE_UNUSABLE for one that is no such copy. Gives the place, for people; nothing where rows of a later publication stay.
   */
  copy?(table: TargetTable, asked: CopyAsked, signal?: AbortSignal): Promise<string | undefined>;
  /** Throws where that could not be done; nothing is made or written. */
  lookAtCopy?(table: TargetTable, asked: Pick<CopyAsked, 'of' | 'columns'>, signal?: AbortSignal): Promise<FoundThere>;
  /** What somebody who owns the database carries out there once, so that rows are written as quickly as they can be; nothing where nothing is needed. */
  sql(table: TargetTable, asked: TargetAsked): Promise<string | undefined>;
}
