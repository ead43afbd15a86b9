import {
  type Drift,
  driftAfter,
  hidden,
  type Lander,
  type LandingInto,
  type LandingPart,
  onTheWay,
  type Publication,
} from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { between } from '../incoming.ts';
import type { Session } from '../session.ts';
import { scopeOf } from '../setup.ts';
import { tellEmptied, tellVanished } from './land-gone.ts';
import { fillKept } from './land-kept.ts';
import { type Landed, publicationOf, recordSql, touchFences } from './land-record.ts';
import { unreadText, Waiting } from './land-waiting.ts';
import { insertSql, jsonOf, listed } from './work.ts';

const { identifier, literal } = dialect;

interface Landing {
  readonly session: Session;
  readonly into: LandingInto;
  /** By step: what the last publication has told. */
  readonly drift: ReadonlyMap<string, readonly Drift[]>;
  readonly trace: (point: string) => void | Promise<void>;
}

/** Lets work land rows in tables of one catalog for as long as it goes; what waits when it ends is gone. */
export async function landOn<Result>(landing: Landing, work: (lander: Lander) => Promise<Result>): Promise<Result> {
  const { session, into } = landing;
  const waiting = new Map(into.tables.map((table, index) => [table.step, new Waiting(session, table, index)]));
  const of = (step: string): Waiting => waiting.get(step) as Waiting;
  const drift = new Map(landing.drift);
  const reopen = async (): Promise<void> => {
    for (const one of waiting.values()) await one.open();
  };
  await reopen();
  try {
    return await work({
      rows: (step, chunk) => of(step).add(chunk),
      emptied: (step, how) => void of(step).emptied.push(how),
      publish: async (part) => {
        for (const one of waiting.values()) one.flush();
        const published = await publish(part, { ...landing, drift }, [...waiting.values()]);
        for (const { step, details } of published) drift.set(step, details.drift ?? []);
        for (const one of waiting.values()) if (one.rows > 0 || one.emptied.length > 0) await one.open();
        return published;
      },
      discard: reopen,
    });
  } finally {
    for (const one of waiting.values()) one.close();
  }
}

async function publish(
  part: LandingPart,
  landing: Landing,
  waiting: readonly Waiting[],
): Promise<readonly Publication[]> {
  const { session, into, trace } = landing;
  const filled = waiting.filter(({ rows, emptied }) => rows > 0 || emptied.length > 0);
  const vanished = part.others ? waiting.filter(({ table }) => part.of?.includes(table.step)) : [];
  const named = waiting.filter(({ table }) => part.besides?.includes(table.step));
  await trace('staged');
  const published = await session.transaction(async () => {
    const warnings = new Map<string, string[]>();
    for (const one of new Set([...filled, ...vanished]))
      warnings.set(one.table.step, await complete(one, part, session));
    const counted = waiting.filter(({ rows }) => rows > 0).map(({ table }) => table);
    const sequences = await touchFences(session, into, counted);
    await trace('fenced');
    const landed: Landed[] = [];
    for (const one of new Set([...filled, ...vanished, ...named])) {
      const { table, rows } = one;
      const sequence = sequences.get(scopeOf(table.target)) as bigint;
      if (rows > 0) await insert(one, sequence, landing);
      const told = warnings.get(table.step) ?? [];
      landed.push({ table, rows, sequence, drift: driftOf(one, part, landing), warnings: told });
    }
    await trace('written');
    await session.run(recordSql(into, part, landed));
    await trace('before-commit');
    return landed.map((one) => publicationOf(into, part, one));
  });
  await trace('committed');
  return published;
}

/** What rows lack, and rows that nobody has sent; gives what people should know. */
async function complete(waiting: Waiting, { keys, others }: LandingPart, session: Session): Promise<string[]> {
  const { step } = waiting.table;
  const key = keys.get(step);
  if (key) {
    waiting.rows += await tellEmptied(session, waiting, key);
    if (others) waiting.rows += await tellVanished(session, waiting, { key, how: others });
  }
  await fillKept(session, waiting, key);
  if (key || (!others && waiting.emptied.length === 0)) return [];
  const there = await session.number(`select count(*) from (from ${dialect.place(waiting.table.target)} limit 1)`);
  if (there + waiting.rows === 0 || (others && there === 0)) return [];
  return [`${step}: rows that are gone cannot be told, as nothing says by which columns they are known`];
}

async function insert(waiting: Waiting, sequence: bigint, { session, into }: Landing): Promise<void> {
  const { table, name } = waiting;
  const names = Object.keys(table.columns);
  const kept = identifier(onTheWay.kept);
  const unread = identifier(unreadText);
  const split = (text: string, by: string): string => `coalesce(string_split(${text}, ${by}), [])`;
  // What was not sent, and is found nowhere, is as little known as what cannot be read.
  const both = `list_concat(${split(unread, `chr(${between.charCodeAt(0)})`)}, ${split(`rtrim(${kept}, chr(10))`, 'chr(10)')})`;
  const cells = {
    ...Object.fromEntries(names.map((column) => [column, identifier(column)])),
    [hidden.row]: hidden.row,
    [hidden.original]: `case when ${kept} is null then ${hidden.original} else coalesce(${hidden.original}, ${jsonOf(names, identifier)}) end`,
    [hidden.unread]: `case when ${unread} is not null or ${kept} is not null then ${both} end`,
    [hidden.run]: literal(into.run.runSeq),
    [hidden.sequence]: literal(sequence),
  };
  const scan = `select ${Object.values(cells).join(', ')} from ${name}`;
  const sql = insertSql(dialect.place(table.target), listed(Object.keys(cells)).split(', '), scan);
  const { rowsChanged } = await session.run(sql);
  if (rowsChanged !== waiting.rows) throw new Error(`${table.step}: ${rowsChanged} rows of ${waiting.rows}`);
}

/** As of files: a new column is said once, one that is gone for as long as it is. */
function driftOf({ table }: Waiting, { differences, at }: LandingPart, { into, drift }: Landing): readonly Drift[] {
  const found = differences.get(table.step);
  const { step: source, columns, refusesNew } = table;
  const input = { source, columns, ...(refusesNew ? { refusesNew } : {}) };
  const looked = { input, read: found ? 1 : 0, empty: [], differences: found ?? [] };
  const before = drift.get(source) ?? [];
  return driftAfter(before, [looked], { run: into.run.runId, since: at.toString() });
}
