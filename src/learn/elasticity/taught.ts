import type { FeatureColumn } from '../features.ts';
import type { ElasticityOptions } from '../learners/elasticity.ts';
import type { Summed } from '../learners/learned.ts';
import { pickedAll, pickedNames } from '../learners/rows.ts';
import { cellsOf, learnedCells, unknownCells } from './cells.ts';
import { namesIn, namesOf, wordsIn } from './columns.ts';
import { type Source, saidBy, sourceOf } from './days.ts';
import { layoutOf, type Roles } from './design.ts';
import type { OwnDays } from './own.ts';
import { keyOf } from './predict.ts';

type Columns = Readonly<Record<string, FeatureColumn>>;
/** Days of products, as they are learned from. */
interface Taught {
  readonly roles: Roles;
  readonly source: Source;
  /** In the order of their names. */
  readonly products: readonly ({ readonly name: readonly string[] } & OwnDays)[];
  /** That teach. */
  readonly rows: number;
  /** Of which nobody knows what was sold, where a warehouse has counted them. */
  readonly unknown?: number;
}

/** From rows that teach, `training`; or from what a warehouse has summed, with the rows of which only a bound is known. */
export function taughtBy(
  options: ElasticityOptions,
  {
    columns,
    units,
    training,
    summed,
  }: {
    readonly columns: Columns;
    readonly units: Float64Array;
    readonly training: Int32Array;
    readonly summed?: Summed | undefined;
  },
): Taught {
  const { outOfStock, withoutStock, noSale = 0.5, day, answerDays } = options;
  const stock = { noSale, ...(outOfStock ? { outOfStock } : {}), ...(withoutStock ? { withoutStock } : {}) };
  const cells = summed && learnedCells(summed.sums, summed.held);
  const roles = summed && cells ? rolesOf(options, summed.sums.columns, cells) : rolesOf(options, columns, training);
  const layout = layoutOf(roles);
  const source = sourceOf(columns, units, { layout, stock, day, answerDays, learned: training });
  if (!(summed && cells))
    return { roles, source, products: productsIn(columns, roles.by, training), rows: training.length };
  const { sums } = summed;
  const isBounded = (row: number): boolean => ['at least', 'at most'].includes(saidBy(source, row));
  const bounded = productsIn(columns, roles.by, training.filter(isBounded));
  const ofRow = identitiesIn(columns, roles.by);
  const ofCell = identitiesIn(sums.columns, roles.by);
  const boundedOf = new Map(bounded.map(({ rows }) => [ofRow(rows[0] as number), rows]));
  const products = productsIn(sums.columns, roles.by, cells).map(({ name, rows: own }) => ({
    ...{ name, cells: own, rows: boundedOf.get(ofCell(own[0] as number)) ?? new Int32Array() },
  }));
  const counted = (some: Int32Array): number => some.reduce((sum, cell) => sum + (sums.rows[cell] as number), 0);
  return {
    ...{ roles, source: { ...source, cells: cellsOf(sums, layout) }, products },
    ...{ rows: counted(cells), unknown: counted(unknownCells(sums)) },
  };
}

function rolesOf(
  { by, price, rival, events = [], season = [], recent }: ElasticityOptions,
  columns: Columns,
  rows: Int32Array,
): Roles {
  return {
    ...{ by: namesOf(by), price, events },
    ...(rival === undefined ? {} : { rival }),
    ...(recent === undefined ? {} : { recent }),
    season: season.map((name) => {
      const { codes, words } = wordsIn(columns, name);
      const present = new Set(rows.values().map((row) => codes[row] as number));
      return { name, words: words.filter((_, code) => present.has(code)).toSorted() };
    }),
  };
}

function productsIn(columns: Columns, by: readonly string[], rows: Int32Array) {
  const { codes, names } = namesIn(pickedAll(pickedNames(columns, by), rows), by);
  const counts = new Int32Array(names.length);
  for (const code of codes) counts[code] = (counts[code] as number) + 1;
  const own = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  for (const [at, code] of codes.entries()) {
    const place = counts[code] as number;
    (own[code] as Int32Array)[place] = rows[at] as number;
    counts[code] = place + 1;
  }
  return names
    .map((name, code) => ({ name, rows: own[code] as Int32Array }))
    .toSorted((one, other) => (keyOf(one.name) < keyOf(other.name) ? -1 : 1));
}

/** What tells products apart, by a row of theirs: a text that is missing is called as one that is empty. */
function identitiesIn(columns: Columns, by: readonly string[]): (row: number) => string {
  const own = by.map((name) => wordsIn(columns, name));
  return (row) => JSON.stringify(own.map(({ codes, words }) => words[codes[row] as number] ?? null));
}
