import type { Selectable } from 'kysely';
import type { Freeze, ModelStore } from '../../ports/index.ts';
import { nextNumber } from './alerting.ts';
import type { State } from './engine.ts';
import type { ModelFreezeRow } from './tables.ts';

const toFreeze = (row: Selectable<ModelFreezeRow>): Freeze => ({
  ...{ model: row.model, since: Temporal.Instant.from(row.since), runId: row.run_id, job: row.job },
  ...{ from: row.from_version, to: row.to_version, monitors: JSON.parse(row.monitors) as string[] },
  ...(row.days !== null && { days: Number(row.days) }),
  ...(row.thawed_at !== null && {
    thawed: {
      by: row.thawed_by ?? '',
      reason: row.thawed_reason ?? '',
      at: Temporal.Instant.from(row.thawed_at),
    },
  }),
});

/** `freezes` of the contract. */
export async function freezes(
  state: State,
  { model, open, limit }: Parameters<ModelStore['freezes']>[0],
): Promise<readonly Freeze[]> {
  let found = state.selectFrom('model_freeze').selectAll();
  if (model !== undefined) found = found.where('model', '=', model);
  if (open === true) found = found.where('thawed_at', 'is', null);
  const rows = await found.orderBy('model').orderBy('number', 'desc').limit(limit).execute();
  return rows.map(toFreeze);
}

/** With the move that takes a champion back; one freeze of a model at a time is enough. */
export async function freeze(state: State, { model, since, monitors, ...told }: Freeze): Promise<void> {
  await thawOpen(state, model, { by: told.job, reason: 'frozen again', at: since });
  await state
    .insertInto('model_freeze')
    .values({
      number: ({ selectFrom }) => selectFrom('model_freeze').select(nextNumber).where('model', '=', model),
      ...{ model, since: since.toString(), run_id: told.runId, job: told.job, monitors: JSON.stringify(monitors) },
      ...{ from_version: told.from, to_version: told.to, days: told.days ?? null },
    })
    .execute();
}

export async function thawOpen(
  state: State,
  model: string,
  { by, reason, at }: NonNullable<Freeze['thawed']>,
): Promise<void> {
  await state
    .updateTable('model_freeze')
    .set({ thawed_at: at.toString(), thawed_by: by, thawed_reason: reason })
    .where('model', '=', model)
    .where('thawed_at', 'is', null)
    .execute();
}
