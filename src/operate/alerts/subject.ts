import type { AnyRows, Definition } from '../../define/index.ts';
import type { EsteiraError } from '../../errors.ts';
import type { Graph } from '../../graph/index.ts';
import type { RunRecord, RunState, StepRecord } from '../../ports/index.ts';
import type { Project, RunValues } from '../../run/index.ts';

/** A run as monitors see it: one that ends, or goes on for long; or one that could not even be opened, which has no id. */
export interface Ran {
  readonly runId?: string;
  readonly job: string;
  readonly date: Temporal.PlainDate;
  readonly zone: string;
  readonly state: Exclude<RunState, 'superseded'>;
  /** It has failed already, and does what is left of it. */
  readonly goesOn?: true;
  /** Since it was begun, or gone on with last; in milliseconds. */
  readonly took: number;
  readonly steps: readonly StepRecord[];
  readonly error?: EsteiraError | undefined;
}
/** What monitors are judged by. */
export interface Subject {
  readonly project: Project;
  /** The day and the settings. */
  readonly values: RunValues;
  readonly zone: string;
  /** Absent where a monitor is judged at a time of its own. */
  readonly ran?: Ran;
  /** Earlier runs of the job that succeeded, the newest first, with these steps; the same are asked for once. */
  before(steps: readonly string[]): Promise<readonly Before[]>;
}
export interface Before {
  readonly date: Temporal.PlainDate;
  readonly steps: ReadonlyMap<string, StepRecord>;
}

/** Runs that a figure is compared with, at most. */
const compared = 40;

export function subjectOf(project: Project, values: RunValues, { ran, zone }: Pick<Subject, 'ran' | 'zone'>): Subject {
  let runs: Promise<readonly RunRecord[]> | undefined;
  const known = new Map<string, Promise<readonly Before[]>>();
  return {
    ...{ project, values, zone },
    ...(ran ? { ran } : {}),
    before: (steps) => {
      const key = steps.join('\n');
      runs ??= ran ? runsBefore(project, ran) : Promise.resolve([]);
      const found = known.get(key) ?? runs.then((all) => stepsOf(all, steps, project));
      known.set(key, found);
      return found;
    },
  };
}

async function runsBefore({ state }: Project, { job, runId }: Ran): Promise<readonly RunRecord[]> {
  const runs = await state.runs({ job, state: 'succeeded', limit: compared + 1 });
  return runs.filter((run) => run.runId !== runId).slice(0, compared);
}

const stepsOf = (
  runs: readonly RunRecord[],
  steps: readonly string[],
  { state }: Project,
): Promise<readonly Before[]> =>
  Promise.all(
    runs.map(async ({ runId, date }) => ({
      date,
      steps: new Map((await state.steps(runId, steps)).map((step) => [step.step, step])),
    })),
  );

/** As people write it: without the catalog where the project has only one. */
export function labelIn(graph: Graph, id: string): string {
  const short = graph.catalogs.length === 1 ? id.slice(id.indexOf('.') + 1) : id;
  return short.replace(/^main\./, '');
}
export const labelOf = (definition: Definition, graph: Graph): string => labelIn(graph, graph.nodeOf(definition).id);
/** Of rows that several tables make the first. */
export const labelOfRows = ({ reads }: AnyRows, graph: Graph): string => labelOf(reads[0] as Definition, graph);

export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return undefined;
  return ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2;
}
