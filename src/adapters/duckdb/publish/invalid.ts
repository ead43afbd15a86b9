import { EsteiraError } from '../../../errors.ts';
import { hidden } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { book, scopeOf } from '../setup.ts';
import { ofFormer, takesOut } from './anew.ts';
import { flagsOf } from './candidate.ts';
import { asksForRepeated, uniqueOf } from './duplicates.ts';
import { noteKeys } from './history.ts';
import { hashOf, isFurther, numberAfter, numberEquals } from './identity.ts';
import { insertSql, jsonOf, judged, listed, temporary, valid, type Work } from './work.ts';

const { identifier, literal } = dialect;

export interface Refused {
  readonly count: number;
  /** Rows for which each flag is false; only flags with any. */
  readonly flags: Readonly<Record<string, number>>;
}

/** Counts the invalid rows among the candidate's `rows`, and the keys of more than one valid row. */
export async function judge(
  work: Work,
  rows: number,
): Promise<{ readonly invalid: number; readonly repeated: number }> {
  // Both in one pass over the candidate; where keys do not matter all valid rows are one group.
  const keys = asksForRepeated(work) ? listed(uniqueOf(work)) : 'true';
  const [row = {}] = await work.session.rows(
    `select coalesce(sum(n), 0) as valid, count_if(n > 1) as repeated
      from (select count(*) as n from ${temporary.candidate} where ${valid} group by ${keys})`,
  );
  return { invalid: rows - Number(row.valid), repeated: asksForRepeated(work) ? Number(row.repeated) : 0 };
}

/** Moves the invalid rows out of the candidate, counts their flags, and fails the step when the table does not set them aside. */
export async function splitInvalid(work: Work, count: number): Promise<Refused> {
  const { session, write } = work;
  if (count === 0) return { count, flags: {} };
  const names = flagsOf(work);
  const failed = names.map((_, index) => `count_if(not ${judged.flags}[${index + 1}]) as n${index}`);
  const [row = {}] = await session.rows(`select ${failed.join(', ')} from ${temporary.candidate} where not (${valid})`);
  const flags: Record<string, number> = {};
  for (const [index, name] of names.entries()) {
    const number = Number(row[`n${index}`]);
    if (number > 0) flags[name] = (flags[name] ?? 0) + number;
  }
  if (!write.invalid) throw await rowsInvalid(work, { count, flags });
  await session.make(temporary.invalid, `select c.* from ${temporary.candidate} as c where not (${valid})`);
  await session.run(`delete from ${temporary.candidate} where not (${valid})`);
  await numberEquals(work, temporary.invalid);
  if (work.identified && isFurther(work)) await numberAfter(work, temporary.invalid, dialect.place(write.invalid));
  return { count, flags };
}

/** The rules that invalid rows break, how often, and some of the rows. */
export async function invalidText(
  { session, names }: Work,
  { flags }: Refused,
  relation: string,
): Promise<readonly string[]> {
  const row = jsonOf(names, (name) => `c.${identifier(name)}`);
  const some = await session.rows(`select ${row} as row from ${relation} as c where not (${valid}) limit 3`);
  const broken = Object.entries(flags).map(([flag, number]) => `${flag} ${number}`);
  return [broken.join(', '), ...some.map((one) => String(one.row))];
}

async function rowsInvalid(work: Work, refused: Refused): Promise<EsteiraError> {
  const { count } = refused;
  return new EsteiraError('ROWS_INVALID', {
    what: `${count} row${count === 1 ? ' breaks' : 's break'} the rules of ${work.name}, which does not set them aside.`,
    where: work.name,
    got: (await invalidText(work, refused, temporary.candidate)).join('\n'),
    allowed: 'rows that keep every rule',
    next: "Mend the rows where they come from, or write `invalid: 'set aside'`.",
  });
}

/**
 * Moves rows between the table and its invalid rows, each move with its line in the ledger, so that the rows there are held + recalled - released;
 * says whether anything moved. A row that was among them and is invalid again has not moved.
 */
