import type { AnyTable, Job } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { allSteps, type GraphStep, isEndless, stepsOf } from '../../graph/index.ts';
import { invalidPlaceOf, placeOf } from '../../plan/index.ts';
import type { Tick } from '../../plan/ticks.ts';
import type { Publication } from '../../ports/index.ts';
import { modelsOf, Progress, type Project } from '../../run/index.ts';
import { carryOut } from '../carry-out.ts';
import { parseDate } from '../names.ts';
import { tickAsked } from '../run.ts';
import type { Context, Input, ReprocessView, RunView } from '../views.ts';
import { stepViews } from '../views-of.ts';
import { nameOfRerun } from './called.ts';
import { type Chosen, choose, impossible, type Scope } from './choose.ts';
import { countsOf } from './counts.ts';
import { datesBetween } from './dates.ts';
import { resume } from './resume.ts';

/**
 * Builds again what is named, and everything below it, from what bronze has, whatever was read before; or judges the invalid rows again. One run, under
 * the leases of all that it writes; each table is published in one transaction. With dates, tables whose rows are of single days are built for each
 * of them, in a run for each day, between what stands above them and below.
 */
export async function reprocess(project: Project, input: Input<'reprocess'>, context: Context): Promise<ReprocessView> {
  const dates = datesOf(input);
  const scope: Scope = { scope: input.scope, invalid: input.invalid === true, byDate: dates.length > 0 };
  const anyway = input.anyway ? { anyway: true } : {};
  const begun = await unfinished(scope, project);
  if (begun !== undefined && !input.dryRun) {
    const run = await resume(project, { run: begun, ...anyway }, context);
    if (dates.length === 0 && !(await isOfOldDefinitions(run, project))) return { steps: [], kept: [], run };
  }
  const chosen = await choose(scope, project);
  const view: ReprocessView = { steps: await described(chosen, project), kept: chosen.kept };
  if (input.dryRun) return view;
  let run: RunView | undefined;
  for (const { steps, tick } of await phasesOf(chosen, dates, project)) {
    const work = { job: nameOfRerun(scope), steps, tick, reason: 'reprocess', again: true } as const;
    run = await carryOut({ ...work, ...anyway, reruns: chosen.reruns }, project, context);
  }
  return { ...view, ...(run ? { run } : {}) };
}

/** What it had published before it was interrupted was defined otherwise. */
async function isOfOldDefinitions({ runId }: RunView, project: Project): Promise<boolean> {
  const models = await modelsOf(allSteps(project.graph), project);
  const now = new Map(models.map(({ node, definition }) => [node.id, definition]));
  return (await project.state.steps(runId)).some(({ step, definition }) => now.get(step) !== definition);
}

function datesOf({ from, to, invalid }: Input<'reprocess'>): readonly Temporal.PlainDate[] {
  if (from === undefined && to === undefined) return [];
  const wrong = (what: string): EsteiraError =>
    new EsteiraError('COMMAND_UNKNOWN', {
      what,
      next: 'esteira reprocess gold.days --from 2026-09-01 --to 2026-09-30',
    });
  if (invalid) throw wrong('Invalid rows are judged again of all dates: leave out --from and --to.');
  if (from === undefined || to === undefined) throw wrong('From which date to which?');
  const dates = datesBetween(parseDate(from), parseDate(to));
  if (dates.length === 0) throw wrong(`${from} is after ${to}.`);
  return dates;
}

interface Phase {
  readonly steps: readonly GraphStep[];
  readonly tick: Tick;
}

