import { judgements, keyOf } from '../columns/index.ts';
import type { AnyTable } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { invalidDefinition, type Node, whereOf } from '../graph/index.ts';
import { type Dialect, hidden, type QueryFacts } from '../ports/index.ts';
import type { Read } from './reads.ts';

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
    if (read.since?.lookback && write === 'append' && keys.length === 0) {
      throw invalidDefinition(
        `${definition.name} appends rows that lookback reads again, and nothing says which are the same.`,
        definition,
        'Mark its key with .key(), or merge.',
      );
    }
    const whole = read.since?.lookback !== undefined && keys.includes(read.since.column);
    if (facts.groups && !whole) throw sinceGrouped(definition, read);
  }
}

const sinceGrouped = (definition: AnyTable, read: Read): EsteiraError =>
  new EsteiraError('SINCE_GROUPED', {
    what: `${definition.name} groups or numbers rows of which it reads only the new ones of ${read.node.definition.name}: groups would lose their old rows.`,
    where: whereOf(definition),
    allowed: 'a lookback on the column that is part of the key: then each touched value is read whole',
    next: "Mention the table itself, or say .since('day', { lookback: '3 days' }) and make that column a .key().",
  });

const own = new Set<string>([...Object.values(hidden), 'run_id', 'refused_at']);
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
  const flags = [...judgements(definition.columns).map((one) => one.flag), ...rules];
  const columns = Object.keys(definition.columns);
  for (const name of [node.schema, node.table, ...columns, ...flags]) {
    const low = name.toLowerCase();
    const why = dialect.reserved.has(low)
      ? 'a reserved word of an engine'
      : own.has(low)
        ? 'a column that Esteira adds itself'
        : undefined;
    if (why) throw reserved(name, node, why);
  }
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

/** A table that merges needs a key; the types hold this where the write mode is written out. */
export function refuseKeyless({ definition }: Node<AnyTable>): void {
  const { write } = definition.spec;
  if ((write !== 'merge' && typeof write !== 'object') || keyOf(definition.columns).length > 0) return;
  throw invalidDefinition(
    `${definition.name} merges, but no column is its key.`,
    definition,
    'Mark a column with .key().',
  );
}
