import { allSteps, select, stepsOf } from '../graph/index.ts';
import { tickOf } from '../plan/ticks.ts';
import { standardText, timed } from '../plan/timed.ts';
import {
  type Disagreement,
  isOwing,
  type Publication,
  type PublishedRun,
  type Reason,
  type RunOf,
} from '../ports/index.ts';
import { isBeyond, Progress, type Project } from '../run/index.ts';

/** Runs that are compared at a time, by their numbers. */
const portion = 2000n;

interface Range {
  readonly after: bigint;
  readonly upTo: bigint;
}
/** Steps that a run has published. */
type Published = ReadonlySet<string>;

/** What is found on the way: a run may have another number here than there. */
interface Comparing {
  readonly project: Project;
  /** Steps that are published; a view is not. */
  readonly written: ReadonlySet<string>;
  /** Of runs that are not known by these numbers. */
  readonly foreign: Map<string, { readonly published: Published; readonly range: Range }>;
  readonly missing: { readonly runId: string; readonly steps: readonly string[] }[];
  readonly unfinished: { readonly runId: string; readonly isOpen: boolean; readonly published: Published }[];
}

/** Where the state and the warehouse do not say the same. Of runs that are kept no more nothing is known here, and nothing asked. */
export async function disagreementOf(project: Project): Promise<Disagreement> {
  const { keeping } = project.state;
  const numbers = await keeping.numbers();
  const greatest = await greatestOf(project);
  const steps = allSteps(project.graph).filter(({ kind }) => kind !== 'view');
  const written = new Set(steps.map(({ node }) => node.id));
  const comparing: Comparing = { project, written, foreign: new Map(), missing: [], unfinished: [] };
  const last = numbers.runSeq > greatest.runSeq ? numbers.runSeq : greatest.runSeq;
  for (let after = numbers.removed; after < last; after += portion)
    await compare({ after, upTo: after + portion }, comparing);
  const { foreign, missing } = comparing;
  const known = await keeping.known([...foreign.keys()]);
  const lost = missing
    .map(({ runId, steps: of }) => ({
      runId,
      steps: of.filter((step) => !foreign.get(runId)?.published.has(step)),
    }))
    .filter(({ steps: of }) => of.length > 0);
  return {
    ...greatest,
    unknown: await unknownOf(
      [...foreign].filter(([runId]) => !known.has(runId)),
      project,
    ),
    lost,
    beyond: await beyondOf(comparing, new Set(lost.map(({ runId }) => runId))),
  };
}

/** As their publications tell of them, the oldest first. */
async function unknownOf(
  runs: readonly (readonly [runId: string, { readonly range: Range }])[],
  project: Project,
): Promise<readonly PublishedRun[]> {
  const ids = new Set(runs.map(([runId]) => runId));
  const found = new Map<string, Map<string, Publication>>();
  for (const range of new Set(runs.map(([, of]) => of.range)))
    for (const catalog of project.graph.catalogs)
      for (const one of await project.warehouse.published(catalog, range))
        if (ids.has(one.runId)) found.set(one.runId, (found.get(one.runId) ?? new Map()).set(one.step, one));
  return [...found.values()].map((own) => toldBy([...own.values()], project)).toSorted(byNumber);
}

const byNumber = (one: PublishedRun, other: PublishedRun): number => (one.runSeq < other.runSeq ? -1 : 1);

async function greatestOf({ graph, warehouse }: Project): Promise<Pick<Disagreement, 'token' | 'runSeq'>> {
  const all = await Promise.all(graph.catalogs.map((catalog) => warehouse.greatest(catalog)));
  const most = (values: readonly bigint[]): bigint => values.reduce((a, b) => (a > b ? a : b), 0n);
  return { token: most(all.map(({ token }) => token)), runSeq: most(all.map(({ runSeq }) => runSeq)) };
}

