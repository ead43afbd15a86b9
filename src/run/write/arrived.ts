// Which rows of a table that grows a step has not read yet. Sequence numbers count publications of that table, in the order of their commits: a row
// that is late by its own time is new all the same.

import { parseDuration } from '../../columns/index.ts';
import { invalidPlaceOf, placeOf, type Read, type StepModel } from '../../plan/index.ts';
import { type Bound, hidden } from '../../ports/index.ts';
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
  if (options.rerun === 'invalid')
    return `${sequence} <= ${upper} and (${sequence} > ${lower} or ${isInvalid(model, options)})`;
  if (!read.since?.lookback) return `${sequence} > ${lower} and ${sequence} <= ${upper}`;
  if (model.groups) return `${sequence} <= ${upper} and (${touched(read, model, options)})`;
  return `${sequence} <= ${upper} and (${sequence} > ${lower} or ${recent(read, read, options)})`;
}

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
  // NULL is a group too, and in no list.
  const unknown = `(${column} is null and exists (select 1 from (${arrived}) as fresh where fresh.${column} is null))`;
  return [...new Set(since), `${column} in (${arrived})`, unknown].join(' or ');
}

/** A condition on `read`, from the day on to which the other reading looks back. */
const recent = (read: Read, lookingBack: Read, options: Options): string => {
  const { dialect } = options.project.warehouse;
  return `${dialect.identifier(read.since?.column ?? '')} >= ${dialect.literal(lookbackStart(lookingBack, options))}`;
};

const boundOf = (read: Read, { reach }: Options): Bound =>
  reach.bounds.find((bound) => bound.source === read.node.id) as Bound;

/** Counted back from the midnight, in UTC, on which the run's date begins. */
function lookbackStart(read: Read, { values }: Options): Temporal.PlainDate | Temporal.Instant {
  const { count, unit } = parseDuration(read.since?.lookback ?? '') ?? { count: 0, unit: 'day' };
  const { kind } = read.node.definition.columns[read.since?.column ?? ''].facts;
  const midnight = values.date.toZonedDateTime('UTC');
  const start = unit === 'ms' ? midnight.subtract({ milliseconds: count }) : midnight.subtract({ [`${unit}s`]: count });
  return kind === 'date' ? start.toPlainDate() : start.toInstant();
}
