import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Endpoint, Job } from '../../../define/index.ts';
import { isEndless } from '../../../graph/index.ts';
import { isScheduled, nextTick, whenText } from '../../../plan/ticks.ts';
import type { Project } from '../../../run/index.ts';
import { doctor } from '../../doctor/doctor.ts';
import { labelOfModel, type ModelNode, modelNodes } from '../../models/find.ts';
import { counted, moment } from '../../numbers.ts';
import { servedEndpoints } from '../../serving/running.ts';
import type { Context, DoctorView, EndpointView } from '../../views.ts';
import type { ItemState, ItemView } from '../views.ts';
import { type Drilled, drill } from './drills.ts';

type Findings = DoctorView['findings'];
/** One item as it is found; `at` is the same of all. */
type Found = Pick<ItemView, 'item' | 'state' | 'what'> & Partial<Pick<ItemView, 'limit' | 'evidence' | 'next' | 'run'>>;
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
  for (const endpoint of endpoints) found.push(polls(endpoint, served));
  found.push(await logged(project, jobs, endpoints));
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

function variables({ variables: used }: Project, findings: Findings): Found {
  const names = [...(used?.keys() ?? [])].toSorted();
  const missing = findings.filter(({ ok, found }) => !ok && /VARIABLE_MISSING|variable/i.test(found));
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
  const others = findings.filter(({ what, found }) => what !== 'owner' && !/VARIABLE_MISSING/.test(found));
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
      ? `esteira start keeps the schedules (process ${owner.pid}); it stands for the scheduler of Airflow, of which nothing is needed`
      : seen
        ? `the schedules were looked at last ${moment(seen.toString())}`
        : 'nobody has ever kept the schedules',
    limit: `looked at within ${lately} seconds`,
    evidence: said(kept),
    next: isKept ? [] : ['esteira start'],
  };
}

async function active({ state, clock }: Project, job: Job): Promise<Found> {
  const seen = (await state.ticks.seen()).get(job.name);
  const next = nextTick(job, clock.now());
  const [last] = await state.runs({ job: job.name, limit: 1 });
  return {
    ...{ item: `${job.name} is active`, state: stateOf(seen !== undefined) },
    what: seen
      ? `due ${next ? moment(next.toString()) : 'no more'} (${whenText(job)}); looked at up to ${moment(seen.toString())}`
      : 'no schedule of it was ever kept: esteira start has not run since it was written',
    evidence: last ? [`its last run: ${last.runId} for ${last.date}, ${last.state}`] : ['it has never run'],
    next: seen ? [] : ['esteira start'],
  };
}

function polls({ name, facts }: Endpoint, served: readonly EndpointView[]): Found {
  const own = served.find(({ endpoint }) => endpoint === name);
  const processes = own?.processes ?? [];
  const every = typeof facts.reload.every === 'string' ? facts.reload.every : `what ${facts.reload.every.setting} says`;
  return {
    ...{ item: `${name} is served, and looks for new versions`, state: stateOf(processes.length > 0) },
    what:
      processes.length > 0
        ? `${counted(processes.length, 'process', 'processes')}, each looking every ${every}`
        : (own?.trouble ?? (own?.seen ? `nobody since ${moment(own.seen)}` : 'no process has ever served it')),
    evidence: processes.map(({ process, address, version }) => `${address ?? process}: version ${version ?? 'none'}`),
    next: processes.length > 0 ? [] : [`esteira endpoint ${name}`],
  };
}

/** Files that the configuration names for jobs and endpoints of the pipeline. */
async function logged(
  { logs, clock, folder }: Project,
  jobs: readonly Job[],
  endpoints: readonly Endpoint[],
): Promise<Found> {
  const names = [...jobs, ...endpoints].map(({ name }) => name);
  const own = names.flatMap((name) => logs?.get(name)?.describe ?? []);
  const places = [...new Set(own)];
  const found = await Promise.all(
    places.map(async (place) => ({ place, at: await changedAt(path.resolve(folder, place)) })),
  );
  const missing = found.filter(({ at }) => at === undefined);
  return {
    ...{ item: 'logs are written', state: places.length === 0 ? 'unknown' : stateOf(missing.length === 0) },
    what:
      places.length === 0
        ? 'esteira.config.ts names no file for its jobs or endpoints'
        : missing.length > 0
          ? `nothing is in ${missing.map(({ place }) => place).join(', ')}`
          : `${counted(places.length, 'file')}, at ${moment(clock.now().toString())}`,
    evidence: found.map(({ place, at }) => `${place}: ${at ? `last written ${moment(at)}` : 'not there'}`),
    next: [],
  };
}
async function changedAt(place: string): Promise<string | undefined> {
  const found = await stat(place).catch(() => undefined);
  return found && found.size > 0 ? found.mtime.toISOString() : undefined;
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
