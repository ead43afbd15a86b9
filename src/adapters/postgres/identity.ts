import { hash } from 'node:crypto';
import type { TableAsked } from '../../ports/index.ts';
import type { Described } from './catalogue.ts';
import type { Identify } from './copy.ts';
import { jsonSayOf, type Say, sayOf } from './values/text.ts';
import type { PostgresType } from './values/types.ts';

interface Of {
  readonly described: Described;
  /** In the order in which they come. */
  readonly fields: readonly { readonly name: string; readonly type: PostgresType }[];
  readonly identity: TableAsked['identity'];
  readonly cursor: string | undefined;
}

/**
 * `sales.orders:42`, the values of the primary key as JSON; of a version `sales.orders:42@2026-01-31 10:00:00+00`, what its cursor says, or else the
 * md5 of all that was read of it. Without a primary key a row is what it says: `sales.orders:<md5>`, and equal rows are told apart by their number.
 */
export function identifyBy({ described, fields, identity, cursor }: Of): {
  readonly identify: Identify;
  readonly repeats: boolean;
} {
  const prefix = `${described.schema}.${described.name}:`;
  const placeOf = (name: string): number => fields.findIndex((field) => field.name === name);
  const saying = (name: string, say: (type: PostgresType) => Say): ((...row: Parameters<Identify>) => string) => {
    const place = placeOf(name);
    const its = say((fields[place] as (typeof fields)[number]).type);
    return (bytes, starts, lengths) => {
      const length = lengths[place] as number;
      return length < 0 ? '' : its(bytes, starts[place] as number, length);
    };
  };
  const whole: Identify = (bytes, starts, lengths) => {
    const last = fields.length - 1;
    // With the lengths before each value: what stands where is part of it.
    const from = (starts[0] as number) - 4;
    return hash('md5', bytes.subarray(from, (starts[last] as number) + Math.max(lengths[last] as number, 0)));
  };
  const { key } = described;
  const isKnown = key.length > 0 && key.every((name) => placeOf(name) >= 0);
  if (!isKnown) return { identify: (...row) => `${prefix}${whole(...row)}`, repeats: true };
  const parts = key.map((name) => saying(name, jsonSayOf));
  const [only] = parts;
  const keyOf: Identify = only && parts.length === 1 ? only : (...row) => parts.map((part) => part(...row)).join(',');
  if (identity === 'row') return { identify: (...row) => `${prefix}${keyOf(...row)}`, repeats: false };
  const version = cursor === undefined ? whole : saying(cursor, sayOf);
  return { identify: (...row) => `${prefix}${keyOf(...row)}@${version(...row)}`, repeats: false };
}
