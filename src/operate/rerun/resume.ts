import { EsteiraError } from '../../errors.ts';
import { allSteps, isEndless, select, stepsOf } from '../../graph/index.ts';
import type { RunRecord, StepState } from '../../ports/index.ts';
import { modelsOf, type Project, type Rerun } from '../../run/index.ts';
import { carryOut, emitNote, type Work } from '../carry-out.ts';
import { jobOf, runNamed } from '../names.ts';
import type { Context, Input, RunView } from '../views.ts';
import { isBackfill, isKeeper, isRerun, isReset } from './called.ts';

/** Goes on with a run at the first step that is not published. Throws RESUME_IMPOSSIBLE for one that has ended, or with `asWas` when a definition has changed. */
export async function resume(project: Project, input: Input<'resume'>, context: Context): Promise<RunView> {
  const record = input.run === undefined ? await newest(project) : await runNamed(project, input.run);
  await refuseEnded(record, project);
  const { anyway = false } = input;
  const work: Work = { ...workOf(record, project), anyway };
  const changed = await changedSince(record, work, project);
  if (input.asWas && changed.length > 0) throw notAsWas(record, changed);
  for (const text of changed) emitNote(context, `${text}: what is not published yet is done as it is defined now`);
  for (;;) {
    const view = await carryOut(work, project, context);
    if (view.runId === record.runId || view.state !== 'succeeded') return view;
    emitNote(context, `The interrupted run of ${view.date} is finished; now the one that was asked for.`);
  }
}

/** Interrupted runs before those that failed, and of these only the last of its job. */
async function newest(project: Project): Promise<RunRecord> {
  const own = await project.state.going(project.holder);
  // Runs of a backfill have no leases of their own.
  const ours = new Set(
    own.flatMap(({ runId, job }) => [runId, ...(isBackfill(job) ? [job.slice(job.indexOf(' ') + 1)] : [])]),
  );
  const going = await project.state.runs({ state: 'running', limit: 1000 });
  const [interrupted] = going.filter(({ runId, job }) => !ours.has(runId) && !ours.has(job) && !isKeeper(job));
  if (interrupted) return interrupted;
  const failed = await project.state.runs({ state: 'failed', last: true, limit: 1000 });
  const [run] = failed.filter(({ job }) => !isKeeper(job));
  if (run) return run;
  throw new EsteiraError('RESUME_IMPOSSIBLE', {
    what: 'No run is unfinished: none was interrupted, and the last of each job did not fail.',
    next: '`esteira runs` lists them; `esteira run <job>` begins one.',
  });
}

/** One that is superseded is answered with the one in its place. */
async function refuseEnded({ runId, job, state, logicalTime }: RunRecord, project: Project): Promise<void> {
  if (isKeeper(job))
    throw new EsteiraError('RESUME_IMPOSSIBLE', {
      what: 'That is no run of steps: it keeps tables while another command works.',
      where: `run ${runId}, ${job}`,
      next: isReset(job)
        ? 'Give the reset again: what is gone already stays gone.'
        : `esteira ${job} --resume goes on with the dates that are left.`,
    });
  if (state === 'running' || state === 'failed') return;
  const others = state === 'superseded' ? await project.state.runs({ job, logicalTime, limit: 1 }) : [];
  const after = others.find((one) => one.state !== 'superseded');
  const how = { succeeded: 'has succeeded', cancelled: 'was stopped', superseded: 'was begun anew' }[state];
  throw new EsteiraError('RESUME_IMPOSSIBLE', {
    what: `The run ${how}: nothing of it is left to do.`,
    where: `run ${runId} of ${job}`,
    ...(after ? { got: `run ${after.runId} is in its place` } : {}),
    next: after ? `esteira show ${after.runId}` : '`esteira runs` lists the runs; `esteira run <job>` begins one.',
  });
}

/** What the run was to do, by the definitions of today. */
function workOf(record: RunRecord, project: Project): Work {
  const { job: name, date, logicalTime, zone, reason, params } = record;
  const common = { job: name, tick: { date, logicalTime, zone }, reason, params };
  if (isRerun(name)) {
    const planned = new Map((record.plan as readonly Planned[]).map(({ step, rerun }) => [step, rerun]));
    const reruns = [...planned].flatMap(([step, rerun]) => (rerun ? [[step, rerun] as const] : []));
    const steps = allSteps(project.graph).filter(({ node }) => planned.has(node.id));
    return { ...common, steps, reruns: new Map(reruns) };
  }
  const [of = '', chosen = ''] = name.split(':');
  const job = jobOf(project, of);
  const words = chosen ? chosen.split(',') : [];
  return {
    ...common,
    steps: select(stepsOf(project.graph, job).steps, words),
    ...(isEndless(job) ? { again: true } : {}),
  };
}
interface Planned {
  readonly step: string;
  readonly rerun?: Rerun;
}

/** What is other than when the run began, of what it has not done yet. */
async function changedSince(record: RunRecord, work: Work, project: Project): Promise<readonly string[]> {
  const models = await modelsOf(work.steps, project);
  const now = new Map(models.map((model) => [model.node.id, model.definition]));
  const was = await project.state.steps(record.runId);
  const known = new Set(was.map(({ step }) => step));
  const left = was.filter(({ state, step, definition }) => !isOver(state) && now.get(step) !== definition);
  return [
    ...left.map(({ step }) => `${step}: ${now.has(step) ? 'its definition has changed' : 'it is not a step any more'}`),
    ...[...now.keys()].filter((step) => !known.has(step)).map((step) => `${step}: it is a new step`),
  ];
}
const isOver = (state: StepState): boolean => state === 'done' || state === 'skipped';

const notAsWas = ({ runId, job }: RunRecord, changed: readonly string[]): EsteiraError =>
  new EsteiraError('RESUME_IMPOSSIBLE', {
    what: 'The run cannot go on as it was: definitions have changed since it began.',
    where: `run ${runId} of ${job}`,
    got: changed.slice(0, 5).join('\n'),
    next: 'Put the definitions back; or leave out --as-was: what is published stays, the rest is done as it is defined now.',
  });
