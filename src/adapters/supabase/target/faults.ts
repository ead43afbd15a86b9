import { EsteiraError } from '../../../errors.ts';
import { TargetFault, type TargetTable } from '../../../ports/index.ts';
import { Fault } from '../faults.ts';
import { namedIn } from '../terms.ts';
import type { SupabaseTable } from './table.ts';

/** What was said, without the values that the row has in other columns. */
export const saidOf = ({ message }: Fault): string => message.replace(/; Failing row contains \(.*\)\.?/s, '');

/** A batch that is too long may go in halves; of one of which a row is not taken the others may. */
export function targetFault(error: unknown, { rest, named }: Pick<SupabaseTable, 'rest' | 'named'>): unknown {
  if (!(error instanceof Fault)) return error;
  const { is, after } = error;
  const next = named(error.next);
  const said = is === 'of rows' ? saidOf(error) : `${rest.host}: ${error.what} ${error.message}`.trim();
  if (is === 'passing') return new TargetFault(said, { is, next, ...(after === undefined ? {} : { after }) });
  return new TargetFault(said, { is: is === 'of rows' || is === 'too long' ? 'of rows' : 'of all', next });
}

const codes = { passing: 'SOURCE_UNREACHABLE', refused: 'SOURCE_REFUSED' } as const;
/** The same, before anything is written. */
export function openingFault(
  error: unknown,
  { host, table }: { readonly host: string; readonly table: TargetTable },
): unknown {
  if (!(error instanceof Fault)) return error;
  const code = error.is === 'passing' || error.is === 'refused' ? codes[error.is] : 'SOURCE_UNUSABLE';
  const got = `${host}: ${error.message}`;
  const { what, code: said } = error;
  // A column that is written has no other name there.
  const next = /^(PGRST204|42703)$/.test(said) ? `Call the columns of the table as they are called there.` : error.next;
  return new EsteiraError(code, { what, where: table.where, got, next: namedIn(next, table) }, { cause: error });
}
