import type { Answered, Asked } from './client.ts';
import { placeOf } from './client.ts';
import { Fault } from './faults.ts';
import { nameOf } from './query.ts';
import { type Type, typeCalled } from './types.ts';

export interface DescribedColumn {
  readonly name: string;
  /** Where the API describes it. */
  readonly type?: Type;
}

/** A table, or a view, as the API shows it to the role of the key. */
export interface Described {
  readonly columns: readonly DescribedColumn[];
  /** Columns that always have a value, as far as that is said. */
  readonly filled: ReadonlySet<string>;
}

interface Definition {
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, { readonly format?: string }>>;
}
export type Definitions = Readonly<Record<string, Definition>>;

type Ask = (asked: Asked) => Promise<Answered>;

/** The API's own description of a schema (OpenAPI): by table. Nothing where it gives none, or not to this key. */
export async function definitionsOf(ask: Ask, schema: string | undefined): Promise<Definitions> {
  try {
    const { text } = await ask({ name: schema === undefined ? '' : `${schema}.` });
    return (JSON.parse(text) as { readonly definitions?: Definitions }).definitions ?? {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    // Of a key that is not known, or a gateway that is gone, the table would say the same.
    if (error instanceof Fault && error.is !== 'passing' && error.is !== 'too long') return {};
    throw error;
  }
}

/**
 * A table that the definitions do not have is asked itself: for a row, which has its columns; where it shows none, for each of those that are declared.
 * Throws Fault where there is no such table, or none for this key.
 */
export async function describe(
  ask: Ask,
  name: string,
  of: {
    readonly definitions: Definitions;
    readonly declared: readonly string[];
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Described> {
  const found = of.definitions[placeOf(name).path];
  if (found?.properties) {
    const columns = Object.entries(found.properties).map(([column, { format = '' }]) => ({
      name: column,
      type: typeCalled(format),
    }));
    return { columns, filled: new Set(found.required ?? []) };
  }
  const { signal } = of;
  const { text } = await ask({
    name,
    query: [
      ['select', '*'],
      ['limit', '1'],
    ],
    signal,
  });
  const [row] = JSON.parse(text) as readonly object[];
  const names = row ? Object.keys(row) : await knownAmong(ask, name, of);
  return { columns: names.map((column) => ({ name: column })), filled: new Set() };
}

/** Those of the names that the table has: it names one that it has not. */
async function knownAmong(
  ask: Ask,
  name: string,
  { declared, signal }: { readonly declared: readonly string[]; readonly signal?: AbortSignal | undefined },
): Promise<readonly string[]> {
  let left = declared;
  while (left.length > 0) {
    try {
      await ask({
        name,
        query: [
          ['select', left.map(nameOf).join(',')],
          ['limit', '0'],
        ],
        signal,
      });
      return left;
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== '42703') throw error;
      const { message } = error;
      const others = left.filter((one) => !message.includes(`.${one} `) && !message.includes(`"${one}"`));
      if (others.length === left.length) throw error;
      left = others;
    }
  }
  return left;
}

/** The server's own clock beside ours, in milliseconds; it says whole seconds. */
export const aheadOf = ({ at }: Answered): number | undefined =>
  at === undefined ? undefined : at.epochMilliseconds + 500 - Date.now();
