import { placeText, type RunRecord } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';
import { timeText } from '../alerts/words.ts';
import { waitsOf, waitText } from '../approvals/waits.ts';
import { runNamed } from '../names.ts';
import { count, counted } from '../numbers.ts';
import { isRerun } from '../rerun/called.ts';
import type { Context, Input } from '../views.ts';
import { rowsAgain } from './again.ts';
import { arrivals } from './arrivals.ts';
import { muchDeleted } from './deleted.ts';
import { deliveredAgain } from './delivered-again.ts';
import { type Case, Evidence, type Found } from './evidence.ts';
import { manyInvalid } from './invalid.ts';
import { lostRows } from './lost.ts';
import { ranked } from './rank.ts';
import { slow, wentWrong } from './runs.ts';
import { brokenDefinitions, standing } from './standing.ts';
import type { DiagnosisView } from './views.ts';

/**
 * Says in sentences what is wrong, the most probable cause first: of one run, or of the newest run of each job and of the project itself. Only looks.
 */
export async function diagnose(
  project: Project,
  { run: asked }: Input<'diagnose'>,
  context: Pick<Context, 'signal'>,
): Promise<DiagnosisView> {
  const at = project.clock.now().toString();
  const broken = await brokenDefinitions(project);
  if (broken) {
    const evidence = { above: () => new Set<string>() };
    return {
      environment: project.environment,
      at,
      runs: [],
      findings: ranked([broken], evidence),
      well: [],
      waits: [],
    };
  }
  const evidence = await Evidence.of(project, context);
  const runs = asked === undefined ? await newestRuns(project) : [await runAsked(project, asked)];
  const cases: Case[] = [];
  for (const run of runs) cases.push(await evidence.caseOf(run));
  const found: Found[] = asked === undefined ? [...(await standing(evidence))] : [];
  for (const one of cases) found.push(...(await looksOf(one, evidence)));
  return {
    environment: project.environment,
    at,
    runs: runs.map(({ job, runId, date, state }) => ({ job, runId, date: date.toString(), state })),
    findings: ranked(found, evidence),
    well: cases.map(wellOf),
    waits: asked === undefined ? (await waitsOf(project)).filter(({ waiting }) => waiting > 0).map(waitText) : [],
  };
}

async function looksOf(one: Case, evidence: Evidence): Promise<readonly Found[]> {
  // Of tables that are not there nothing can be asked.
  if (await isMissing(one, evidence)) return wentWrong(one, evidence);
  return [
    ...(await wentWrong(one, evidence)),
    ...(await arrivals(one, evidence)),
    ...(await manyInvalid(one, evidence)),
    ...(await muchDeleted(one, evidence)),
    ...(await lostRows(one, evidence)),
    ...(await deliveredAgain(one, evidence)),
    ...(await rowsAgain(one, evidence)),
    ...slow(one),
  ];
}

/** A table that the run has published is not there any more. */
async function isMissing({ at }: Case, { project, models }: Evidence): Promise<boolean> {
  const there = new Set<string>();
  for (const catalog of project.graph.catalogs)
    for (const { place } of await project.warehouse.inspect(catalog)) there.add(placeText(place));
  return [...at.steps.keys()].some((step) => models.has(step) && !there.has(step));
}

/** A job stands for its newest run. */
async function runAsked(project: Project, asked: string): Promise<RunRecord> {
  const [newest] = project.graph.jobs.has(asked) ? await project.state.runs({ job: asked, parts: true, limit: 1 }) : [];
  return newest ?? runNamed(project, asked);
}

/** Of each job the newest run that was not superseded, and before one that goes on the one that has ended; of what was done once more what has not succeeded. */
async function newestRuns(project: Project): Promise<readonly RunRecord[]> {
  const { graph, state } = project;
  const found: RunRecord[] = [];
  for (const job of graph.jobs.keys()) {
    const newest = (await state.runs({ job, parts: true, limit: 10 })).filter((run) => run.state !== 'superseded');
    const [first, second] = newest;
    if (first) found.push(first);
    if (first?.state === 'running' && second && second.state !== 'running') found.push(second);
  }
  const others = (await state.runs({ limit: 50 })).filter(({ job }) => isRerun(job));
  const [rerun] = others;
  if (rerun && ['running', 'failed'].includes(rerun.state)) found.push(rerun);
  return found;
}

/** `v_credit_diario 2026-09-16 succeeded in 4.1 s: 22 steps, 1,204 rows in, 31 invalid`. */
function wellOf({ at: { run, steps } }: Case): string {
  const took = run.finishedAt ? ` in ${timeText(1000 * run.createdAt.until(run.finishedAt).total('seconds'))}` : '';
  const all = [...steps.values()].flatMap(({ account }) => account ?? []);
  const rows = all.reduce((sum, account) => sum + account.in, 0);
  const invalid = all.reduce((sum, account) => sum + account.invalid, 0);
  return `${run.job} ${run.date} ${run.state}${took}: ${counted(steps.size, 'step')}, ${counted(rows, 'row')} in, ${count(invalid)} invalid`;
}
