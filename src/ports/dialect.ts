import type { ColumnFacts, Columns } from '../columns/index.ts';

/** A table or view of the warehouse. */
export interface Place {
  readonly catalog: string;
  readonly schema: string;
  readonly table: string;
}
export const placeText = (place: Place): string => `${place.catalog}.${place.schema}.${place.table}`;

/** Relations in parentheses, or names; how rows of them belong together. */
export interface AsOfJoin {
  readonly left: string;
  readonly right: string;
  /** Of the left. */
  readonly columns: readonly string[];
  /** Equal in both; missing is equal to nothing. */
  readonly on: readonly string[];
  readonly at: readonly [left: string, right: string];
  /** Of right rows of one time that counts whose these are greatest, the first first. */
  readonly ties: readonly string[];
  /** Columns of the right, by the names that they get: NULL where no row counts. */
  readonly take: Readonly<Record<string, string>>;
  /** A right row that is older than that is none. */
  readonly within?: { readonly count: number; readonly unit: 'ms' | 'second' | 'minute' | 'hour' | 'day' | 'month' };
}

/** How an engine spells what Esteira writes itself; a user's SELECT keeps to the portable subset plus `fn`. */
export interface Dialect {
  /** The key of `perEngine`. */
  readonly name: string;
  identifier(name: string): string;
  place(place: Place): string;
  /** The type in which a column is stored. */
  type(column: ColumnFacts): string;
  /** A constant: null, text, number, bigint, boolean, Temporal.PlainDate, Temporal.Instant, or a list of them in parentheses. */
  literal(value: unknown): string;
  /** A function of `fn` by its name; arguments are spelled already. Words such as a unit or a zone come as they are. */
  fragment(name: string, args: readonly string[]): string;
  /** Each row of the left with columns of the newest right row that was known at its time: a relation in parentheses. */
  asOf(join: AsOfJoin): string;
  /** A JSON object with these columns' values, an expression. */
  rowAsJson(columns: readonly string[]): string;
  /** A relation in parentheses of these rows of texts (or null); however many they are, it is one constant to the engine. */
  texts(names: readonly string[], rows: readonly (readonly (string | null)[])[]): string;
  /** A relation of the rows of a file that `vectors` has kept. */
  kept(file: string): string;
  /** A relation in parentheses with these columns and no row, to describe a query by. */
  emptyRelation(columns: Columns): string;
  /** The version of a model that the views of a catalog show, an expression; NULL where there is none. */
  champion(catalog: string, model: string): string;
  /** Whether a column of this type (as `describe` names it) may be stored in that column: no value of it is silently changed; one that does not fit fails `kind`. */
  accepts(type: string, column: ColumnFacts): boolean;
  /** Reserved words, in lower case: refused as names of tables and columns. */
  readonly reserved: ReadonlySet<string>;
}
