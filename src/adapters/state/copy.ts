import { type AnyColumn, sql } from 'kysely';
import type { KeptRow, StateSnapshot } from '../../ports/index.ts';
import type { Engine, State } from './engine.ts';
import { newest } from './migrations.ts';
import type { Tables } from './tables.ts';

type Name = Exclude<keyof Tables, 'owner'>;
/** In the order in which they can be filled, each with what its rows are found by. Who owns a state is nobody's who has a copy. */
const keys: { readonly [Table in Name]: readonly AnyColumn<Tables, Table>[] } = {
  seq: ['name'],
  noted: ['name'],
  run: ['run_id'],
  step: ['run_id', 'step'],
  attempt: ['run_id', 'step', 'attempt'],
  lease: ['scope'],
  log: ['id'],
  backfill: ['backfill_id'],
  backfill_date: ['backfill_id', 'date'],
  tick: ['job', 'due'],
  schedule: ['job'],
  figure: ['monitor', 'number'],
  alert: ['alert_id'],
  outbox: ['notice_id', 'channel', 'member'],
  model_version: ['model', 'version'],
  model_champion: ['model'],
  model_move: ['model', 'number'],
  model_published: ['store', 'model'],
  model_freeze: ['model', 'number'],
  approval_line: ['approval', 'line'],
  approval_event: ['approval', 'line', 'version'],
  approval_read: ['approval'],
};
const tables = Object.keys(keys) as Name[];
const portion = 500;

type Row = Record<string, unknown>;

/** The rows after that one, in the order of their keys. */
async function next(state: State, table: Name, last: Row | undefined): Promise<readonly Row[]> {
  const key = keys[table] as readonly string[];
  // Tables differ in their columns, and here all are meant.
  let rows = state
    .selectFrom(table as 'run')
    .selectAll()
    .limit(portion);
  for (const column of key) rows = rows.orderBy(sql.ref(column));
  if (last) {
    const names = sql.join(key.map((column) => sql.ref(column)));
    const values = sql.join(key.map((column) => sql.val(last[column])));
    rows = rows.where(sql<boolean>`(${names}) > (${values})`);
  }
  return (await rows.execute()) as readonly Row[];
}

const asText = (value: unknown): string | null => (value === null ? null : String(value));

async function* rowsOf(state: State): AsyncGenerator<KeptRow> {
  for (const table of tables) {
    for (let last: Row | undefined; ; ) {
      const rows = await next(state, table, last);
      for (const one of rows) {
        // Lines of a log are numbered by each database for itself.
        const told = Object.entries(one).filter(([name]) => !(table === 'log' && name === 'id'));
        yield { table, row: Object.fromEntries(told.map(([name, value]) => [name, asText(value)])) };
      }
      last = rows.at(-1);
      if (rows.length < portion) break;
    }
  }
}

/** `snapshot` of the contract. */
export async function snapshot(engine: Engine): Promise<StateSnapshot> {
  const { state, end } = await engine.snapshot();
  try {
    const numbers = new Map(
      (await state.selectFrom('seq').selectAll().execute()).map(({ name, value }) => [name, value]),
    );
    return {
      version: newest,
      token: numbers.get('token') ?? 0n,
      runSeq: numbers.get('run') ?? 0n,
      rows: () => rowsOf(state),
      close: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Fills the tables of a state that has just been made. */
export async function load(state: State, rows: AsyncIterable<KeptRow>): Promise<void> {
  await state.deleteFrom('seq').execute();
  let table: string | undefined;
  let waiting: KeptRow['row'][] = [];
  const write = async (): Promise<void> => {
    if (waiting.length === 0) return;
    // What a row has is what its table has: another name is refused by the database.
    await state
      .insertInto(table as 'run')
      .values(waiting as never)
      .execute();
    waiting = [];
  };
  for await (const one of rows) {
    if (one.table !== table || waiting.length === portion) await write();
    table = one.table;
    waiting.push(one.row);
  }
  await write();
}
