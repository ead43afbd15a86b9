import type { ColumnFacts } from '../../columns/index.ts';

type Kind = ColumnFacts['kind'];
/** What a type has in common with others that are read alike. `other`: whatever is said of it as text. */
export type Shape =
  | 'whole'
  | 'numeric'
  | 'float4'
  | 'float8'
  | 'boolean'
  | 'date'
  | 'instant'
  | 'interval'
  | 'json'
  | 'array'
  | 'said'
  | 'other';

/** A type as the API describes a column of it. */
export interface Type {
  /** `bigint`, for people. */
  readonly name: string;
  readonly shape: Shape;
}

const shapes: Readonly<Record<string, Shape>> = {
  smallint: 'whole',
  integer: 'whole',
  oid: 'whole',
  bigint: 'numeric',
  numeric: 'numeric',
  real: 'float4',
  'double precision': 'float8',
  boolean: 'boolean',
  date: 'date',
  'timestamp without time zone': 'instant',
  'timestamp with time zone': 'instant',
  interval: 'interval',
  json: 'json',
  jsonb: 'json',
  'time without time zone': 'said',
  'time with time zone': 'said',
  uuid: 'said',
  bytea: 'said',
};
export const typeCalled = (name: string): Type => ({
  name,
  shape: name.endsWith('[]') ? 'array' : (shapes[name] ?? 'other'),
});

const ofNumbers: readonly Kind[] = ['text', 'integer', 'bigint', 'real', 'decimal', 'json'];
/** Kinds that a value of the shape may be; any where it is not named. What goes value by value is in docs/reference/postgres.md. */
const kinds: Partial<Readonly<Record<Shape, readonly Kind[]>>> = {
  whole: ofNumbers,
  numeric: ofNumbers,
  float4: ofNumbers,
  float8: ofNumbers,
  boolean: ['text', 'boolean', 'json'],
  date: ['text', 'date', 'timestamp'],
  instant: ['text', 'timestamp', 'date'],
  interval: ['text', 'duration'],
  json: ['text', 'json', 'list'],
  array: ['text', 'json', 'list'],
  said: ['text'],
};
/** No value of the type is ever of the kind. */
export const isNever = ({ shape }: Type, kind: Kind): boolean => kinds[shape]?.includes(kind) === false;

/**
 * Asked for as it is, in JSON; everything else as text (`::text`), to its last digit and microsecond. Of a type that is not known lists and JSON are.
 */
export function isPlain(type: Type | undefined, kind: Kind): boolean {
  switch (type?.shape) {
    case undefined:
      return kind === 'list' || kind === 'json';
    case 'array':
      return true;
    case 'whole':
    case 'float4':
    case 'float8':
      return kind === 'integer' || kind === 'bigint' || kind === 'real';
    case 'boolean':
      return kind === 'boolean';
    case 'other':
      // As text it would lose its blanks.
      return kind === 'text' && type.name === 'character';
    default:
      return false;
  }
}
