import { EsteiraError } from '../../errors.ts';
import type { Going, Held, NewRun } from '../../ports/index.ts';
import type { State } from './engine.ts';

const jobScope = (job: string): string => `job:${job}`;
const tablePrefix = 'table:';
const scopesOf = (asked: NewRun): string[] => [
  ...new Set([
    ...[asked.job, ...(asked.keeps ?? [])].map(jobScope),
    ...asked.targets.map((target) => `${tablePrefix}${target}`),
  ]),
];

/** Refuses when this very process carries out a run of the job, or one that writes a table of it; any other holder is dead. */
export async function refuseWhileHeld(state: State, asked: NewRun): Promise<void> {
  const lease = await state
    .selectFrom('lease')
    .innerJoin('run', 'run.run_id', 'lease.run_id')
    .select(['lease.scope', 'lease.run_id', 'lease.since', 'run.job'])
    .where('lease.scope', 'in', scopesOf(asked))
    .where('lease.holder', '=', asked.holder)
    .orderBy('lease.scope')
    .limit(1)
    .executeTakeFirst();
  if (!lease) return;
  const table = lease.scope.startsWith(tablePrefix) ? lease.scope.slice(tablePrefix.length) : undefined;
  throw new EsteiraError('RUN_IN_PROGRESS', {
    what: table
      ? `Job ${lease.job} is running and writes ${table}, which ${asked.job} writes too.`
      : `Job ${lease.job} is running.`,
    where: `run ${lease.run_id}, since ${lease.since}`,
    next: 'Wait until it ends; `esteira status` shows how far it is.',
  });
}

/** Writes every lease of the run with one token, over those of dead holders. */
export async function takeLeases(state: State, asked: NewRun, runId: string, token: bigint): Promise<void> {
  const scopes = scopesOf(asked);
  await state.deleteFrom('lease').where('run_id', '=', runId).where('scope', 'not in', scopes).execute();
  const rows = scopes.map((scope) => ({
    scope,
    holder: asked.holder,
    run_id: runId,
    token,
    since: asked.now.toString(),
  }));
  await state
    .insertInto('lease')
    .values(rows)
    .onConflict((conflict) =>
      conflict.column('scope').doUpdateSet((value) => ({
        holder: value.ref('excluded.holder'),
        run_id: value.ref('excluded.run_id'),
        token: value.ref('excluded.token'),
        since: value.ref('excluded.since'),
      })),
    )
    .execute();
}

/** The runs that a holder carries out. */
export async function goingOf(state: State, holder: string): Promise<readonly Going[]> {
  const leases = await state
    .selectFrom('lease')
    .innerJoin('run', 'run.run_id', 'lease.run_id')
    .select(['lease.scope', 'lease.run_id', 'lease.since', 'run.job'])
    .where('lease.holder', '=', holder)
    .orderBy('lease.scope')
    .execute();
  return [...Map.groupBy(leases, (lease) => lease.run_id)].flatMap(([runId, [first, ...others]]) =>
    first
      ? {
          runId,
          job: first.job,
          since: Temporal.Instant.from(first.since),
          targets: [first, ...others]
            .filter(({ scope }) => scope.startsWith(tablePrefix))
            .map(({ scope }) => scope.slice(tablePrefix.length)),
        }
      : [],
  );
}

/** Throws FENCED unless the run's lease still has the holder's token, and the holder still owns the project. */
export async function requireToken(state: State, held: Pick<Held, 'runId' | 'job' | 'token'>): Promise<void> {
  const lease = await state
    .selectFrom('lease')
    .select(['run_id', 'token', 'holder'])
    .select((query) => query.selectFrom('owner').select('owner.holder').as('owner'))
    .where('scope', '=', jobScope(held.job))
    .executeTakeFirst();
  const hasToken = lease?.token === held.token;
  // Nobody need have gone on with the run yet: the new owner may write its tables by another job.
  const isFollowed = lease !== undefined && lease.owner !== null && lease.owner !== lease.holder;
  if (hasToken && !isFollowed) return;
  const [what, allowed] = !lease
    ? [`Run ${held.runId} of job ${held.job} has ended already.`, 'no token: nothing of it is left to write']
    : hasToken
      ? [`Another process owns the project since run ${held.runId} of job ${held.job} began.`, 'tokens of the owner']
      : [`Another process has taken over job ${held.job}.`, `token ${lease.token}, of run ${lease.run_id}`];
  throw new EsteiraError('FENCED', {
    what,
    where: `run ${held.runId}`,
    got: `token ${held.token}`,
    allowed,
    next: 'Nothing is lost: see `esteira runs` for what goes on in its place.',
  });
}
