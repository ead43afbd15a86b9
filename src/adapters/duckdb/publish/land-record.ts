import {
  type Account,
  added,
  type Drift,
  type LandedBefore,
  type LandedTable,
  type LandingInto,
  type LandingPart,
  noRows,
  type Place,
  type Publication,
  type PublicationDetails,
} from '../../../ports/index.ts';
import type { Engine } from '../connection.ts';
import { dialect } from '../dialect.ts';
import { fenced } from '../errors.ts';
import type { Session } from '../session.ts';
import { book, generationSql, scopeOf } from '../setup.ts';

const { literal } = dialect;

/** A table's part of what is published together. */
export interface Landed {
  readonly table: LandedTable;
  readonly rows: number;
  readonly sequence: bigint;
  readonly drift: readonly Drift[];
  readonly warnings: readonly string[];
}

/**
 * Makes the fences of all tables ours, those of the ones that get rows counted on; begins the transaction's work. The position is of all of them, so that
 * nobody who was overtaken moves it.
 */
export async function touchFences(
  session: Session,
  { catalog, run, tables }: LandingInto,
  counted: readonly LandedTable[],
): Promise<ReadonlyMap<string, bigint>> {
  const fence = book(catalog, 'fence');
  const scopes = tables.map(({ target }) => scopeOf(target));
  const growing = counted.map(({ target }) => scopeOf(target));
  const ours = `token = ${literal(run.token)} and scope in ${literal(scopes)}`;
  const by = growing.length > 0 ? `case when scope in ${literal(growing)} then 1 else 0 end` : '0';
  const rows = await session.rows(
    `update ${fence} set seq = seq + ${by} where ${ours}; select scope, seq from ${fence} where ${ours}`,
  );
  const found = new Map(rows.map(({ scope, seq }) => [String(scope), seq as bigint]));
  const lost = tables.find(({ target }) => !found.has(scopeOf(target)));
  if (lost) throw fenced(lost.step, `the fence of ${scopeOf(lost.target)} is not held by token ${run.token}`);
  return found;
}

/** What is recorded of a landing: a publication for each table, and up to where each has been read. */
export function recordSql(
  { catalog, run, stream, tables }: LandingInto,
  { part, position, positions, system, at }: LandingPart,
  landed: readonly Landed[],
): string {
  const moved = tables.filter(({ step }) => positions.has(step));
  const scopes = moved.map(({ target }) => scopeOf(target));
  const watermark = book(catalog, 'watermark');
  const marks = moved.map(({ step, target }) => {
    const values = [scopeOf(target), stream, positions.get(step), system, run.runId];
    return `(${values.map(literal).join(', ')})`;
  });
  const { job, date, zone, reason } = run.of;
  const whose = [job, date.toString(), zone, reason].map(literal).join(', ');
  const publications = landed.map((one) => {
    const { step, definition, settingsHash, target, facts } = one.table;
    const details = { ...detailsOf(one), ...(facts ? { definition: facts } : {}) };
    const bounds = [{ source: stream, upper: String(position), generation: system }];
    const values = [
      ...[run.runId, step, run.runSeq, run.token, run.logicalTime, definition, settingsHash, 'append', one.sequence],
      ...Object.values(accountOf(one.rows)),
      ...[at, part, JSON.stringify(details), JSON.stringify(bounds)],
    ];
    return `(${values.map(literal).join(', ')}, ${generationSql(target)}, ${whose})`;
  });
  return [
    `delete from ${watermark} where source = ${literal(stream)} and target in ${literal(scopes)}`,
    `insert into ${watermark} values ${marks.join(', ')}`,
    ...(publications.length > 0
      ? [`insert into ${book(catalog, 'publication')} values ${publications.join(', ')}`]
      : []),
  ].join(';\n');
}

/** In the order of the columns of `publication`. */
const accountOf = (rows: number): Account => ({
  ...noRows,
  in: rows,
  valid: rows,
  inserted: rows,
});

const detailsOf = ({ drift, warnings }: Landed): PublicationDetails => ({
  ...{ flags: {}, badFiles: [], warnings, files: 0 },
  ...(drift.length > 0 ? { drift } : {}),
});

export const publicationOf = ({ run }: LandingInto, { part, at }: LandingPart, landed: Landed): Publication => ({
  ...{ runId: run.runId, runSeq: run.runSeq, token: run.token, logicalTime: run.logicalTime, of: run.of },
  ...{ step: landed.table.step, definition: landed.table.definition, settingsHash: landed.table.settingsHash },
  ...{ part, mode: 'append', publishedAt: at, sequence: landed.sequence },
  account: accountOf(landed.rows),
  details: detailsOf(landed),
});

/** What a run has landed before, added up, and when the newest row of these tables came. */
export async function landedBefore(
  engine: Engine,
  { catalog, runId, places }: { readonly catalog: string; readonly runId: string; readonly places: readonly Place[] },
): Promise<LandedBefore> {
  if (!(await engine.isSetUp(catalog))) return { part: 0, accounts: new Map(), clock: 0n };
  const made = `select ${literal(`${catalog}.`)} || name as step, generation from ${book(catalog, 'made')}`;
  const sql = `select step, max(part) as part, sum(n_in) as rows from ${book(catalog, 'publication')} semi join (${made}) using (step, generation)
    where run_id = ${literal(runId)} group by step`;
  const times = places.map((place) => `select epoch_us(max(${added.synced})) as newest from ${dialect.place(place)}`);
  return await engine.use(async (session) => {
    const rows = await session.rows(sql);
    const newest =
      times.length > 0 ? await session.bigint(`select max(newest) from (${times.join(' union all ')})`) : 0n;
    return {
      part: Math.max(0, ...rows.map(({ part }) => Number(part))),
      accounts: new Map(rows.map(({ step, rows: count }) => [String(step), accountOf(Number(count))])),
      clock: newest,
    };
  });
}
