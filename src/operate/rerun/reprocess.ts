import type { AnyTable } from '../../define/index.ts';
import { invalidPlaceOf, placeOf } from '../../plan/index.ts';
import type { Tick } from '../../plan/ticks.ts';
import type { Publication } from '../../ports/index.ts';
import { Progress, type Project } from '../../run/index.ts';
import { carryOut } from '../carry-out.ts';
import type { Context, Input, ReprocessView } from '../views.ts';
import { stepViews } from '../views-of.ts';
import { nameOfRerun } from './called.ts';
import { type Chosen, choose, type Scope } from './choose.ts';
import { countsOf } from './counts.ts';
import { resume } from './resume.ts';

/**
 * Builds again what is named, and everything below it, from what bronze has, whatever was read before; or judges the invalid rows again. One run, under
 * the leases of all that it writes; each table is published in one transaction.
 */
export async function reprocess(project: Project, input: Input<'reprocess'>, context: Context): Promise<ReprocessView> {
  const scope: Scope = { scope: input.scope, invalid: input.invalid === true };
  const begun = await unfinished(scope, project);
  if (begun !== undefined && !input.dryRun)
    return { steps: [], kept: [], run: await resume(project, { run: begun }, context) };
  const chosen = await choose(scope, project);
  const { steps, reruns, kept } = chosen;
  const view: ReprocessView = { steps: await described(chosen, project), kept };
  if (input.dryRun || steps.length === 0) return view;
  const tick = await lastTick(chosen, project);
  const run = await carryOut(
    { job: nameOfRerun(scope), steps, tick, reason: 'reprocess', again: true, reruns },
    project,
    context,
  );
  return { ...view, run };
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
async function lastTick({ steps }: Chosen, project: Project): Promise<Tick> {
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
