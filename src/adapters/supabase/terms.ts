import { EsteiraError } from '../../errors.ts';
import type { SourceTable } from '../../ports/index.ts';
import type { Rest } from './client.ts';
import { Fault } from './faults.ts';
import { Unpaged } from './pages.ts';

/** What is thrown, as the other says it. */
export async function inTerms<Result>(fault: (error: unknown) => unknown, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    throw fault(error);
  }
}

/** The names of the variables, in the place of what they are for. */
export const namedIn = (next: string, { options: { url = '', key = '' } }: Pick<SourceTable, 'options'>): string =>
  next
    .replace('the variable of the key', variableIn(key) ?? 'the variable of the key')
    .replace('the variable of the address', variableIn(url) ?? 'the variable of the address');
const variableIn = (of: string): string | undefined => /^env:([^=]+)/.exec(of)?.[1];

/** What the API or the way to it said of a source, with a code of ours. */
export function sourceFault(
  error: unknown,
  { rest: { host }, table }: { readonly rest: Rest; readonly table: SourceTable },
): unknown {
  const { where } = table;
  const { name = '', pagedBy = 'id' } = table.options;
  if (error instanceof Unpaged)
    return new EsteiraError('SOURCE_UNUSABLE', {
      what: `The rows of ${name} cannot be read in pages by ${pagedBy}.`,
      where,
      got: `${host}: ${error.message}`,
      next: "Name a column of which each row has another value: table('…', { key: 'id' }).",
    });
  if (error instanceof SyntaxError)
    return new EsteiraError('SOURCE_UNUSABLE', {
      what: 'What answers at the address of the source is not PostgREST.',
      where,
      got: `${host}: ${error.message}`,
      next: namedIn('Correct the variable of the address.', table),
    });
  if (!(error instanceof Fault)) return error;
  const { what } = error;
  const next = namedIn(error.next, table);
  const code =
    error.is === 'passing' ? 'SOURCE_UNREACHABLE' : error.is === 'refused' ? 'SOURCE_REFUSED' : 'SOURCE_UNUSABLE';
  return new EsteiraError(code, { what, where, got: `${host}: ${error.message}`, next }, { cause: error });
}

export const noColumn = (
  { where, options: { name = '' } }: SourceTable,
  { unknown, known, host }: { readonly unknown: string; readonly known: readonly string[]; readonly host: string },
): EsteiraError =>
  new EsteiraError('SOURCE_UNUSABLE', {
    what: `The table ${name} has no column ${unknown}, by which the source reads it.`,
    where,
    got: host,
    allowed: known.join(', '),
    next: 'Correct `key` or `where` of the source.',
  });
