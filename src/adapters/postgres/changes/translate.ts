import { type PostgresType, sayAs } from '../values.ts';
import { given, type Tuple } from './messages.ts';
import type { Ask } from './tables.ts';

/** A value whose bytes only the server can read. */
interface Foreign {
  readonly tuple: Tuple;
  readonly index: number;
  readonly type: PostgresType;
}

/** Places of fields of which there is no decoder. */
export const foreignIn = (types: readonly PostgresType[]): readonly number[] =>
  types.flatMap((type, index) => (sayAs(type) === undefined ? [] : [index]));

/**
 * Has the server say such values as `::text` would, as it does when a table is copied; gives the message with them behind it, where the tuples find them.
 * It costs a question for each change of such a table.
 */
export async function translated(
  bytes: Buffer,
  {
    tuples,
    types,
    ask,
  }: { readonly tuples: readonly Tuple[]; readonly types: readonly PostgresType[]; readonly ask: Ask },
): Promise<Buffer> {
  const places = foreignIn(types);
  const found = tuples.flatMap((tuple) =>
    places
      .filter((index) => tuple.kinds[index] === given.binary)
      .map((index): Foreign => ({ tuple, index, type: types[index] as PostgresType })),
  );
  if (found.length === 0) return bytes;
  const said = found.map(({ type }, at) =>
    // An array goes on as an array of texts, in the bytes that it would have.
    sayAs(type) === 'text'
      ? `$${at + 1}::${type.name}::text as v${at}`
      : `encode(array_send($${at + 1}::${type.name}::text[]), 'hex') as v${at}`,
  );
  const values = found.map(({ tuple, index }) => {
    const start = tuple.starts[index] as number;
    return Buffer.from(bytes.subarray(start, start + (tuple.lengths[index] as number)));
  });
  const [row] = await ask(`select ${said.join(', ')}`, values);
  const pieces = [bytes];
  let end = bytes.length;
  for (const [at, { tuple, index, type }] of found.entries()) {
    const piece = Buffer.from(String(row?.[`v${at}`]), sayAs(type) === 'text' ? 'utf8' : 'hex');
    tuple.starts[index] = end;
    tuple.lengths[index] = piece.length;
    end += piece.length;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
