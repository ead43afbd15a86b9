import { EsteiraError } from '../../../errors.ts';
import { hidden, type WriteCheck } from '../../../ports/index.ts';
import { engineError } from '../errors.ts';
import { invalidText, type Refused } from './invalid.ts';
import { temporary, type Work } from './work.ts';

interface Counted {
  readonly in: number;
  readonly invalid: number;
}

/** The check's number, or nothing while it is not known: a share of no rows, a query without a row, NULL. */
async function measure({ session }: Work, check: WriteCheck, counted: Counted): Promise<number | undefined> {
  switch (check.measure) {
    case 'rows':
      return counted.in;
    case 'invalid share':
      return counted.in ? counted.invalid / counted.in : undefined;
    case 'rows of a query':
      return await session.number(`select count(*) from (${check.query}\n)`);
    case 'scalar': {
      const [row] = await session.rows(`select cast((${check.query}\n) as double) as value`);
      return typeof row?.value === 'number' ? row.value : undefined;
    }
  }
}

/** What a check found, as far as it is rows: those of its query, or the invalid ones and the rules that they break. */
async function found(work: Work, check: WriteCheck, refused: Refused): Promise<readonly string[]> {
  if (check.measure === 'scalar') return [];
  if (check.measure !== 'rows of a query')
    return refused.count ? await invalidText(work, refused, temporary.invalid) : [];
  const rows = await work.session.rows(
    `select cast(to_json(r) as varchar) as row from (${check.query}\n) as r limit 3`,
  );
  return rows.map(({ row }) => String(row));
}

const valueText = ({ measure }: WriteCheck, value: number, counted: Counted): string =>
  measure === 'invalid share' ? `${Number(value.toFixed(4))} (${counted.invalid} of ${counted.in})` : String(value);

/**
 * Judges the table as it would be: its queries run in the publication's own transaction, which alone sees the rows. Without that a merge would have
 * to be imitated to be checked.
 *
 * Gives the warnings, and throws at the first check that holds the rows back.
 */
export async function runChecks(work: Work, counted: Counted, refused: Refused): Promise<readonly string[]> {
  const warnings: string[] = [];
  for (const check of work.write.checks) {
    const where = `${work.name}, check ${check.name}`;
    try {
      const value = await measure(work, check, counted);
      const limit = `${check.sign} ${check.bound}`;
      if (value === undefined || (check.sign === '>=' ? value >= check.bound : value <= check.bound)) continue;
      const got = [`${check.measure}: ${valueText(check, value, counted)}`, ...(await found(work, check, refused))];
      if (!check.blocks) {
        const [, example] = check.measure === 'rows of a query' ? got : [];
        const such = example === undefined ? '' : `; such as ${example}`;
        warnings.push(`${check.name}: ${valueText(check, value, counted)}, and the limit is ${limit}${such}`);
      } else {
        throw new EsteiraError('CHECK_FAILED', {
          what: `The check "${check.name}" holds back the rows of ${work.name}; nothing was published.`,
          where,
          got: got.join('\n'),
          allowed: limit,
          next: 'Mend the rows where they come from, or the check.',
        });
      }
    } catch (error) {
      // The check's name says whose query the engine stumbled over.
      throw engineError(error, { where });
    }
  }
  return warnings;
}

/** A body that cannot hand on what could not be read of its sources takes those values as missing. */
export async function unreadWarnings({ session, write }: Work): Promise<readonly string[]> {
  if (write.unreadIn.length === 0) return [];
  const counts = write.unreadIn.map(
    ({ relation }) => `(select count(*) from ${relation} as r where r.${hidden.unread} is not null)`,
  );
  const [row = {}] = await session.rows(`select ${counts.map((count, index) => `${count} as n${index}`).join(', ')}`);
  return write.unreadIn.flatMap(({ source }, index) => {
    const count = Number(row[`n${index}`]);
    const rows = count === 1 ? '1 row' : `${count} rows`;
    const said = 'values that could not be read as their kind; this query takes them as missing';
    return count > 0 ? [`${rows} of ${source} ${count === 1 ? 'has' : 'have'} ${said}`] : [];
  });
}
