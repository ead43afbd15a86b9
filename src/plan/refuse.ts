import { judgements, keyOf, parseDuration } from '../columns/index.ts';
import { type AnyModel, type AnySource, type AnyTable, appends, wayOf } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { invalidDefinition, type Node, whereOf } from '../graph/index.ts';
import { type Dialect, hidden, type QueryFacts } from '../ports/index.ts';
import { type Mentions, predictionsIn, type Read } from './reads.ts';
import { deletedBy, refuseChanges, refuseHistory, refusePartition, refuseParts } from './refuse-ways.ts';

// What the types of the words cannot hold, because it takes the query, the tables that it reads, or the engine to know it. Each function throws
// for its own mistake alone, with what to write in its place.

/** New rows alone are not enough for a table that starts anew each time, nor for groups of which some rows are old. */
export function refuseSince(node: Node<AnyTable>, reads: readonly Read[], facts: QueryFacts): void {
  const { definition } = node;
  const partial = reads.filter((read) => read.how === 'new' || read.how === 'new files');
  const [first] = partial;
  if (!first) return;
  const { write } = definition.spec;
  if (write === 'replace' || write === 'view') {
    throw invalidDefinition(
      `${definition.name} reads only what is new of ${first.node.definition.name}, and starts anew each time.`,
      definition,
      "Say write: 'append' or 'merge', or mention the table itself.",
    );
  }
  const keys = keyOf(definition.columns);
  for (const read of partial) {
    if (read.node.definition.kind === 'settings' || (read.node.definition as AnyTable).spec?.write === 'view') {
      throw invalidDefinition(
        `${definition.name} reads what is new of ${read.node.definition.name}, which does not keep when its rows came.`,
        definition,
        'Mention it as it is, or what is new of the table below it.',
      );
    }
    if (read.since?.lookback && appends(definition) && keys.length === 0) {
      throw invalidDefinition(
        `${definition.name} appends rows that lookback reads again, and nothing says which are the same.`,
        definition,
        'Mark its key with .key(), or merge.',
      );
    }
    if (wayOf(definition, 'replace each')) refuseParts(definition, read, facts);
    // A row that leaves is no new row: who reads only what is new would keep it for ever.
    else if (leaves(read)) throw sinceLeaving(definition, read);
    else if (facts.groups && !readsWhole(read, keys, facts)) throw sinceGrouped(definition, read);
    if (read.since?.lookback !== undefined) refuseLookback(definition, read);
  }
}

/** Without an origin and an order an append knows rows that it reads again by what they say, which may not be another thing each time. */
export function refuseUnlike({ definition }: Node<AnyTable>, reads: readonly Read[], { runValues }: Mentions): void {
  const { duplicates, unrepeatable } = definition.spec;
  const again = reads.find((read) => read.since?.lookback !== undefined);
  const keepsAll = appends(definition) || wayOf(definition, 'history') !== undefined;
  if (!again || !keepsAll || duplicates || !(runValues || unrepeatable)) return;
  throw invalidDefinition(
    `${definition.name} keeps rows of ${again.node.definition.name} that lookback reads again, made with ${unrepeatable ? 'values that are others each time' : "the run's date, time or id"}: nothing says which are the same.`,
    definition,
    'Say which version of a key is which, by duplicates: keepLatest(…), or merge.',
  );
}

/** Messages come in the order in which they were sent on, none late: there is nothing to look back on. */
export function refuseSentSince({ definition }: Node<AnyTable>, reads: readonly Read[]): void {
  const read = reads.find(({ node, since }) => since && (node.definition as AnySource).reader?.sent);
  if (!read) return;
  throw invalidDefinition(
    `${definition.name} looks back on ${read.node.definition.name}, of which no message comes late.`,
    definition,
    'Say .unread: it is every message that was not read yet.',
  );
}

/** Rows of a table elsewhere that changes may come again: without an identity of theirs, or a key, an append could not tell a row from an equal one. */
export function refuseAgain({ definition }: Node<AnyTable>, reads: readonly Read[]): void {
  const read = reads.find(({ node, how }) => how === 'new files' && (node.definition as AnySource).reader.changes);
  if (!read || !appends(definition) || keyOf(definition.columns).length > 0) return;
  throw invalidDefinition(
    `${definition.name} appends rows of ${read.node.definition.name}, which may come again, and nothing says which are the same.`,
    definition,
    'Select from that source alone, row by row, or mark the key with .key(), or merge.',
  );
}

/** Every row of each value that the groups have is read: the key is that very column, and its rows never move to another value. */
function readsWhole(read: Read, keys: readonly string[], facts: QueryFacts): boolean {
  const { since, node } = read;
  if (since?.lookback === undefined || !keys.includes(since.column)) return false;
  const stays = (node.definition as AnyTable).spec?.write !== 'merge';
  return stays && !facts.renamed.includes(since.column.toLowerCase());
}

