import { nextTick, whenText } from '../plan/ticks.ts';
import type { RunRecord } from '../ports/index.ts';
import type { Project } from '../run/index.ts';
import { interruptedOf } from './interrupted.ts';
import type { StatusView } from './views.ts';
import { runView, tickView } from './views-of.ts';

export async function status(project: Project): Promise<StatusView> {
  const { graph, state } = project;
  const now = project.clock.now();
  const going = await state.runs({ state: 'running', limit: 200 });
  const left = await interruptedOf(going, project);
  const open = await Promise.all(going.map(async (run) => runView(run, await state.steps(run.runId), left)));
  const [running, interrupted] = [open.filter(({ runId }) => !left.has(runId)), open.filter((run) => run.interrupted)];
  const jobs = await Promise.all(
    [...graph.jobs.values()].map(async (job) => {
      const [last] = await state.runs({ job: job.name, limit: 1 });
      const [newest] = await state.runs({ job: job.name, parts: true, limit: 1 });
      const next = nextTick(job, now);
      return {
        job: job.name,
        when: whenText(job),
        ...(last ? { last: ranAs(last) } : {}),
        ...(newest && newest.job !== job.name ? { lastPart: { job: newest.job, ...ranAs(newest) } } : {}),
        ...(next ? { next: next.toString() } : {}),
      };
    }),
  );
  const drift = await driftOf(jobs, project);
  const waiting = await state.ticks.pending();
  const missed = await state.ticks.list({ state: 'skipped', limit: 5 });
  return {
    ...{ environment: project.environment, owner: project.owner, running, interrupted, jobs },
    ...{ waiting: waiting.map(tickView), missed: missed.map(tickView), drift },
  };
}

/** As the steps of the last runs have told it; of a source that several tables read each thing once. */
async function driftOf(jobs: StatusView['jobs'], { state }: Project): Promise<StatusView['drift']> {
  const last = jobs.flatMap(({ last, lastPart }) => [last, lastPart].flatMap((run) => (run ? [run.runId] : [])));
  const steps = await Promise.all([...new Set(last)].map((runId) => state.steps(runId)));
  const found = steps.flat().flatMap(({ details }) => details?.drift ?? []);
  return [...new Map(found.map((one) => [`${one.source} ${one.how} ${one.column}`, one])).values()];
}

const ranAs = ({ runId, date, state, finishedAt }: RunRecord) => ({
  runId,
  date: date.toString(),
  state,
  ...(finishedAt ? { finishedAt: finishedAt.toString() } : {}),
});
