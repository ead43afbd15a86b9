import type { Endpoint, Job } from '../../../define/index.ts';
import { isEndless } from '../../../graph/index.ts';
import { isScheduled } from '../../../plan/ticks.ts';
import { type Project, timetableFound } from '../../../run/index.ts';
import { doctor } from '../../doctor/doctor.ts';
import { labelOfModel, type ModelNode, modelNodes } from '../../models/find.ts';
import { counted, moment } from '../../numbers.ts';
import { servedEndpoints } from '../../serving/running.ts';
import type { Context, DoctorView } from '../../views.ts';
import type { ItemState, ItemView } from '../views.ts';
import { type Drilled, drill } from './drills.ts';
import type { Found } from './found.ts';
import { logged } from './logs.ts';
import { polls } from './served.ts';

type Findings = DoctorView['findings'];
const stateOf = (isGood: boolean): ItemState => (isGood ? 'ok' : 'failed');
const mostRuns = 1000;

/**
 * What is looked at before a pipeline is left to itself: each thing from what shows it, and gate and way back tried on a copy. Of a pipeline whose models are
 * trained by a schedule, or served.
 */
export async function activation(
  project: Project,
  { pipeline, jobs }: { readonly pipeline: string; readonly jobs: readonly Job[] },
  context: Context,
): Promise<readonly ItemView[]> {
  const { graph } = project;
  const trains = (job: Job, node: ModelNode): boolean => [...job.train, ...job.refine].includes(node.definition);
  const models = modelNodes(project).filter(
    (node) => node.catalog === pipeline && jobs.some((job) => isScheduled(job) && trains(job, node)),
  );
  const endpoints = [...graph.endpoints.values()].filter(({ facts }) => graph.nodeOf(facts.model).catalog === pipeline);
  if (models.length === 0 && endpoints.length === 0) return [];
  const others = [...graph.nodes.values()].filter(({ catalog }) => catalog !== pipeline);
  const ofOthers = new Set(others.map(({ definition }) => `source ${definition.name}`));
  const { findings: all } = await doctor(project, {});
  const brings = jobs.some(isEndless);
  // Processes that serve are an item of their own; what is brought in without end is of another pipeline where none of its jobs does.
  const findings = all.filter(
    ({ what }) =>
      !ofOthers.has(what) && !what.startsWith('endpoint ') && (brings || !['landing', 'changes'].includes(what)),
  );
  const training = jobs.filter((job) => isScheduled(job) && job.train.length > 0);
  const found: Found[] = [variables(project, findings), dependencies(findings), await scheduler(project, findings)];
  for (const job of training) found.push(await active(project, job));
  const served = await servedEndpoints(project);
  for (const endpoint of endpoints) found.push(await polls(project, endpoint, served));
  found.push(await logged(project, { jobs, endpoints }, served));
  for (const job of training) found.push(await byHand(project, job));
  for (const node of models) {
    const job = training.find((one) => one.train.includes(node.definition));
    if (job) found.push(...(await tried(project, node, job, context)));
  }
  found.push(watched(project, { jobs, models, endpoints }));
  const at = project.clock.now().toString();
  return found.map((one): ItemView => ({ kind: 'activation', evidence: [], next: [], at, ...one }));
}

const said = (findings: Findings): readonly string[] => findings.map(({ what, found }) => `${what}: ${found}`);
const nexts = (findings: Findings): readonly string[] => [...new Set(findings.flatMap(({ next }) => next ?? []))];

const isOfVariables = ({ what, found }: Findings[number]): boolean =>
  what.startsWith('variable ') || /VARIABLE_MISSING/.test(found);

function variables({ variables: used }: Project, findings: Findings): Found {
  const names = [...(used?.keys() ?? [])].toSorted();
  const missing = findings.filter((one) => !one.ok && isOfVariables(one));
  return {
    ...{ item: 'variables are set', state: stateOf(missing.length === 0) },
    what:
      missing.length === 0 ? `${counted(names.length, 'variable')} known, none is missing` : (said(missing)[0] ?? ''),
    evidence: missing.length === 0 ? [names.join(', ')] : said(missing),
    next: nexts(missing),
  };
}

/** Whatever else `esteira doctor` looks at: engine, stores, sources, what may have to be installed. */
function dependencies(findings: Findings): Found {
  const others = findings.filter((one) => one.what !== 'owner' && !isOfVariables(one));
  const bad = others.filter(({ ok }) => !ok);
  return {
    ...{ item: 'dependencies are there', state: stateOf(bad.length === 0) },
    what: bad.length === 0 ? `${counted(others.length, 'finding')} of esteira doctor, all good` : (said(bad)[0] ?? ''),
    evidence: said(bad.length > 0 ? bad : others),
    next: nexts(bad),
  };
}

