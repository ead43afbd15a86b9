import type { StateStore } from '../../ports/index.ts';
import { tellOfRun } from './alerting.ts';
import type { State } from './engine.ts';
import { refuseUnlessOwner } from './owner.ts';
import { encodeOptional } from './rows.ts';

/** `askToStop` of the contract: the first who asks is named. */
export async function askToStop(state: State, runId: string, by: string): Promise<boolean> {
  const isGoing = state.updateTable('run').where('run_id', '=', runId).where('state', '=', 'running');
  await isGoing.set({ cancel_by: by }).where('cancel_by', 'is', null).execute();
  const row = await state.selectFrom('run').select('state').where('run_id', '=', runId).executeTakeFirst();
  return row?.state === 'running';
}

/** `abandon` of the contract. */
export async function abandon(
  state: State,
  runId: string,
  { holder, as, error, now, telling }: Parameters<StateStore['abandon']>[1],
): Promise<void> {
  await refuseUnlessOwner(state, holder);
  await state
    .updateTable('run')
    .set({ state: as, finished_at: now.toString(), error: encodeOptional(error) })
    .where('run_id', '=', runId)
    .where('state', '=', 'running')
    .execute();
  await state
    .updateTable('step')
    .set({ state: 'pending' })
    .where('run_id', '=', runId)
    .where('state', '=', 'running')
    .execute();
  await state.deleteFrom('lease').where('run_id', '=', runId).where('holder', '<>', holder).execute();
  await tellOfRun(state, telling, now);
}
