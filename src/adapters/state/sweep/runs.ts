import { type ExpressionBuilder, sql } from 'kysely';
import type { Swept } from '../../../ports/index.ts';
import type { State } from '../engine.ts';
import type { Tables } from '../tables.ts';
import { bytesOf, inTurn, portion, Sum, type Sweeping } from './portion.ts';

type Runs = ExpressionBuilder<Tables & { r: Tables['run'] }, 'r'>;
/** Nothing waits for it, and the job has gone on since. */
const isPast = ({ and, exists, not, eb, selectFrom }: Runs, before: string) =>
  and([
    eb('r.finished_at', '<', before),
    eb('r.state', '<>', 'running'),
    exists(
      selectFrom('run as newer')
        .select('newer.run_id')
        .whereRef('newer.job', '=', 'r.job')
        .whereRef('newer.run_seq', '>', 'r.run_seq'),
    ),
    not(
      exists(
        selectFrom('tick')
          .select('tick.job')
          .whereRef('tick.run_id', '=', 'r.run_id')
          .where(sql<boolean>`tick.state in ('due', 'claimed')`),
      ),
    ),
  ]);
/** A date that has succeeded is never done by itself again: what says so stays. */
const saysDone = ({ and, eb }: Runs) =>
  and([
    eb('r.state', '=', 'succeeded'),
    eb('r.reason', 'in', ['manual', 'schedule', 'backfill']),
    eb('r.job', 'not like', 'backfill %'),
  ]);
/** What failed is over when the job has succeeded since. */
const isOver = ({ or, eb, exists, selectFrom }: Runs) =>
  or([
    eb('r.state', '<>', 'failed'),
    exists(
      selectFrom('run as later')
        .select('later.run_id')
        .whereRef('later.job', '=', 'r.job')
        .whereRef('later.run_seq', '>', 'r.run_seq')
        .where('later.state', '=', 'succeeded'),
    ),
  ]);

interface Range {
  readonly after: bigint;
  readonly upTo: bigint;
}
const runsOf = (state: State, { after, upTo }: Range) =>
  state.selectFrom('run as r').where('r.run_seq', '>', after).where('r.run_seq', '<=', upTo);

interface Old {
  readonly ids: readonly string[];
  readonly last: bigint;
}
const oldOf = async (state: State, range: Range, before: string, kind: 'whole' | 'bare'): Promise<Old> => {
  const rows = await runsOf(state, range)
    .select(['r.run_id', 'r.run_seq'])
    .where((of) => isPast(of, before))
    .$if(kind === 'whole', (runs) => runs.where((of) => of.not(saysDone(of))).where(isOver))
    .$if(kind === 'bare', (runs) =>
      runs
        .where(saysDone)
        .where((of) => of.exists(of.selectFrom('step').select('step.step').whereRef('step.run_id', '=', 'r.run_id'))),
    )
    .execute();
  const last = rows.reduce((most, { run_seq }) => (run_seq > most ? run_seq : most), 0n);
  return { ids: rows.map(({ run_id }) => run_id), last };
};

async function sizeOf(state: State, ids: readonly string[], withRuns: boolean): Promise<number> {
  if (ids.length === 0) return 0;
  const steps = await state
    .selectFrom('step')
    .select(bytesOf('definition', 'bounds', 'files', 'account', 'details', 'error').as('bytes'))
    .where('run_id', 'in', ids)
    .executeTakeFirstOrThrow();
  const runs = await state
    .selectFrom('run')
    .select(bytesOf('run_id', 'plan', 'params', 'settings', 'error').as('bytes'))
    .where('run_id', 'in', withRuns ? ids : [''])
    .executeTakeFirstOrThrow();
  return Number(steps.bytes) + Number(runs.bytes);
}

async function removeDetails(state: State, ids: readonly string[]): Promise<void> {
  for (const table of ['attempt', 'step', 'log'] as const)
    await state.deleteFrom(table).where('run_id', 'in', ids).execute();
  // What was never whole goes with the run that had begun it.
  await state.deleteFrom('model_version').where('run_id', 'in', ids).where('state', '=', 'training').execute();
}

/** What is removed here is known by the greatest of its numbers: nobody takes it for lost. */
async function noteRemoved(state: State, upTo: bigint): Promise<void> {
  const former = await state.selectFrom('noted').select('value').where('name', '=', 'removed').executeTakeFirst();
  if (former && BigInt(former.value) >= upTo) return;
  const value = String(upTo);
  await state
    .insertInto('noted')
    .values({ name: 'removed', value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

/** One portion of runs: those that leave, and those of which a line stays. */
async function sweepRange(state: State, range: Range, { before, dryRun }: Sweeping) {
  const { ids: whole, last } = await oldOf(state, range, before, 'whole');
  const { ids: bare } = await oldOf(state, range, before, 'bare');
  const bytes = { whole: await sizeOf(state, whole, true), bare: await sizeOf(state, bare, false) };
  const kept = await runsOf(state, range)
    .select(sql<string | null>`min(r.created_at)`.as('oldest'))
    .where('r.run_id', 'not in', ['', ...whole])
    .executeTakeFirst();
  if (!dryRun && bare.length > 0) {
    await removeDetails(state, bare);
    await state.updateTable('run').set({ plan: '[]', settings: '{}' }).where('run_id', 'in', bare).execute();
  }
  if (!dryRun && whole.length > 0) {
    await removeDetails(state, whole);
    await noteRemoved(state, last);
    await state.deleteFrom('run').where('run_id', 'in', whole).execute();
  }
  return {
    runs: { count: whole.length, bytes: bytes.whole, oldest: kept?.oldest ?? null },
    details: { count: bare.length, bytes: bytes.bare, oldest: null },
  };
}

export async function sweepRuns(sweeping: Sweeping): Promise<readonly Swept[]> {
  const [runs, details] = [new Sum(), new Sum()];
  const edge = (order: 'asc' | 'desc') =>
    sweeping.engine.read((state) =>
      state.selectFrom('run').select('run_seq').orderBy('run_seq', order).limit(1).executeTakeFirst(),
    );
  const [first, last] = [await edge('asc'), await edge('desc')];
  if (!first || !last) return [runs.view('runs'), details.view('details')];
  for (let after = first.run_seq - 1n; after < last.run_seq; ) {
    const range = await nextRange(sweeping, after);
    if (!range) break;
    const found = await inTurn(sweeping, (state) => sweepRange(state, range, sweeping));
    runs.add(found.runs);
    details.add(found.details);
    after = range.upTo;
  }
  return [runs.view('runs'), details.view('details')];
}

/** The next so many runs, unless all of them are younger. */
function nextRange({ engine, before }: Sweeping, after: bigint): Promise<Range | undefined> {
  return engine.read(async (state) => {
    const rows = await state
      .selectFrom('run')
      .select(['run_seq', 'created_at'])
      .where('run_seq', '>', after)
      .orderBy('run_seq')
      .limit(portion)
      .execute();
    const upTo = rows.at(-1)?.run_seq;
    return upTo !== undefined && rows.some(({ created_at }) => created_at < before) ? { after, upTo } : undefined;
  });
}
