import { EsteiraError } from '../../errors.ts';
import type { Disagreement } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';
import { disagreementOf } from '../reconcile.ts';
import { isRerun } from '../rerun/called.ts';
import type { Finding } from './finding.ts';
import { NotReady } from './finding.ts';

const next = 'esteira doctor --reconcile; until then runs may be refused, and nothing is lost.';

/** Do the state and the warehouse know the same runs? With `reconcile` they do afterwards. */
export async function agreement(project: Project, reconcile: boolean): Promise<readonly Finding[]> {
  const { state } = project;
  const found = await disagreementOf(project);
  const { token, runSeq } = await state.keeping.numbers();
  const texts = [...olderState(found, { token, runSeq }, project), ...olderWarehouse(found)];
  if (texts.length === 0) {
    const [last] = await state.runs({ limit: 1 });
    const found = `${state.describe}, ${last ? `last run ${last.runId} ${last.state}` : 'no run yet'}`;
    return [{ what: 'state', ok: true, found }];
  }
  if (!reconcile) throw new NotReady(texts.join('; '), next);
  await refuseWhileRunning(project);
  await state.keeping.reconcile(project.holder, found, project.clock.now());
  return [
    { what: 'reconciled', ok: true, found: `${texts.join('; ')}. The state says now what the warehouse does.` },
    ...(await leftToDo(found, project)),
  ];
}

function olderState(
  { unknown, token, runSeq }: Disagreement,
  given: { readonly token: bigint; readonly runSeq: bigint },
  { state }: Project,
): readonly string[] {
  const newest = unknown.at(-1);
  if (newest) {
    const runs = unknown.length === 1 ? 'a run has' : `${unknown.length} runs have`;
    const last = `${newest.runId} (${newest.job} ${newest.date})`;
    return [`${state.describe} is older than the warehouse: ${runs} published that it does not know, the last ${last}`];
  }
  if (token <= given.token && runSeq <= given.runSeq) return [];
  return [
    `${state.describe} is older than the warehouse: it would give numbers that were given already (${given.token} of ${token} tokens, ${given.runSeq} of ${runSeq} runs)`,
  ];
}

function olderWarehouse({ lost, beyond }: Disagreement): readonly string[] {
  const [first] = lost;
  if (first) {
    const runs = lost.length === 1 ? 'a run' : `${lost.length} runs`;
    return [`the warehouse is older than the state: it does not have what ${runs} published, the first ${first.runId}`];
  }
  return beyond.length === 0
    ? []
    : [`the warehouse is older than the state: ${beyond.length} steps were to read rows that it does not have`];
}

/** What goes on now is between the two, and nothing is wrong with it. */
async function refuseWhileRunning({ state, holder }: Project): Promise<void> {
  const [going] = await state.going(holder);
  if (!going) return;
  throw new EsteiraError('RUN_IN_PROGRESS', {
    what: `Job ${going.job} is running: state and warehouse are compared when nothing is.`,
    where: `run ${going.runId}, since ${going.since}`,
    next: 'Wait until it ends, or stop it: esteira cancel. Then esteira doctor --reconcile',
  });
}

const shown = 10;

/** Each run that is to be done again is named, and what does it. */
async function leftToDo({ lost, unknown }: Disagreement, { state }: Project): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { runId, steps } of lost.slice(0, shown)) {
    const run = await state.run(runId);
    if (run === undefined) continue;
    const found = `run ${runId} of ${run.date}: ${steps.length === 1 ? steps[0] : `${steps.length} steps`} to be done again`;
    findings.push({ what: run.job, ok: false, found, next: `esteira resume ${runId}` });
  }
  if (lost.length > shown)
    findings.push({
      what: 'runs',
      ok: false,
      found: `${lost.length - shown} more are to be done again`,
      next: 'esteira runs lists them as failed; esteira backfill <job> --from … --to … builds their dates in order',
    });
  for (const { runId, job } of unknown.filter(({ isWhole }) => !isWhole).slice(0, shown))
    findings.push({
      what: job,
      ok: false,
      found: `run ${runId} had not published all that it builds`,
      next: `esteira resume ${runId}`,
    });
  for (const { runId, job } of unknown.filter((run) => isRerun(run.job)).slice(0, shown))
    findings.push({
      what: job,
      ok: false,
      found: `run ${runId} is taken for done: nobody knows whether it was`,
      next: `esteira ${job}, unless you know that it had ended`,
    });
  return findings;
}
