import type { ColumnFacts } from '../../../columns/index.ts';
import type { TargetValue } from '../../../ports/index.ts';
import { arrayText, listText } from '../../common/arrays.ts';
import { quoted } from '../statements.ts';
import type { PostgresType, Shape } from '../values.ts';
import type { WrittenColumn } from './catalogue.ts';

/** A column of the rows that are written, as a statement says it. */
export interface SaidColumn {
  readonly name: string;
  /** As the table declares its type. */
  readonly declared: string;
  /** What the values of all rows are given as: `int8[]`. */
  readonly given: string;
  /** Those values, as the text of that array. */
  readonly text: (values: readonly TargetValue[]) => string;
  /** The value as it was meant, of one that was given. */
  readonly exact: (given: string) => string;
  /** The value as the column can have it, of the exact one: `numeric(5,2)` rounds. */
  readonly stored: (exact: string) => string;
  /** So that two of its values can be told apart, of whatever type. */
  readonly compared: (value: string) => string;
}

/** In this type a value loses nothing that it was given with. */
function exactType(shape: Shape, { kind }: ColumnFacts, declared: string): string {
  switch (shape) {
    case 'int2':
    case 'int4':
    case 'int8':
    case 'oid':
      return kind === 'real' || kind === 'decimal' ? 'numeric' : 'int8';
    case 'date':
      return kind === 'timestamp' ? 'timestamp' : 'date';
    case 'bool':
    case 'float4':
    case 'float8':
    case 'numeric':
    case 'text':
    case 'json':
    case 'jsonb':
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
    case 'interval':
    case 'uuid':
    case 'bytea':
      return shape;
    case 'array':
    case 'unknown':
      return declared;
  }
}

/** Of these an assignment says when a text is too long, and a cast would cut it. */
const characters = new Map<number, string>([
  [25, 'text'],
  [1042, 'bpchar'],
  [1043, 'text'],
]);

const hasNoEquality = ({ shape, element }: PostgresType): boolean =>
  shape === 'unknown' || element?.shape === 'unknown' || element?.shape === 'json';

/** Two texts are the same by their characters, whatever the column's own rules of comparing say. */
const comparedAs = (type: PostgresType): SaidColumn['compared'] => {
  if (type.shape === 'text') return (value) => `(${value})::text collate "C"`;
  if (type.shape === 'json') return (value) => `(${value})::jsonb`;
  return hasNoEquality(type) ? (value) => `(${value})::text` : (value) => value;
};

export function sayColumn({ name, type, declared }: WrittenColumn, facts: ColumnFacts): SaidColumn {
  const exact = exactType(type.shape, facts, declared);
  const character = characters.get(type.oid);
  const isWhole = type.shape === 'array' || type.shape === 'unknown';
  const isList = type.shape === 'array' && facts.kind === 'list';
  return {
    name,
    declared,
    // An array of arrays would come apart.
    given: isWhole ? 'text[]' : `${exact}[]`,
    text: (values) =>
      arrayText(isList ? values.map((value) => (typeof value === 'string' ? listText(value) : value)) : values),
    exact: (given) => (isWhole ? `${given}::${declared}` : given),
    stored: (value) => {
      if (character !== undefined) return character === exact ? value : `${value}::${character}`;
      return exact === declared ? value : `${value}::${declared}`;
    },
    compared: comparedAs(type),
  };
}

export const quotedColumn = ({ name }: SaidColumn): string => `t.${quoted(name)}`;
