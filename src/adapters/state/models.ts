import { type Selectable, sql } from 'kysely';
import type {
  Champion,
  Decided,
  Decision,
  Freeze,
  Held,
  LateJudged,
  LateVerdict,
  ModelMove,
  ModelStore,
  ModelVersion,
  Moved,
  NewMoves,
  NewThaw,
  TakenOver,
  Thawed,
} from '../../ports/index.ts';
import type { Engine, State } from './engine.ts';
import { freeze, freezes, thawOpen } from './freezes.ts';
import { requireToken } from './leases.ts';
import { encode } from './rows.ts';
import type { ModelMoveRow, ModelVersionRow } from './tables.ts';
import { takeOver } from './take-over.ts';

const instant = (text: string): Temporal.Instant => Temporal.Instant.from(text);

/** Who decides says all of it at once. */
const toDecision = (row: Selectable<ModelVersionRow>): Decision | undefined =>
  row.decided === null
    ? undefined
    : {
        decided: row.decided,
        by: row.decided_by ?? '',
        reason: row.decided_reason ?? '',
        at: instant(row.decided_at ?? ''),
      };
function toVerdict(text: string): LateVerdict {
  const { at, ...verdict } = JSON.parse(text) as Omit<LateVerdict, 'at'> & { readonly at: string };
  return { ...verdict, at: instant(at) };
}
function toVersion(row: Selectable<ModelVersionRow>): ModelVersion {
  const decision = toDecision(row);
  return {
    model: row.model,
    version: row.version,
    runId: row.run_id,
    state: row.state,
    createdAt: instant(row.created_at),
    ...(row.content_hash !== null && { contentHash: row.content_hash }),
    ...(row.about !== null && { about: JSON.parse(row.about) as unknown }),
    ...(decision && { decision }),
    ...(row.judged !== null && { judged: toVerdict(row.judged) }),
  };
}
const toMove = (row: Selectable<ModelMoveRow>): ModelMove => ({
  model: row.model,
  number: Number(row.number),
  ...(row.from_version !== null && { from: row.from_version }),
  to: row.to_version,
  by: row.moved_by,
  reason: row.reason,
  at: instant(row.at),
});