/** The state is asked first: what it calls done was published before. */
async function compare(range: Range, { project, written, foreign, missing, unfinished }: Comparing): Promise<void> {
  const told = await project.state.keeping.told(range);
  const published = new Map<string, Set<string>>();
  for (const catalog of project.graph.catalogs)
    for (const [runId, steps] of await project.warehouse.stepsPublished(catalog, range))
      published.set(runId, new Set([...(published.get(runId) ?? []), ...steps]));
  for (const { runId, state, steps } of told) {
    const own: Published = published.get(runId) ?? new Set();
    published.delete(runId);
    if (!['succeeded', 'failed', 'running'].includes(state)) continue;
    const done = steps.filter((one) => one.state === 'done' && written.has(one.step));
    const absent = done.map(({ step }) => step).filter((step) => !own.has(step));
    const isOpen = state !== 'succeeded';
    if (absent.length > 0) missing.push({ runId, steps: absent });
    if (absent.length > 0 || isOpen) unfinished.push({ runId, isOpen, published: own });
  }
  for (const [runId, own] of published) foreign.set(runId, { published: own, range });
}

/** Of runs that will go on, steps that were to read what is not there any more. */
async function beyondOf(
  { project, unfinished }: Comparing,
  lost: ReadonlySet<string>,
): Promise<Disagreement['beyond']> {
  const open = unfinished.filter(({ runId, isOpen }) => isOpen || lost.has(runId));
  if (open.length === 0) return [];
  const progress = await Progress.load(project, project.graph.catalogs);
  const found: { runId: string; step: string }[] = [];
  for (const { runId, published } of open)
    for (const { step, bounds = [] } of await project.state.steps(runId))
      if (!published.has(step) && bounds.some((bound) => isBeyond(bound, { project, progress })))
        found.push({ runId, step });
  return found;
}

/** A run as its publications tell of it. */
function toldBy(publications: readonly Publication[], project: Project): PublishedRun {
  const [first] = publications as readonly [Publication, ...Publication[]];
  const { runId, runSeq, logicalTime } = first;
  const steps = publications.toSorted((a, b) => Temporal.Instant.compare(a.publishedAt, b.publishedAt));
  const published = new Set(steps.map(({ step }) => step));
  // Receipts of a delivery that is not at its end are no proof that it is.
  const owing = new Set(steps.filter(({ details }) => isOwing(details.delivered)).map(({ step }) => step));
  const { job, date, zone, reason } = publications.find(({ of }) => of)?.of ?? guessed(published, first, project);
  const needed = stepsNamed(job, project);
  return {
    ...{ runId, runSeq, job, date, zone, logicalTime, reason: reason as Reason },
    isWhole: needed.every((step) => published.has(step) && !owing.has(step)),
    steps: steps.map(({ step, definition, account, details, publishedAt }) => ({
      ...{ step, definition, account, details, publishedAt },
    })),
  };
}

/** What a job, or a part of it, publishes; nothing for what is none. */
function stepsNamed(name: string, { graph }: Project): readonly string[] {
  const [of = '', chosen = ''] = name.split(':');
  const job = graph.jobs.get(of);
  if (!job) return [];
  const all = stepsOf(graph, job).steps;
  const steps = chosen ? select(all, chosen.split(',')) : all;
  return steps.filter(({ kind }) => kind !== 'view').map(({ node }) => node.id);
}

/** An older Esteira did not say of what a run is: of the jobs that build all that it published, the one that builds least besides. */
function guessed(published: ReadonlySet<string>, { logicalTime }: Publication, project: Project): RunOf {
  const jobs = [...project.graph.jobs.keys()].map((name) => ({ name, steps: stepsNamed(name, project) }));
  const able = jobs.filter(({ steps }) => [...published].every((step) => steps.includes(step)));
  const [least] = able.toSorted((a, b) => a.steps.length - b.steps.length);
  const job = least && project.graph.jobs.get(least.name);
  if (job) return { job: job.name, ...tickOf(timed(job, standardText), { now: logicalTime }), reason: 'manual' };
  const date = logicalTime.toZonedDateTimeISO('UTC').toPlainDate();
  return { job: 'reprocess of before', date, zone: 'UTC', reason: 'reprocess' };
}
