import { allSteps } from '../graph/index.ts';
import type { RunRecord } from '../ports/index.ts';
import { type Project, timetableFound } from '../run/index.ts';
import { waitsOf } from './approvals/waits.ts';
import { changesOf } from './changes.ts';
import { interruptedOf } from './interrupted.ts';
import { frozenModels } from './models/freeze.ts';
import { dueModels } from './models/list.ts';
import { publishedLabel } from './serve/served.ts';
import { servedEndpoints } from './serving/running.ts';
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
      const { timetable, trouble } = await timetableFound(job, project);
      const next = timetable.next(now);
      return {
        job: job.name,
        when: trouble ? `${trouble.code}: ${trouble.details.what} It goes by ${timetable.when}.` : timetable.when,
        ...(last ? { last: ranAs(last) } : {}),
        ...(newest && newest.job !== job.name ? { lastPart: { job: newest.job, ...ranAs(newest) } } : {}),
        ...(next ? { next: next.toString() } : {}),
      };
    }),
  );
  const drift = await driftOf(project);
  const due = await state.ticks.pending();
  const alerts = await alertsOf(project);
  const missed = await state.ticks.list({ state: 'skipped', limit: 5 });
  return {
    ...{ environment: project.environment, owner: project.owner, running, interrupted, jobs },
    ...{ waiting: due.map(tickView), missed: missed.map(tickView), drift, alerts },
    retrain: await dueModels(project),
    frozen: await frozenModels(project),
    owed: await owedOf(project),
    approvals: await waitsOf(project),
    changes: await changesOf(project),
    endpoints: await servedEndpoints(project),
  };
}

async function owedOf({ state, graph }: Project): Promise<StatusView['owed']> {
  const records = await state.published.all();
  return records.flatMap(({ store, model, owed }) =>
    owed ? [{ store, label: publishedLabel(graph, model), since: owed.since.toString(), error: owed.error }] : [],
  );
}

async function alertsOf({ state }: Project): Promise<StatusView['alerts']> {
  const open = await state.alerts.alerts({ open: true, limit: 100 });
  const undelivered = await state.alerts.undelivered({ state: 'waiting', limit: 1000 });
  const givenUp = await state.alerts.undelivered({ state: 'given up', limit: 1000 });
  return {
    open: open.map(({ monitor, raisedAt, latest }) => ({ monitor, since: raisedAt.toString(), what: latest.what })),
    ...{ waiting: undelivered.length, givenUp: givenUp.length },
  };
}

/** So many runs of a job, and of all, are asked: one that failed has steps that tell nothing, and a reprocess is no run of a job. */
const asked = { ofJob: 5, ofAll: 20 } as const;

/** As each table's newest publication has told it; of a source that several tables read each thing once. */
async function driftOf({ graph, state }: Project): Promise<StatusView['drift']> {
  const ofJobs = [...graph.jobs.keys()].map((job) => state.runs({ job, limit: asked.ofJob }));
  const runs = (await Promise.all([state.runs({ limit: asked.ofAll }), ...ofJobs])).flat();
  const newestFirst = new Map(
    runs.sort((one, other) => (one.runSeq < other.runSeq ? 1 : -1)).map((run) => [run.runId, run]),
  );
  const tables = allSteps(graph).length;
  const told = new Map<string, StatusView['drift']>();
  for (const runId of newestFirst.keys()) {
    if (told.size >= tables) break;
    for (const { step, details } of await state.steps(runId))
      if (details && !told.has(step)) told.set(step, details.drift ?? []);
  }
  const found = [...told.values()].flat();
  return [...new Map(found.map((one) => [`${one.source} ${one.how} ${one.column}`, one])).values()];
}

const ranAs = ({ runId, date, state, finishedAt }: RunRecord) => ({
  runId,
  date: date.toString(),
  state,
  ...(finishedAt ? { finishedAt: finishedAt.toString() } : {}),
});
