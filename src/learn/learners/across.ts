import type { FeatureColumn } from '../features.ts';
import { chosenOf, exposures } from '../ranking/fairness.ts';
import { eachRequest } from '../ranking/requests.ts';
import type { Measures, Outcomes } from '../trees/measures.ts';
import type { Segments } from './learned.ts';

/** A column that tells nearly every row apart has no groups; the figures of each are kept with the version. */
const most = 1000;

/** Throws RangeError for a column of too many values. */
export function refuseMany(across: Readonly<Record<string, FeatureColumn>>): void {
  for (const [name, column] of Object.entries(across)) {
    const values = new Set<number>(column.of === 'texts' ? column.codes : column.values).size;
    if (values > most)
      throw new RangeError(`${name} has ${values} values, and a model is judged across a column of at most ${most}`);
  }
}

/** Rows that are judged together: one, or those of a request; `at` is the row to whose segment they belong. */
interface Unit {
  readonly start: number;
  readonly end: number;
  readonly at: number;
}

/**
 * What a model comes to for each value of some columns, whose rows are those of the outcomes. A request belongs to the value of its chosen row; one
 * without a chosen row, or with a value that is missing, belongs to none.
 */
export function judgedAcross(
  across: Readonly<Record<string, FeatureColumn>>,
  outcomes: Outcomes,
  measuresOf: (outcomes: Outcomes) => Measures,
): readonly Segments[] {
  if (Object.keys(across).length === 0) return [];
  const units = unitsOf(outcomes);
  const told = outcomes.groups && units.length > 0 ? part(outcomes, units) : undefined;
  const toldRows = rowsOf(units);
  return Object.entries(across).map(([column, values]) => {
    const segmentOf = reader(values);
    const own = Map.groupBy(units, ({ at }) => segmentOf(at));
    const seen = told && exposures(judged(told), (row) => segmentOf(toldRows[row] as number));
    const names = new Set([...own.keys(), ...(seen?.groups.keys() ?? [])]);
    return {
      column,
      ...(seen ? { exposure: seen.all } : {}),
      values: [...names]
        .filter((value) => value !== null)
        .sort()
        .map((value) => {
          const mine = own.get(value) ?? [];
          const shown = seen?.groups.get(value);
          return {
            value,
            samples: mine.length,
            measures: mine.length > 0 ? measuresOf(part(outcomes, mine)) : {},
            ...(shown ? { shown: { requests: shown.samples, exposure: shown.figure } } : {}),
          };
        }),
    };
  });
}

function unitsOf({ groups, values }: Outcomes): readonly Unit[] {
  if (!groups) return Array.from(values, (_, row) => ({ start: row, end: row + 1, at: row }));
  return [...eachRequest(groups)].flatMap(({ start, end }) => {
    const at = chosenOf(values, start, end);
    return (values[at] ?? 0) > 0 ? [{ start, end, at }] : [];
  });
}

function rowsOf(units: readonly Unit[]): Int32Array {
  const rows = new Int32Array(units.reduce((sum, { start, end }) => sum + end - start, 0));
  let place = 0;
  for (const { start, end } of units) for (let row = start; row < end; row += 1) rows[place++] = row;
  return rows;
}

function part({ predictions, values, groups }: Outcomes, units: readonly Unit[]): Outcomes {
  const rows = rowsOf(units);
  return {
    predictions: Float64Array.from(rows, (row) => predictions[row] as number),
    values: Float64Array.from(rows, (row) => values[row] as number),
    ...(groups ? { groups: Int32Array.from(units, ({ start, end }) => end - start) } : {}),
  };
}

const judged = ({ predictions, groups = new Int32Array() }: Outcomes) => ({ scores: predictions, groups });

function reader(column: FeatureColumn): (row: number) => string | null {
  if (column.of === 'texts') return (row) => column.words[column.codes[row] as number] ?? null;
  const { values, valid } = column;
  const said = column.of === 'numbers' ? String : (value: number) => String(value === 1);
  return (row) => (valid?.[row] === 0 ? null : said(values[row] as number));
}