/** How far back is said in whole units of time, on a column that has a place in time. */
function refuseLookback(definition: AnyTable, { since, node }: Read): void {
  const kind = node.definition.columns[since?.column ?? '']?.facts.kind;
  const length = parseDuration(since?.lookback ?? '');
  if (length && Number.isInteger(length.count) && (kind === 'date' || kind === 'timestamp')) return;
  throw invalidDefinition(
    `${definition.name} looks back ${since?.lookback} on ${node.definition.name}.${since?.column}.`,
    definition,
    "Say, for example, { lookback: '3 days' } on a date or a timestamp.",
    'a whole number of a unit, on a column that is a date or a timestamp',
  );
}

/** Rows of it are deleted, or leave when others come. */
const leaves = ({ node: { definition } }: Read): boolean =>
  typeof (definition as AnyTable).spec?.write === 'object' && !appends(definition);
const sinceLeaving = (definition: AnyTable, { node }: Read): EsteiraError =>
  invalidDefinition(
    `${definition.name} reads what is new of ${node.definition.name}, from which rows ${wayOf(node.definition, 'merge deleting') ? 'are deleted' : 'leave when others come'}: they would never leave ${definition.name}.`,
    definition,
    "Mention the table itself and let this one start anew (write: 'replace').",
  );

const sinceGrouped = (definition: AnyTable, read: Read): EsteiraError =>
  new EsteiraError('SINCE_GROUPED', {
    what: `${definition.name} groups or numbers rows of which it reads only the new ones of ${read.node.definition.name}: groups would lose their old rows.`,
    where: whereOf(definition),
    allowed:
      'a lookback on a column that is part of the key as it is, of a table whose rows stay as they came: then each touched value is read whole',
    next: "Mention the table itself, or say .since('day', { lookback: '3 days' }) and make that column a .key().",
  });

