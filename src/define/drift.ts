import type { Columns, Duration, NamesOf, Time } from '../columns/index.ts';
import { enough } from './forecast.ts';
import type { DriftMeasure, LastDays, ShiftMeasure } from './limit.ts';
import type { AnyModel } from './model.ts';
import type { Readable } from './rows.ts';

interface Beside<C extends Columns> {
  /** Default: of a model its features, else every column that is no key and no time; by `ks` those that are numbers. */
  readonly columns?: readonly (keyof C & string)[];
}
interface BesideModel<C extends Columns> extends Beside<C> {
  readonly from: AnyModel;
  readonly by?: 'psi' | 'ks';
}
interface InSegments<C extends Columns> extends Beside<C> {
  /** Columns by whose values rows are segments: each is judged beside all rows together, and the worst counts. */
  readonly segments?: readonly (keyof C & string)[];
  /** Rows, now and before, without which nothing is judged, neither a segment nor all of them together. Default: 30 with `segments`, else 1. */
  readonly least?: number;
}
interface BesideRows<C extends Columns> extends InSegments<C> {
  /** Other rows, such as those of a training window. */
  readonly from: Readable<Columns>;
  readonly by?: 'psi' | 'sturges' | 'ks';
}
interface BesideDays<C extends Columns> extends InSegments<C> {
  /** So many days before those that are now, by a column that is a day or an instant. */
  readonly from: { readonly last: Duration; readonly at: NamesOf<C, Time> };
  /** How many days are now, the newest that has rows the last of them, but none after the run's date. Default: one. */
  readonly over?: Duration;
  readonly by?: 'psi' | 'sturges' | 'ks';
}
interface Drift {
  <C extends Columns>(of: Readable<C>, how: BesideModel<C>): DriftMeasure;
  <C extends Columns>(of: Readable<C>, how: BesideRows<C>): ShiftMeasure;
  <C extends Columns>(of: Readable<C>, how: BesideDays<C>): ShiftMeasure;
}

/**
 * How far the values of columns have moved from those of other rows, each column by itself: from the rows that the champion of a model was trained with,
 * from the days before, or from rows that are named. By `psi` over the deciles of those rows, or their words: from 0.1 a shift, from 0.2 one to act on; by
 * `sturges` the PSI of Evidently, over bins of one width; by `ks` the largest distance of two shares, from 0 to 1, of numbers only.
 */
export const drift: Drift = ((
  of: Readable<Columns>,
  how: BesideModel<Columns> | BesideRows<Columns> | BesideDays<Columns>,
) => {
  const { from, by = 'psi' } = how;
  if ((from as Partial<AnyModel>)?.kind === 'model') return besideModel(of, how as BesideModel<Columns>);
  const isRows = 'recipe' in Object(from);
  const reads = isRows ? (from as Readable<Columns>).reads : [];
  const at = isRows ? undefined : (from as Partial<LastDays> | undefined)?.at;
  const days = ('over' in how ? how.over : undefined) ?? '1 day';
  const { segments = [], least = segments.length > 0 ? enough : 1 } = how as InSegments<Columns>;
  const columns = how.columns ?? usual(of.columns, { by, at }).filter((name) => !segments.includes(name));
  return {
    ...{ measure: 'drift', of: [...new Set([...of.reads, ...reads])], rows: of, columns, by, from, days },
    ...{ segments: Object.freeze([...segments]), least },
  };
}) as Drift;

function besideModel(of: Readable<Columns>, { from, columns, by = 'psi' }: BesideModel<Columns>): DriftMeasure {
  const { features, from: trained } = from.facts;
  const isWord = (name: string): boolean => ['text', 'boolean'].includes(trained.columns[name]?.facts.kind ?? '');
  const chosen = columns ?? features.filter((name) => by === 'psi' || !isWord(name));
  return { measure: 'drift', of: [...of.reads, from], rows: of, model: from, columns: chosen, by };
}

const numbers = ['integer', 'bigint', 'real', 'decimal'];
function usual(
  columns: Columns,
  { by, at }: { readonly by: string; readonly at: string | undefined },
): readonly string[] {
  const kinds = by === 'ks' ? numbers : [...numbers, 'text', 'boolean'];
  return Object.entries(columns).flatMap(([name, { facts }]) =>
    name === at || facts.isKey || !kinds.includes(facts.kind) ? [] : [name],
  );
}
