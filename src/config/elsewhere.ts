import { setTimeout as sleep } from 'node:timers/promises';
import { EsteiraError } from '../errors.ts';
import type { RunRecord, StateStore } from '../ports/index.ts';
import { said } from '../run/index.ts';
import { placeIn } from './place.ts';

/** Its owner looks every few seconds, and rolls its step back; in milliseconds. */
const longest = 60_000;
const look = 250;

interface Stopping {
  readonly folder: string;
  readonly environment?: string;
  /** The id of a run or its beginning, or a job; by default the only one that goes on. */
  readonly run?: string;
  readonly by: string;
  asked(run: RunRecord): void;
}
export interface StoppedElsewhere {
  readonly runId: string;
  readonly job: string;
  /** `running`: nobody has said yet that it has stopped. */
  readonly state: string;
}

/** Asks the owner of the project, on whatever machine, to stop a run, and waits until it has. The state alone is opened, and not owned. */
export async function stopElsewhere({ folder, environment, ...stopping }: Stopping): Promise<StoppedElsewhere> {
  const { place, of, variables } = await placeIn({ folder, ...(environment && { environment }) });
  try {
    const state = await of.state.open(place);
    try {
      return await stop(state, stopping);
    } finally {
      await state.close();
    }
  } catch (error) {
    throw said(error, { folder, redact: (text) => variables.redact(text) });
  }
}

async function stop(
  state: StateStore,
  { run, by, asked }: Omit<Stopping, 'folder' | 'environment'>,
): Promise<StoppedElsewhere> {
  const { runId, job, record } = await chosen(state, run);
  await state.askToStop(runId, by);
  asked(record);
  for (const until = performance.now() + longest; performance.now() < until; ) {
    const now = await state.run(runId);
    if (now?.state !== 'running') return { runId, job, state: now?.state ?? 'gone' };
    await sleep(look);
  }
  return { runId, job, state: 'running' };
}

/** A date that is being built is stopped with its backfill. */
async function chosen(state: StateStore, name: string | undefined) {
  const running = await state.runs({ state: 'running', limit: 1000 });
  const keepers = running.filter(({ job }) => job.startsWith('backfill '));
  const keeperOf = (run: RunRecord): RunRecord =>
    (run.reason === 'backfill' && keepers.find(({ job }) => job === `backfill ${run.job}`)) || run;
  const meant = running.filter((run) => name === undefined || run.job === name || run.runId.startsWith(name));
  const runs = [...new Set(meant.map(keeperOf))];
  const [record] = runs;
  if (record && runs.length === 1) return { runId: record.runId, job: record.job, record };
  throw new EsteiraError('CANCEL_IMPOSSIBLE', {
    what: record ? `${runs.length} runs go on: which?` : 'Nothing like that goes on.',
    ...(record && { allowed: runs.map(({ runId, job, date }) => `${runId} (${job} ${date})`).join('\n') }),
    next: record ? `esteira cancel ${record.runId}` : 'esteira runs, when its owner has ended',
  });
}
