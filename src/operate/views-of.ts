import { type ErrorDetails, EsteiraError } from '../errors.ts';
import type { GraphStep } from '../graph/index.ts';
import type { RunRecord, StepRecord, TickRecord } from '../ports/index.ts';
import type { TickView } from './schedule/views.ts';
import type { ErrorView, RunView, StepView } from './views.ts';

// What the state keeps, as JSON: times and dates as ISO text, and nothing where there is nothing.

/** Steps as people see them: with the catalog in the label only where the run has several. */
export function stepViews(steps: readonly GraphStep[]): readonly StepView[] {
  const oneCatalog = new Set(steps.map((step) => step.node.catalog)).size === 1;
  return steps.map(({ node, kind, needs }) => {
    const own = node.inside ? (node.definition.name.split('.').at(-1) as string) : node.table;
    const short = node.schema === 'main' ? own : `${node.schema}.${own}`;
    return { step: node.id, label: oneCatalog ? short : `${node.catalog}.${short}`, kind, needs, layer: node.schema };
  });
}

/** A run without its steps where only the run is asked for: the list of runs would else ask for those of each. */
export function runView(
  run: RunRecord,
  steps: readonly StepRecord[] = [],
  interrupted: ReadonlyMap<string, string> = new Map(),
): RunView {
  const { runId, job, date, logicalTime, state, reason, createdAt, finishedAt, error } = run;
  const next = interrupted.get(runId);
  return {
    runId,
    job,
    date: date.toString(),
    logicalTime: logicalTime.toString(),
    state,
    ...(next === undefined ? {} : { interrupted: true, next }),
    reason,
    createdAt: createdAt.toString(),
    ...(finishedAt ? { finishedAt: finishedAt.toString() } : {}),
    steps: steps.map(stepResultView),
    ...(error ? { error: errorView(error) } : {}),
  };
}

function stepResultView(step: StepRecord): RunView['steps'][number] {
  const { state, attempt, account, details, error, startedAt, endedAt } = step;
  const seconds = startedAt && endedAt ? { seconds: startedAt.until(endedAt).total('seconds') } : {};
  return {
    step: step.step,
    state,
    attempt,
    ...seconds,
    ...(account ? { account } : {}),
    ...(details ? { details } : {}),
    ...(error ? { error: errorView(error) } : {}),
  };
}

export function tickView({ job, date, due, state, cause, why, run }: TickRecord): TickView {
  const more = { ...(why ? { why } : {}), ...(run ? { run: run.state } : {}) };
  return { job, date: date.toString(), due: due.toString(), state, cause, ...more };
}

/** Thrown now, or kept by a run of before: then it is JSON already. */
export const errorView = (error: unknown): ErrorView =>
  error instanceof EsteiraError ? error.toJSON() : (error as ErrorView & ErrorDetails);