export async function placeInvalid(work: Work, refused: Refused, sequence: bigint): Promise<boolean> {
  const { session, write } = work;
  if (!write.invalid) return false;
  const place = dialect.place(write.invalid);
  const whole = write.mode.mode === 'replace' || write.anew === true;
  const { each } = write.mode;
  const isAgain = write.reread || each !== undefined;
  let moved = 0;
  // One line for each row and run: to be recalled from the table and held among the invalid rows is one move, not two.
  const move = async (kind: string, rows: string): Promise<void> => {
    const values = `${literal(write.batch.runId)} as run_id, ${literal(scopeOf(write.target))} as target, ${judged.row}, '${kind}' as move`;
    const count = await session.make(temporary.moves, `select distinct ${values} from (${rows})`);
    if (count === 0) return;
    const ledger = book(write.target.catalog, 'invalid_ledger');
    const line = insertSql(ledger, ['run_id', 'target', judged.row, 'move'], `from ${temporary.moves}`);
    moved += (await session.run(`${line} on conflict do nothing`)).rowsChanged;
  };
  const now = refused.count ? `select ${judged.row} from ${temporary.invalid}` : `select '' where false`;
  const there = `select ${judged.row} from ${place}`;
  const accepted = `select ${judged.row} from ${temporary.candidate} where ${valid}`;
  const inside = (rows: string): string => `${judged.row} in (${rows})`;
  if (refused.count && isAgain && work.identified) {
    // Where a valid row comes with the same identity, what is there is that row's.
    const recalled = `${inside(now)} and ${hashOf(work)} not in (${accepted})`;
    // An equal row that was set aside by itself has its line already.
    await move('recalled', `select ${judged.row} from ${work.held} where ${recalled} and not (${inside(there)})`);
    // It was valid when it was judged before: a rule has changed, or what the rule asks of another table.
    if (write.mode.mode === 'history') await noteKeys(work, recalled);
    // What is replaced leaves with all of its value of the column.
    if (each === undefined) moved += (await session.run(`delete from ${work.held} where ${recalled}`)).rowsChanged;
    if (work.remembered) await session.run(`delete from ${work.remembered} where ${recalled}`);
  }
  if (refused.count && (write.anew || takesOut(write)) && work.identified)
    await move(
      'recalled',
      `select ${judged.row} from ${temporary.former} where ${inside(now)} and not (${inside(there)})`,
    );
  if (refused.count) await move('held', `${now} where ${judged.row} not in (${there})`);
  if (whole) await move('released', `${there} where ${judged.row} not in (${now})`);
  else if (takesOut(write)) {
    const gone = `${there} where ${ofFormer(work)} and not (${inside(now)})`;
    await move('released', gone);
    await session.run(`delete from ${place} where ${inside(gone)}`);
  } else if (isAgain) {
    const touched = each === undefined ? '' : ` or ${identifier(each)} in (from ${temporary.touched})`;
    const cleared = `${there} where (${inside(accepted)}${touched}) and not (${inside(now)})`;
    await move('released', cleared);
    await session.run(`delete from ${place} where ${inside(cleared)}`);
  }
  if (whole) await session.run(`delete from ${place}`);
  if (refused.count === 0) return moved > 0;
  if (!whole) await session.run(`delete from ${place} where ${inside(now)}`);
  await insertInvalid(work, place, moved > 0 ? sequence : sequence - 1n);
  return moved > 0;
}

/** Joined in a temporary table first: what readers see at once is inserted from one scan (see `insertSql`). */
async function insertInvalid(work: Work, place: string, sequence: bigint): Promise<void> {
  const { write, names, session } = work;
  const { batch, carried } = write;
  const flags = flagsOf(work);
  const original = carried ? `coalesce(c.${judged.original}, o.${hidden.original})` : `c.${judged.original}`;
  // Joined first and made to JSON then: only the invalid rows' originals are made, not those of the whole relation.
  const asked = `(select ${judged.row} from ${temporary.invalid} where ${judged.original} is null)`;
  const looked = carried
    ? `left join (select ${judged.row}, ${carried.original.json} as ${hidden.original}
        from ${carried.original.relation} semi join ${asked} using (${judged.row})) as o on o.${judged.row} = c.${judged.row}`
    : '';
  const values = {
    [hidden.original]: `cast(${original} as varchar)`,
    [judged.row]: `c.${judged.row}`,
    run_id: literal(batch.runId),
    refused_at: literal(batch.at),
    ...Object.fromEntries(flags.map((flag, index) => [flag, `c.${judged.flags}[${index + 1}]`])),
    [hidden.run]: literal(batch.runSeq),
    [hidden.sequence]: literal(sequence),
  };
  const cells = Object.entries(values).map(([name, value]) => `${value} as ${identifier(name)}`);
  await session.make(
    temporary.refused,
    `select ${listed(names, 'c')}, ${cells.join(', ')} from ${temporary.invalid} as c ${looked}`,
  );
  const all = [...names, ...Object.keys(values)].map(identifier);
  await session.run(insertSql(place, all, `from ${temporary.refused}`));
}
