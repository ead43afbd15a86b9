import type { ColumnFacts, Columns, Kind } from '../../columns/index.ts';
import type { AsOfJoin, Dialect, Place } from '../../ports/index.ts';
import { asOfRelation } from './as-of.ts';
import { fragment } from './fragments.ts';
import { literal } from './literal.ts';
import { reserved } from './reserved.ts';

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Spelled as DuckDB describes them. */
const types: Readonly<Record<Exclude<Kind, 'decimal'>, string>> = Object.freeze({
  text: 'VARCHAR',
  integer: 'BIGINT',
  bigint: 'BIGINT',
  real: 'DOUBLE',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp: 'TIMESTAMP WITH TIME ZONE',
  duration: 'VARCHAR',
  // Lists too: their text is the same on every engine, and a changed item's shape needs no other type.
  list: 'JSON',
  json: 'JSON',
});

/** The type of the column; a decimal's digits and places are part of it. */
export function storedType(facts: ColumnFacts): string {
  if (facts.kind !== 'decimal') return types[facts.kind];
  const [digits, places] = facts.of as readonly [number, number];
  return `DECIMAL(${digits},${places})`;
}

const wholeNumber = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/;
const anyNumber = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL\(.*\))$/;
const text = /^(VARCHAR|ENUM\(.*\))$/s;
/** What may be stored without a value being changed; one that does not fit fails `kind`. */
const accepted: Readonly<Record<Kind, RegExp>> = Object.freeze({
  text,
  integer: wholeNumber,
  bigint: wholeNumber,
  real: anyNumber,
  decimal: /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DECIMAL\(.*\))$/,
  boolean: /^BOOLEAN$/,
  date: /^DATE$/,
  // A bare TIMESTAMP is a clock on some wall, not an instant.
  timestamp: /^TIMESTAMP WITH TIME ZONE$/,
  duration: text,
  list: /^(JSON|VARCHAR|.*\])$/s,
  json: /^(JSON|VARCHAR|.*\]|(STRUCT|MAP|UNION)\(.*\))$/s,
});
/** NULL and nothing else. */
const untyped = /^"?NULL"?$/;

const place = ({ catalog, schema, table }: Place): string => [catalog, schema, table].map(identifier).join('.');

export const dialect: Dialect = Object.freeze({
  name: 'duckdb',
  identifier,
  place,
  type: storedType,
  literal,
  fragment,
  asOf: (join: AsOfJoin) => asOfRelation(join, { identifier }),
  rowAsJson: (columns: readonly string[]) =>
    `cast(json_object(${columns.map((name) => `${literal(name)}, ${identifier(name)}`).join(', ')}) as varchar)`,
  texts(names: readonly string[], rows: readonly (readonly (string | null)[])[]) {
    const fields = names.map((name, index) => `_row[${index + 1}] as ${identifier(name)}`);
    const all = `from_json(${literal(JSON.stringify(rows.map((row) => row.map((text) => text?.toWellFormed() ?? null))))}, '[["VARCHAR"]]')`;
    return `(select ${fields.join(', ')} from (select unnest(${all}) as _row))`;
  },
  kept: (file: string) => `read_parquet(${literal(file)})`,
  // Queries are described over these: nothing has to be there, and nothing is read.
  emptyRelation(columns: Columns) {
    const fields = Object.entries(columns).map(
      ([name, { facts }]) => `cast(null as ${storedType(facts)}) as ${identifier(name)}`,
    );
    return `(select ${fields.join(', ')} where false)`;
  },
  champion: (catalog: string, model: string) =>
    `(select version from ${place({ catalog, schema: '_esteira', table: 'champion' })} where model = ${literal(model)})`,
  accepts: (type: string, { kind }: ColumnFacts) => untyped.test(type) || accepted[kind].test(type),
  reserved,
});
