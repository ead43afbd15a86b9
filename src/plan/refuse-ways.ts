import { keyOf } from '../columns/index.ts';
import { type AnySource, type AnyTable, appends, wayOf } from '../define/index.ts';
import { invalidDefinition } from '../graph/index.ts';
import type { QueryFacts } from '../ports/index.ts';
import type { Read } from './reads.ts';

// What cannot be of a table that keeps versions, or that replaces partitions.

/** The column that is true in a row by which one ends. */
export const deletedBy = (definition: AnyTable): string | undefined =>
  (wayOf(definition, 'merge deleting') ?? wayOf(definition, 'append changes') ?? wayOf(definition, 'history'))?.deleted;

/** A change that says which row has ended has its key. */
export function refuseChanges(definition: AnyTable, keys: readonly string[]): void {
  const way = wayOf(definition, 'append changes');
  if (!way) return;
  const { name, spec } = definition;
  if (keys.length === 0)
    throw invalidDefinition(
      `${name} keeps the changes of rows, but no column is its key.`,
      definition,
      'Mark a column with .key().',
    );
  if (spec.given[way.at]?.facts.nullable)
    throw invalidDefinition(
      `${way.at}, which says when a row of ${name} has changed, may be missing.`,
      definition,
      'Take .optional() off it; a change without it is then an invalid row.',
    );
  if (spec.duplicates)
    throw invalidDefinition(
      `${name} keeps every change, and also only the latest by ${spec.duplicates.by.join(', ')}.`,
      definition,
      "Leave `duplicates` out, or say write: 'append'.",
    );
}

/** Versions are those of a key, in an order that is always there; every row is one of them. */
export function refuseHistory(definition: AnyTable, keys: readonly string[]): void {
  const way = wayOf(definition, 'history');
  if (!way) return;
  const { name, columns, spec } = definition;
  const { at } = way;
  if (keys.length === 0)
    throw invalidDefinition(
      `${name} keeps versions, but no column is its key.`,
      definition,
      'Mark a column with .key().',
    );
  if (keys.includes(at))
    throw invalidDefinition(
      `${at}, since when a version of ${name} is true, is part of its key: each version would be the only one of its key.`,
      definition,
      'Take .key() off it.',
    );
  if (columns[at].facts.nullable)
    throw invalidDefinition(
      `${at}, since when a version of ${name} is true, may be missing.`,
      definition,
      'Take .optional() off it; a row without it is then an invalid row.',
    );
  if (spec.duplicates)
    throw invalidDefinition(
      `${name} keeps every version, and also only the latest by ${spec.duplicates.by.join(', ')}.`,
      definition,
      "Leave `duplicates` out, or merge: write: 'merge'.",
    );
}

/** A partition is known by a column that is always there, and no row of one key stands in another. */
export function refusePartition(definition: AnyTable): void {
  const way = wayOf(definition, 'replace each');
  if (!way) return;
  const { name, columns } = definition;
  const { column } = way;
  const keys = keyOf(columns);
  if (columns[column].facts.nullable)
    throw invalidDefinition(
      `${column}, by which ${name} is replaced, may be missing.`,
      definition,
      'Take .optional() off it; a row without it is then an invalid row.',
    );
  if (keys.length > 0 && !keys.includes(column))
    throw invalidDefinition(
      `${column}, by which ${name} is replaced, is no part of its key: rows of one key could stand in two of its values.`,
      definition,
      `Mark ${column} with .key() too, or no column.`,
    );
}

/** What is new says which values of the column are to be made again, of rows that never move from one value to another. */
export function refuseParts(definition: AnyTable, { node, how, since }: Read, facts: QueryFacts): void {
  const column = wayOf(definition, 'replace each')?.column ?? '';
  const of = node.definition.name;
  if (how !== 'new' || since?.column !== column || facts.renamed.includes(column.toLowerCase()))
    throw invalidDefinition(
      `${definition.name} is replaced by ${column}, and what it reads of ${of} does not say which values of ${column} have new rows.`,
      definition,
      `Read .since('${column}') of a table that has that column, and hand it on as it is; or mention the table itself.`,
    );
  const stays = node.definition.kind !== 'table' || appends(node.definition);
  if (stays || wayOf(node.definition, 'replace each')?.column === column) return;
  throw invalidDefinition(
    `${definition.name} is replaced by ${column}, and reads what is new of ${of}, whose rows can leave one value of ${column} for another: the former would keep them.`,
    definition,
    'Read a table that appends, or one that is replaced by the same column; or mention the table itself.',
  );
}

/** What is owed of a date is read by the run of another, in place of what that date had: its rows come from that source alone, whatever the run's date is. */
export function refuseChoices(
  definition: AnyTable,
  reads: readonly Read[],
  { groups, runValues }: { readonly groups: boolean; readonly runValues: boolean },
): void {
  const read = reads.find(({ node, how }) => how === 'files' && (node.definition as AnySource).reader.choices);
  if (!read) return;
  const { write } = definition.spec;
  const refused = (why: string, next: string) =>
    invalidDefinition(
      `${definition.name} reads ${read.node.definition.name}, of which dates may be owed, and ${why}.`,
      definition,
      next,
    );
  if (write === 'replace' || write === 'view')
    throw refused(
      'starts anew each time',
      "Say write: replaceEach('day'), 'merge' or 'append', and read this table in the one that starts anew.",
    );
  if (reads.some((other) => other.node !== read.node) || groups)
    throw refused(
      'groups its rows or reads more than that',
      'Bring its rows in row by row in a table of their own, and read that.',
    );
  if (runValues)
    throw refused(
      "uses the run's date, time or id",
      'Use the time that each row has: an owed date is read by a later run.',
    );
}
