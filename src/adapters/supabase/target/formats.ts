import type { ColumnFacts, Columns } from '../../../columns/index.ts';
import { placeOf, type Rest } from '../client.ts';
import { Fault } from '../faults.ts';

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

interface Description {
  readonly definitions?: Readonly<
    Record<string, { readonly properties?: Readonly<Record<string, { readonly format?: string }>> }>
  >;
}

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
  const described = await rest.once({ name: schema === undefined ? '' : `${schema}.`, signal }).then(
    ({ text }) => JSON.parse(text) as Description,
    (error: unknown) => {
      // Not everybody may see the description.
      if (error instanceof Fault && (error.is === 'refused' || error.is === 'unusable')) return {};
      throw error;
    },
  );
  const properties = (described as Description).definitions?.[path]?.properties ?? {};
  return Object.fromEntries(
    Object.entries(columns).map(([column, { facts }]) => [column, properties[column]?.format ?? usual[facts.kind]]),
  );
}