/** `20260310_0230`. */
function nameAt(logicalTime: string): string {
  const { year, month, day, hour, minute } = instant(logicalTime).toZonedDateTimeISO('UTC');
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${String(year).padStart(4, '0')}${two(month)}${two(day)}_${two(hour)}${two(minute)}`;
}

const versionOf = (state: State, model: string, version: string) =>
  state.selectFrom('model_version').selectAll().where('model', '=', model).where('version', '=', version);
const championOf = (state: State, model: string) =>
  state.selectFrom('model_champion').selectAll().where('model', '=', model).executeTakeFirst();

export class SqlModels implements ModelStore {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  begin(held: Held, model: string, now: Temporal.Instant): Promise<string> {
    return this.#engine.transaction('take', async (state) => {
      await requireToken(state, held);
      const own = await state
        .selectFrom('model_version')
        .select('version')
        .where('run_id', '=', held.runId)
        .where('model', '=', model)
        .executeTakeFirst();
      if (own) return own.version;
      const { logical_time } = await state
        .selectFrom('run')
        .select('logical_time')
        .where('run_id', '=', held.runId)
        .executeTakeFirstOrThrow();
      const name = nameAt(logical_time);
      const rows = await state.selectFrom('model_version').select('version').where('model', '=', model).execute();
      const taken = new Set(rows.map(({ version }) => version));
      let version = name;
      for (let number = 2; taken.has(version); number += 1) version = `${name}_${number}`;
      const written = { run_id: held.runId, state: 'training' as const, created_at: now.toString() };
      await state
        .insertInto('model_version')
        .values({ model, version, ...written })
        .execute();
      return version;
    });
  }

  complete(held: Held, done: Parameters<ModelStore['complete']>[1]): Promise<void> {
    return this.#engine.transaction('write', async (state) => {
      await requireToken(state, held);
      await state
        .updateTable('model_version')
        .set({ state: done.state, content_hash: done.contentHash, about: encode(done.about) })
        .where('model', '=', done.model)
        .where('version', '=', done.version)
        .where('run_id', '=', held.runId)
        .where('state', '=', 'training')
        .execute();
    });
  }

  decide({ model, version }: Parameters<ModelStore['decide']>[0], decision: Decision): Promise<Decided> {
    return this.#engine.transaction('take', async (state) => {
      const row = await versionOf(state, model, version).executeTakeFirst();
      const before = row && toDecision(row);
      if (before) return { decided: 'before', decision: before };
      if (row?.state !== 'candidate') return { decided: 'impossible', ...(row && { state: row.state }) };
      const { decided, by, reason, at } = decision;
      await state
        .updateTable('model_version')
        .set({ decided, decided_by: by, decided_reason: reason, decided_at: at.toString() })
        .$if(decided === 'rejected', (rejecting) => rejecting.set({ state: 'refused' }))
        .where('model', '=', model)
        .where('version', '=', version)
        .execute();
      return { decided: 'now' };
    });
  }

  judge({ model, version }: Parameters<ModelStore['judge']>[0], verdict: LateVerdict): Promise<LateJudged> {
    return this.#engine.transaction('take', async (state) => {
      const row = await versionOf(state, model, version).executeTakeFirst();
      if (row && row.judged !== null) return { judged: 'before', verdict: toVerdict(row.judged) };
      if (row?.state !== 'candidate') return { judged: 'impossible', ...(row && { state: row.state }) };
      await state
        .updateTable('model_version')
        .set({ judged: encode({ ...verdict, at: verdict.at.toString() }) })
        .$if(!verdict.passed, (refusing) => refusing.set({ state: 'refused' }))
        .where('model', '=', model)
        .where('version', '=', version)
        .execute();
      return { judged: 'now' };
    });
  }

  move(moves: NewMoves): Promise<Moved> {
    const { held } = moves;
    return this.#engine.transaction('take', async (state) => {
      if (held) await requireToken(state, held);
      for (const wanted of moves.models) {
        const refused = await refusal(state, wanted);
        if (refused) return refused;
      }
      for (const wanted of moves.models) await moveOne(state, wanted, moves);
      return { moved: 'all' };
    });
  }

  thaw({ model, puts, by, reason, now }: NewThaw): Promise<Thawed> {
    return this.#engine.transaction('take', async (state) => {
      const [open] = await freezes(state, { model, open: true, limit: 1 });
      if (!open) return { moved: 'not frozen' };
      const wanted = puts && { model, ...puts };
      const refused = wanted && (await refusal(state, wanted));
      if (refused) return refused;
      await thawOpen(state, model, { by, reason, at: now });
      if (wanted) await moveOne(state, wanted, { models: [wanted], by, reason, now });
      return { moved: 'all' };
    });
  }

  freezes(filter: Parameters<ModelStore['freezes']>[0]): Promise<readonly Freeze[]> {
    return this.#engine.read((state) => freezes(state, filter));
  }

  takeOver(taken: TakenOver): Promise<number> {
    return this.#engine.transaction('take', (state) => takeOver(state, taken));
  }

  champions(): Promise<ReadonlyMap<string, Champion>> {
    return this.#engine.read(async (state) => {
      const rows = await state.selectFrom('model_champion').selectAll().execute();
      return new Map(rows.map(({ model, version, number }) => [model, { version, number: Number(number) }]));
    });
  }

  version(model: string, version: string): Promise<ModelVersion | undefined> {
    return this.#engine.read(async (state) => {
      const row = await versionOf(state, model, version).executeTakeFirst();
      return row && toVersion(row);
    });
  }

  versions(filter: Parameters<ModelStore['versions']>[0]): Promise<readonly ModelVersion[]> {
    const { model, runId, state: wanted, limit } = filter;
    return this.#engine.read(async (state) => {
      let found = state.selectFrom('model_version').selectAll();
      if (model !== undefined) found = found.where('model', '=', model);
      if (runId !== undefined) found = found.where('run_id', '=', runId);
      if (wanted !== undefined) found = found.where('state', '=', wanted);
      // Of one moment the one whose id had to be told from others: `…_2` comes after `…`.
      const ordered = found
        .orderBy(sql`substr(created_at, 1, 19)`, 'desc')
        .orderBy(sql`length(version)`, 'desc')
        .orderBy('version', 'desc');
      const rows = await ordered.orderBy('model').limit(limit).execute();
      return rows.map(toVersion);
    });
  }

  moves({ model, limit }: Parameters<ModelStore['moves']>[0]): Promise<readonly ModelMove[]> {
    return this.#engine.read(async (state) => {
      const rows = await state
        .selectFrom('model_move')
        .selectAll()
        .where('model', '=', model)
        .orderBy('number', 'desc')
        .limit(limit)
        .execute();
      return rows.map(toMove);
    });
  }
}

type Wanted = NewMoves['models'][number];

/** Why it cannot be moved; nothing when it can. */
async function refusal(state: State, { model, from, to }: Wanted): Promise<Moved | undefined> {
  const champion = (await championOf(state, model))?.version;
  if (champion !== from) return { moved: 'overtaken', model, ...(champion === undefined ? {} : { champion }) };
  const found = await versionOf(state, model, to).executeTakeFirst();
  if (found && (found.state === 'candidate' || found.state === 'released')) return undefined;
  return { moved: 'unusable', model, version: to, ...(found && { state: found.state }) };
}

async function moveOne(state: State, { model, from, to, chain = [] }: Wanted, moves: NewMoves): Promise<void> {
  const number = ((await championOf(state, model))?.number ?? 0n) + 1n;
  const { by, reason, now, takesBack, held, freezes: freezing } = moves;
  const moved = { moved_by: by, reason, at: now.toString() };
  await state
    .insertInto('model_move')
    .values({ model, number, from_version: from ?? null, to_version: to, ...moved })
    .execute();
  await state
    .insertInto('model_champion')
    .values({ model, version: to, number })
    .onConflict((conflict) => conflict.column('model').doUpdateSet({ version: to, number }))
    .execute();
  const become = (version: string, as: 'released' | 'taken back') =>
    state
      .updateTable('model_version')
      .set({ state: as })
      .where('model', '=', model)
      .where('version', '=', version)
      .execute();
  if (!held && !takesBack) await thawOpen(state, model, { by, reason, at: now });
  if (held && freezing && from !== undefined)
    await freeze(state, { model, from, to, since: now, runId: held.runId, ...freezing });
  if (takesBack && from !== undefined) for (const version of [from, ...chain]) await become(version, 'taken back');
  await become(to, 'released');
}
