// Which rows of a table that grows a step has not read yet. Sequence numbers count publications of that table, in the order of their commits: a row
// that is late by its own time is new all the same.

import { parseDuration } from '../../columns/index.ts';
import { wayOf } from '../../define/index.ts';
import { invalidPlaceOf, placeOf, type Read, type StepModel } from '../../plan/index.ts';
import { type Bound, hidden } from '../../ports/index.ts';
import { rematched } from './as-of.ts';
import type { Options } from './options.ts';

/**
 * A condition for what has arrived, up to the bound that the first attempt has fixed; with `lookback` also what is recent. Built anew it is all up to
 * the bound; judged again, what is new and what was set aside.
 */
export function arrived(read: Read, model: StepModel, options: Options): string {
  const { dialect } = options.project.warehouse;
  const { lower = 0n, upper } = boundOf(read, options);
  const sequence = dialect.identifier(hidden.sequence);
  if (options.rerun === 'anew') return `${sequence} <= ${upper}`;
  const parts = partsOf(model, options);
  if (parts !== undefined) return `${sequence} <= ${upper} and (${among(read.since?.column ?? '', parts, options)})`;
  if (model.groups && read.since?.lookback && options.rerun === undefined)
    return `${sequence} <= ${upper} and (${touched(read, model, options)})`;
  // What is judged again is what was set aside.
  const besides = besidesNew(options.rerun === 'invalid' ? withoutLookback(read) : read, model, options);
  if (besides.length === 0) return `${sequence} > ${lower} and ${sequence} <= ${upper}`;
  return `${sequence} <= ${upper} and (${sequence} > ${lower} or ${besides.join(' or ')})`;
}

const withoutLookback = ({ since: _, ...read }: Read): Read => read;

/** Rows that are read once more. */
const besidesNew = (read: Read, model: StepModel, options: Options): readonly string[] => [
  ...(options.rerun === 'invalid' ? [isInvalid(model, options)] : []),
  ...(read.since?.lookback ? [recent(read, read, options)] : []),
  ...rematched(read, options),
];

/** The row is among those that the table has set aside. */
export function isInvalid({ node }: StepModel, { project }: Options): string {
  const { dialect } = project.warehouse;
  const row = dialect.identifier(hidden.row);
  return `${row} in (select ${row} from ${dialect.place(invalidPlaceOf(node, project.graph.suffix))})`;
}

/** In groups a value that is new or recent in any reading by that column is read whole in all of them. */
function touched(read: Read, model: StepModel, options: Options): string {
  const { dialect } = options.project.warehouse;
  const name = read.since?.column ?? '';
  const column = dialect.identifier(name);
  const sequence = dialect.identifier(hidden.sequence);
  const alike = model.reads.filter((other) => other.since?.lookback && other.since.column === name);
  const fresh = alike.map((other) => {
    const { lower = 0n, upper } = boundOf(other, options);
    const place = dialect.place(placeOf(other.node));
    return `select ${column} from ${place} where ${sequence} > ${lower} and ${sequence} <= ${upper}`;
  });
  const since = alike.map((other) => recent(read, other, options));
  const arrived = [...new Set(fresh)].join(' union all ');
  return [...new Set(since), among(name, arrived, options)].join(' or ');
}

/** The column's value is among those that a query gives; NULL is a value too, and in no list. */
function among(name: string, values: string, { project }: Options): string {
  const column = project.warehouse.dialect.identifier(name);
  const unknown = `(${column} is null and exists (select 1 from (${values}) as fresh where fresh.${column} is null))`;
  return `${column} in (${values}) or ${unknown}`;
}

/**
 * Of a table that is replaced by the values of a column: a query of those that something new of what it reads has, or that are recent, or, where it
 * judges its invalid rows again, that one of them has. A value that has gone from what it reads is one of them.
 */
export function partsOf(model: StepModel, options: Options): string | undefined {
  const each = wayOf(model.node.definition, 'replace each')?.column;
  const news = model.reads.filter(({ how }) => how === 'new');
  if (each === undefined || news.length === 0 || options.rerun === 'anew') return undefined;
  const { dialect } = options.project.warehouse;
  const [column, sequence] = [each, hidden.sequence].map(dialect.identifier);
  const parts = news.flatMap((read) => {
    const { lower = 0n, upper } = boundOf(read, options);
    const place = dialect.place(placeOf(read.node));
    const asked = [`${sequence} > ${lower}`, ...besidesNew(read, model, options)];
    const touched = `select ${column} from ${place} where ${sequence} <= ${upper} and (${asked.join(' or ')})`;
    // Of what is replaced itself a value may have lost its last row.
    const gone = `select ${column} from ${dialect.place(placeOf(model.node))} where ${column} not in (select ${column} from ${place})`;
    return wayOf(read.node.definition, 'replace each') ? [touched, gone] : [touched];
  });
  return [...new Set(parts)].join(' union all ');
}

/** A condition on `read`, from the day on to which the other reading looks back. */
const recent = (read: Read, lookingBack: Read, options: Options): string => {
  const { dialect } = options.project.warehouse;
  return `${dialect.identifier(read.since?.column ?? '')} >= ${dialect.literal(lookbackStart(lookingBack, options))}`;
};

const boundOf = (read: Read, { reach }: Options): Bound =>
  reach.bounds.find((bound) => bound.source === read.node.id) as Bound;

/** Counted back from the midnight, in UTC, on which the run's date begins. */
export function lookbackStart(read: Read, { values }: Options): Temporal.PlainDate | Temporal.Instant {
  const { count, unit } = parseDuration(read.since?.lookback ?? '') ?? { count: 0, unit: 'day' };
  const { kind } = read.node.definition.columns[read.since?.column ?? ''].facts;
  const midnight = values.date.toZonedDateTime('UTC');
  const start = unit === 'ms' ? midnight.subtract({ milliseconds: count }) : midnight.subtract({ [`${unit}s`]: count });
  return kind === 'date' ? start.toPlainDate() : start.toInstant();
}