/** Columns of the tables of invalid rows count too: what stands in a table may come to stand there. */
const own = new Set<string>([...Object.values(hidden), 'run_id', 'refused_at']);
/** DuckDB's own number of a row, which publications count on: a column of that name would hide it. */
const ofEngine = 'rowid';
/** What a publication puts beside a row while it judges it: a column of that name would be taken for the judgement. */
const ofJudging = /^(esteira_|_was_)/;
/** What stands beside the rows of files until they are read: where each came from, and what of it could not be read. */
const ofReading = /^(#|_was_|_rid$|_original$|_unread$)/;
/** Where an engine keeps what is its own. */
const schemas = new Set(['information_schema', 'pg_catalog', 'temp', 'system']);

const reserved = (name: string, { definition }: Node, got: string): EsteiraError =>
  new EsteiraError('NAME_RESERVED', {
    what: `"${name}" cannot be a name of ${definition.kind} ${definition.name}.`,
    where: whereOf(definition),
    got,
    next: 'Choose another name.',
  });

/** Names that Esteira or an engine needs, and flags that would hide a column. */
export function refuseNames(node: Node, dialect: Dialect): void {
  const { definition } = node;
  const rules = definition.kind === 'table' ? Object.keys(definition.spec.rules) : [];
  const judged = definition.kind === 'table' ? definition.spec.given : definition.columns;
  const flags = [...judgements(judged).map((one) => one.flag), ...rules];
  const columns = Object.keys(definition.columns);
  const isOwn = definition.kind === 'table' && Boolean(definition.spec.receiptsOf ?? definition.spec.batchesOf);
  for (const name of [node.schema, node.table, ...columns, ...flags]) {
    const low = name.toLowerCase();
    const why = dialect.reserved.has(low)
      ? 'a reserved word of an engine'
      : own.has(low) && !(isOwn && low === 'run_id')
        ? 'a column that Esteira adds itself'
        : low === ofEngine
          ? 'a column that an engine adds itself'
          : undefined;
    if (why) throw reserved(name, node, why);
  }
  const judging = [...columns, ...flags].find((name) => ofJudging.test(name.toLowerCase()));
  if (judging !== undefined) throw reserved(judging, node, 'a name that Esteira uses itself');
  if (node.schema.startsWith('_') || schemas.has(node.schema.toLowerCase()))
    throw reserved(node.schema, node, 'a schema of the engine, or of Esteira itself');
  if (definition.kind !== 'table') return;
  const used = [...columns, ...flags].map((name) => name.toLowerCase());
  const twice = flags.find((flag) => used.indexOf(flag.toLowerCase()) !== used.lastIndexOf(flag.toLowerCase()));
  if (twice) {
    throw invalidDefinition(
      `The flag "${twice}" of ${definition.name} is given twice, or is a column's name.`,
      definition,
      'Name one of them otherwise, with .named(…).',
    );
  }
}

/** A view is made by set-up and shows what is there: nothing of a run, nothing judged, nothing that is read in place. */
export function refuseView(node: Node<AnyTable>, mentions: Mentions, reads: readonly Read[]): void {
  const { definition } = node;
  const { spec } = definition;
  if (spec.write !== 'view') return;
  const file = reads.find((read) => read.how === 'files');
  const why = mentions.runValues
    ? 'uses the run’s date, time or id, which a view does not have'
    : mentions.predicts
      ? 'predicts with a model, of which a view cannot know the champion'
      : spec.rows.recipe.by === 'map'
        ? 'is made by a function'
        : file
          ? `reads the source ${file.node.definition.name}`
          : Object.keys(spec.rules).length > 0 || spec.invalid === 'set aside' || spec.duplicates
            ? 'has rules of its own, and no run judges a view'
            : undefined;
  if (why)
    throw invalidDefinition(
      `The view ${definition.name} ${why}.`,
      definition,
      "Make it a table (write: 'replace'), and show that.",
    );
}

/** What is predicted would stand beside a column of the same name; and rows of files are there only while their step goes. */
export function refusePredictions({ definition }: Node<AnyTable>): void {
  for (const { model, of } of predictionsIn(definition.spec.rows)) {
    const { learner, each } = (model as AnyModel).facts;
    const twice = [...Object.keys(learner.output), 'model_version'].find((name) => name in of.columns);
    if (twice !== undefined)
      throw invalidDefinition(
        `${definition.name} predicts with ${model.name} of rows that have a column ${twice} already.`,
        definition,
        'Make a table without it, or with it under another name, and predict of that.',
      );
    const isInPlace = of.reads.some((one) => one.kind === 'source' && !(one as AnySource).reader.streams);
    if (each.length > 0 && isInPlace)
      throw invalidDefinition(
        `${definition.name} predicts with the family ${model.name} of a source that is read in place.`,
        definition,
        'Make a table of the source, and predict of that.',
      );
  }
}

export function refuseJudgingByModel({ definition }: Node): never {
  throw invalidDefinition(
    `A rule or check of ${definition.name} predicts with a model.`,
    definition,
    'Make a table of the predictions, and mention that.',
  );
}

/** Rules and checks ask tables; a source that is read in place is read only by the query of a table. */
export function refuseAskedFiles(node: Node<AnyTable>, asked: readonly Node[]): void {
  const file = asked.find(({ definition }) => definition.kind === 'source' && !definition.reader.streams);
  if (!file) return;
  throw invalidDefinition(
    `A rule or check of ${node.definition.name} reads the source ${file.definition.name}.`,
    node.definition,
    'Make a table of the source, and mention that.',
  );
}

/** What is read in place becomes a table of the engine for a moment. */
export function refuseSourceNames(reads: readonly Read[]): void {
  for (const { node } of reads.filter((read) => read.how === 'files' || read.how === 'new files')) {
    const names = Object.keys(node.definition.columns);
    const hides = names.find((one) => one.toLowerCase() === ofEngine);
    if (hides !== undefined) throw reserved(hides, node, 'a column that an engine adds itself');
    const reading = names.find((one) => ofReading.test(one.toLowerCase()));
    if (reading !== undefined) throw reserved(reading, node, 'a name that Esteira uses itself');
  }
}

/** A table that merges needs a key (the types hold this where the write mode is written out), and one that deletes an order that is always there. */
export function refuseKeyless({ definition }: Node<AnyTable>): void {
  const { write, duplicates } = definition.spec;
  const keys = keyOf(definition.columns);
  const missing = keys.find((key) => definition.columns[key].facts.nullable);
  if (missing !== undefined)
    throw invalidDefinition(
      `The key ${missing} of ${definition.name} may be missing: two rows without it would not be the same row.`,
      definition,
      'Take .optional() off it; a row without its key is then an invalid row.',
    );
  const leaving = [deletedBy(definition)].find((name) => name !== undefined && keys.includes(name));
  if (leaving !== undefined)
    throw invalidDefinition(
      `${leaving} says which rows leave ${definition.name}, and is part of its key: a delete would never meet its row.`,
      definition,
      'Take .key() off it.',
    );
  const [order] = duplicates?.by ?? [];
  if (order !== undefined && keys.length === 0)
    throw invalidDefinition(
      `${definition.name} keeps the latest row of each key, but no column is its key.`,
      definition,
      'Mark a column with .key(), or leave `duplicates` out.',
    );
  const unordered = deletedBy(definition) && duplicates?.by.find((name) => definition.columns[name].facts.nullable);
  if (unordered)
    throw invalidDefinition(
      `${unordered}, by which ${definition.name} orders its changes, may be missing: a delete without it would come before every row and remove nothing.`,
      definition,
      'Take .optional() off it; a change without it is then an invalid row.',
    );
  refuseHistory(definition, keys);
  refuseChanges(definition, keys);
  refusePartition(definition);
  if ((write !== 'merge' && !wayOf(definition, 'merge deleting')) || keys.length > 0) return;
  throw invalidDefinition(
    `${definition.name} merges, but no column is its key.`,
    definition,
    'Mark a column with .key().',
  );
}