/** What stands above tables of single days, these for each date, and then what stands below them. */
async function phasesOf(
  { steps, reruns }: Chosen,
  dates: readonly Temporal.PlainDate[],
  project: Project,
): Promise<readonly Phase[]> {
  if (steps.length === 0) return [];
  const last = await lastTick(steps, project);
  const dated = steps.filter(({ node }) => reruns.get(node.id) === 'date');
  const below = new Set<string>();
  const met = new Set(dated.map(({ node }) => node.id));
  for (const { node, needs } of steps)
    if (!met.has(node.id) && needs.some((need) => met.has(need) || below.has(need))) below.add(node.id);
  const between = dated.find(({ needs }) => needs.some((need) => below.has(need)));
  if (between) throw impossible(between, 'what it reads is built from days itself');
  const others = steps.filter(({ node }) => !met.has(node.id));
  const days = dated.length > 0 ? await ticksOf(dated, dates, project) : [];
  return [
    { steps: others.filter(({ node }) => !below.has(node.id)), tick: last },
    ...days.map((tick) => ({ steps: dated, tick })),
    { steps: others.filter(({ node }) => below.has(node.id)), tick: last },
  ].filter((phase) => phase.steps.length > 0);
}

/** As the job that builds them has them. */
async function ticksOf(
  steps: readonly GraphStep[],
  dates: readonly Temporal.PlainDate[],
  project: Project,
): Promise<readonly Tick[]> {
  const { graph } = project;
  const builds = (job: Job): boolean => {
    const built = new Set(stepsOf(graph, job).steps.map(({ node }) => node.id));
    return steps.every(({ node }) => built.has(node.id));
  };
  const job = [...graph.jobs.values()].find((one) => !isEndless(one) && builds(one));
  if (!job) throw impossible(steps[0] as GraphStep, 'no job builds all of the tables whose rows are of single days');
  const ticks: Tick[] = [];
  for (const date of dates) ticks.push(await tickAsked(job, { job: job.name, date: date.toString() }, project));
  return ticks;
}

/**
 * One that was interrupted goes on as it was planned; so does one for invalid rows that failed: what it has judged already would not be found again, and
 * those below would be left out.
 */
async function unfinished(scope: Scope, project: Project): Promise<string | undefined> {
  const [last] = await project.state.runs({ job: nameOfRerun(scope), limit: 1 });
  const own = await project.state.going(project.holder);
  const isLeft = last?.state === 'running' || (last?.state === 'failed' && scope.invalid);
  return isLeft && !own.some(({ runId }) => runId === last.runId) ? last.runId : undefined;
}

async function described({ steps, reruns }: Chosen, project: Project): Promise<ReprocessView['steps']> {
  const tables = steps.filter(({ kind }) => kind !== 'view').map(({ node }) => node);
  const rows = await countsOf(
    tables.map((node) => ({ id: node.id, place: placeOf(node) })),
    project,
  );
  const setAside = tables.filter(({ definition }) => (definition as AnyTable).spec.invalid === 'set aside');
  const invalid = await countsOf(
    setAside.map((node) => ({ id: node.id, place: invalidPlaceOf(node, project.graph.suffix) })),
    project,
  );
  return stepViews(steps).map(({ step, label, kind }) => {
    const [own, refused] = [rows.get(step), invalid.get(step)];
    return {
      step,
      label,
      how: kind === 'view' ? 'view' : (reruns.get(step) ?? 'new'),
      ...(own === undefined ? {} : { rows: own }),
      ...(refused === undefined ? {} : { invalid: refused }),
    };
  });
}

/** Queries see the day that was processed last, as if they had been evaluated then. */
async function lastTick(steps: readonly GraphStep[], project: Project): Promise<Tick> {
  const nodes = steps.map(({ node }) => node);
  const progress = await Progress.load(
    project,
    nodes.map(({ catalog }) => catalog),
  );
  const newest = nodes
    .flatMap((node) => progress.latest(node) ?? [])
    .reduce<Publication | undefined>((last, one) => (last && last.runSeq > one.runSeq ? last : one), undefined);
  const record = newest && (await project.state.run(newest.runId));
  const logicalTime = newest?.logicalTime ?? project.clock.now();
  const zone = record?.zone ?? 'UTC';
  return { logicalTime, zone, date: record?.date ?? logicalTime.toZonedDateTimeISO(zone).toPlainDate() };
}