/** The schedules are looked at by this process, or were a moment ago. */
const lately = 120;
async function scheduler({ owner, state, clock }: Project, findings: Findings): Promise<Found> {
  const seen = [...(await state.ticks.seen()).values()].toSorted(Temporal.Instant.compare).at(-1);
  const ago = seen?.until(clock.now()).total('seconds');
  const isKept = /\bstart\b/.test(owner.command) || (ago !== undefined && ago < lately);
  const kept = findings.filter(({ what }) => what === 'owner' || what === 'schedules');
  return {
    ...{ item: 'a scheduler runs', state: stateOf(isKept) },
    what: isKept
      ? `esteira start keeps the schedules (process ${owner.pid}); it replaces Airflow's scheduler`
      : seen
        ? `the schedules were looked at last ${moment(seen.toString())}`
        : 'nobody has ever kept the schedules',
    limit: `looked at within ${lately} seconds`,
    evidence: said(kept),
    next: isKept ? [] : ['esteira start'],
  };
}

/** A job, and those that it comes after. */
const leading = (job: Job): readonly Job[] => [
  job,
  ...job.triggers.flatMap((trigger) => (trigger.on === 'after' ? leading(trigger.of) : [])),
];

export async function active(project: Project, job: Job): Promise<Found> {
  const { state, clock } = project;
  const timetables = await Promise.all(leading(job).map(async (one) => (await timetableFound(one, project)).timetable));
  const when = timetables[0]?.when ?? '';
  const ticks = await state.ticks.seen();
  const earliest = (all: readonly Temporal.Instant[]) => all.toSorted(Temporal.Instant.compare)[0];
  const seen = earliest(leading(job).flatMap(({ name }) => ticks.get(name) ?? []));
  const next = earliest(timetables.flatMap((one) => one.next(clock.now()) ?? []));
  const [last] = await state.runs({ job: job.name, limit: 1 });
  return {
    ...{ item: `${job.name} is active`, state: stateOf(seen !== undefined && next !== undefined) },
    what: !next
      ? `it is never due again (${when})`
      : seen
        ? `due ${moment(next.toString())} (${when}); looked at up to ${moment(seen.toString())}`
        : 'no schedule of it was ever kept: esteira start has not run since it was written',
    evidence: last ? [`its last run: ${last.runId} for ${last.date}, ${last.state}`] : ['it has never run'],
    next: !next ? [`Correct the schedule of ${job.name}.`] : seen ? [] : ['esteira start'],
  };
}

async function byHand({ state }: Project, job: Job): Promise<Found> {
  const runs = await state.runs({ job: job.name, limit: mostRuns });
  const own = runs.find((run) => run.reason === 'manual' && run.state === 'succeeded');
  return {
    ...{ item: `a first run of ${job.name} by hand went well`, state: stateOf(own !== undefined) },
    what: own ? `run ${own.runId} for ${own.date} succeeded` : 'nobody has run it by hand, or it did not succeed',
    ...(own ? { run: own.runId, evidence: [`begun ${moment(own.createdAt.toString())}`] } : {}),
    next: own ? [] : [`esteira run ${job.name}`],
  };
}

/** By trainings on a copy: nothing of the project is changed, which its hash says. */
async function tried(project: Project, node: ModelNode, job: Job, context: Context): Promise<readonly Found[]> {
  const label = labelOfModel(project, node);
  const { gate, rollback, untouched } = await drill(project, node, job, context);
  const [before, after] = untouched;
  const same =
    before === after
      ? `the project itself is untouched: ${before}`
      : `the project changed meanwhile: ${before}, ${after}`;
  const item = (name: string, { evidence, ...drilled }: Drilled): Found => ({
    ...{ item: name, ...drilled },
    evidence: [`tried on a copy; ${same}`, ...evidence],
  });
  return [item(`the gate of ${label} refuses`, gate), item(`${label} can be taken back`, rollback)];
}

function watched(
  { graph, channels }: Project,
  of: { readonly jobs: readonly Job[]; readonly models: readonly ModelNode[]; readonly endpoints: readonly Endpoint[] },
): Found {
  const { jobs, models, endpoints } = of;
  const own = new Set<unknown>([...models.map(({ definition }) => definition), ...endpoints]);
  const monitors = [...graph.monitors.values()].filter(({ expect }) => expect.measure.of.some((one) => own.has(one)));
  const tellers = [...monitors, ...jobs].flatMap(({ name, tell }) => (tell === undefined ? [] : [{ name, tell }]));
  const deaf = tellers.filter(({ tell }) => (channels?.get(tell) ?? []).length === 0);
  const isGood = monitors.length > 0 && tellers.length > 0 && deaf.length === 0;
  return {
    ...{ item: 'monitoring is configured', state: stateOf(isGood) },
    what: `${counted(monitors.length, 'monitor')} of its models and endpoints; of ${tellers.length} monitors and jobs that tell a channel ${tellers.length - deaf.length} are heard`,
    evidence: [
      monitors.map(({ name }) => name).join('; '),
      ...deaf.map(({ name, tell }) => `${name} tells ${tell}, which nobody hears here`),
    ],
    next: isGood ? [] : ['esteira alerts test'],
  };
}
