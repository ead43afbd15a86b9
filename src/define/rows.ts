import type { Columns, Duration, NamesOf, RowOf, Time } from '../columns/index.ts';
import { type Definition, define } from './definition.ts';

/** How the engine gets the rows: data only, carried out elsewhere. */
type Recipe =
  | { readonly by: 'name'; readonly of: Definition }
  | { readonly by: 'sql'; readonly parts: readonly string[]; readonly mentions: readonly Mention[] }
  | { readonly by: 'engine'; readonly queries: Readonly<Record<string, AnyRows>> }
  | { readonly by: 'map'; readonly input: AnyReadable; readonly map: RowFunction }
  | Since
  | { readonly by: 'unread'; readonly of: AnyReadable }
  /** The table inside the versions of a model. */
  | { readonly by: 'part'; readonly of: Definition; readonly part: string }
  | AsOf
  | Predict;
/** Rows with what was known at their time. */
export interface AsOf {
  readonly by: 'as of';
  readonly left: AnyReadable;
  readonly right: AnyReadable;
  readonly on: readonly string[];
  readonly at: readonly [left: string, right: string];
  /** The right columns, by the names that they get. */
  readonly take: Readonly<Record<string, string>>;
  readonly within?: Duration;
}
/** Rows with what a model predicts of them. */
export interface Predict {
  readonly by: 'predict';
  readonly model: Definition;
  readonly of: AnyReadable;
}
interface Since {
  readonly by: 'since';
  readonly of: AnyReadable;
  readonly column: string;
  readonly lookback?: Duration;
}
/** One call for each input row: a row, several, or none. */
export type RowFunction = (row: never) => object | readonly object[];

/** Rows from anywhere; `reads` are the edges of the graph. */
export interface Rows<Row> {
  readonly produces?: Row;
  readonly reads: readonly Definition[];
  readonly recipe: Recipe;
}
/** Rows whose columns are known: a source, a table, `t.since(…)`, `asOf(…)`, settings. */
export interface Readable<C extends Columns> extends Rows<RowOf<C>> {
  readonly columns: C;
}
// `any` in these two: rows of every shape are meant, and the shape is invariant.
export type AnyRows = Rows<any>;
export type AnyReadable = Readable<any>;

/** Rows that can be read a piece at a time. */
export interface Growing<C extends Columns> extends Readable<C> {
  /**
   * Rows that arrived since this reader's last publication. What arrived is counted in the order of commits, not by the values of `column`,
   * so a late row is never lost. `column` says what `lookback` looks at: in addition, all rows whose `column` is within that time before the
   * run's date; in a query that groups by `column`, all rows of every value that a new row touches.
   */
  since(column: NamesOf<C, Time | number | bigint>, options?: { readonly lookback?: Duration }): Readable<C>;
}

/** One typed parameter, mentioned in SQL or as a limit. */
export interface Setting<V> {
  readonly setting: string;
  readonly of: Definition;
  readonly value?: V;
}
/** Something each run knows. */
export type RunValue =
  | { readonly run: 'date' | 'at' | 'id' }
  /** The version of a model that was the champion when the run opened. */
  | { readonly run: 'champion'; readonly of: Definition };
/** SQL that each engine spells its own way; see `fn`. */
export interface Fragment {
  readonly fn: string;
  readonly args: readonly unknown[];
  readonly reads: readonly Definition[];
}
type Literal = string | number | bigint | boolean | Time;
// `any`: a setting or rows of every type may be mentioned.
export type Mention = Rows<any> | Setting<any> | RunValue | Fragment | Literal | readonly Literal[];

/**
 * `run.date` the day being processed · `run.at` the logical time: the tick that was due (by hand, the tick of `--date`, else the last one due;
 * only a `byHand` job takes the opening time), never the clock of a retry · `run.id`.
 */
export const run = Object.freeze({
  date: Object.freeze({ run: 'date' }),
  at: Object.freeze({ run: 'at' }),
  id: Object.freeze({ run: 'id' }),
} as const) satisfies Record<string, RunValue>;

// `any` as the row: a query's columns are checked by the engine, before anything runs, not by TypeScript.
/** A query or a condition. To read a thing, mention it: `${orders}`; that mention is the edge of the graph. */
export function sql(parts: TemplateStringsArray, ...mentions: readonly Mention[]): Rows<any> {
  return rowsBy(
    { by: 'sql', parts: Object.freeze([...parts]), mentions: Object.freeze(mentions) },
    mentions.flatMap(edges),
  );
}

/** A query in an engine's own words, where the portable subset is not enough: `perEngine({ spark: sql`…`, otherwise: sql`…` })`. */
export function perEngine(queries: { readonly otherwise: AnyRows; readonly [engine: string]: AnyRows }): Rows<any> {
  const reads = Object.values(queries).flatMap((query) => query.reads);
  return rowsBy({ by: 'engine', queries: Object.freeze({ ...queries }) }, reads);
}

/** Rows made in Node, one call for each input row; return a list for several rows, or an empty one for none. */
export function from<C extends Columns, R extends object>(
  input: Readable<C>,
  map: (row: RowOf<C>) => R | readonly R[],
): Rows<R> {
  return rowsBy({ by: 'map', input, map: map as RowFunction }, input.reads);
}

const rowsBy = (recipe: Recipe, reads: readonly Definition[]): Rows<any> =>
  Object.freeze({ recipe: Object.freeze(recipe), reads: Object.freeze([...new Set(reads)]) });

export const readableBy = <C extends Columns>(columns: C, recipe: Recipe, reads: readonly Definition[]): Readable<C> =>
  Object.freeze({ ...rowsBy(recipe, reads), columns });

/** Every recipe that rows are made by, however deep, those first that others are made of. */
export function recipesIn({ recipe }: AnyRows): readonly Recipe[] {
  switch (recipe.by) {
    case 'sql':
      return [
        ...recipe.mentions.flatMap((one) => (typeof one === 'object' && 'recipe' in one ? recipesIn(one) : [])),
        recipe,
      ];
    case 'engine':
      return [...Object.values(recipe.queries).flatMap(recipesIn), recipe];
    case 'map':
      return [...recipesIn(recipe.input), recipe];
    case 'as of':
      return [...recipesIn(recipe.left), ...recipesIn(recipe.right), recipe];
    case 'predict':
    case 'since':
    case 'unread':
      return [...recipesIn(recipe.of), recipe];
    default:
      return [recipe];
  }
}

/** What a mention reads. */
export function edges(mention: Mention): readonly Definition[] {
  if (typeof mention !== 'object') return [];
  if ('reads' in mention) return mention.reads;
  return 'of' in mention ? [mention.of] : [];
}

/** A definition that is read by its name: it reads itself, and can be read since a time, unless that is refused. */
export function named<T extends Definition, C extends Columns>(
  self: T,
  columns: C,
  refuseSince: (self: T) => void = () => {},
): T & Growing<C> {
  const readable: T & Growing<C> = define(
    Object.defineProperties(
      {
        columns: Object.freeze(columns),
        get recipe() {
          return Object.freeze({ by: 'name', of: readable });
        },
        get reads() {
          return Object.freeze([readable]);
        },
        since: (column: string, options: { readonly lookback?: Duration } = {}) => {
          refuseSince(self);
          return readableBy(columns, { by: 'since', of: readable, column, ...options }, [readable]);
        },
      },
      Object.getOwnPropertyDescriptors(self),
    ) as unknown as T & Growing<C>,
  );
  return readable;
}
