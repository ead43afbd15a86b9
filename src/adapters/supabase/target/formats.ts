import type { ColumnFacts, Columns } from '../../../columns/index.ts';
import { placeOf, type Rest } from '../client.ts';
import { definitionsOf } from '../describe.ts';

/** By column: its type as Postgres calls it, without lengths and digits. */
export type Formats = Readonly<Record<string, string>>;

const usual: Readonly<Record<ColumnFacts['kind'], string>> = {
  text: 'text',
  integer: 'bigint',
  bigint: 'bigint',
  real: 'double precision',
  decimal: 'numeric',
  boolean: 'boolean',
  date: 'date',
  timestamp: 'timestamp with time zone',
  duration: 'interval',
  list: 'jsonb',
  json: 'jsonb',
};

/** Types as the API describes them to whoever may see it; else what is usual for the kind. */
export async function formatsOf(
  rest: Rest,
  {
    name,
    columns,
    signal,
  }: { readonly name: string; readonly columns: Columns; readonly signal: AbortSignal | undefined },
): Promise<Formats> {
  const { schema, path } = placeOf(name);
  const definitions = await definitionsOf((one) => rest.once({ ...one, signal }), schema);
  const properties = definitions[path]?.properties ?? {};
  return Object.fromEntries(
    Object.entries(columns).map(([column, { facts }]) => [column, properties[column]?.format ?? usual[facts.kind]]),
  );
}
