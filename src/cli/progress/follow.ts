import type { RunEvent, StepView } from '../../operate/views.ts';
import type { StepState } from '../../ports/index.ts';

type Event<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

/** One step as it stands. */
export interface FollowedStep {
  readonly view: StepView;
  readonly state: StepState;
  /** When it was first seen running, in the clock of `follow`. */
  readonly since?: number;
  /** How far it is, in a few words. */
  readonly progress?: string;
  readonly end?: Event<'step'>;
}

/** One run as its events tell it. */
export interface Followed {
  readonly run: Event<'run'>;
  /** Kept up to date in place: a run has thousands of them. */
  readonly steps: Map<string, FollowedStep>;
  readonly end?: Event<'end'>;
}

export function begin(run: Event<'run'>): Followed {
  return { run, steps: new Map(run.steps.map((view) => [view.step, { view, state: 'pending' }])) };
}

/** The run after an event. A step that the run never named is left out: it belongs to another run. */
export function follow(before: Followed, event: Event<'step' | 'progress' | 'end'>, now: number): Followed {
  if (event.type === 'end') return { ...before, end: event };
  const step = before.steps.get(event.step);
  if (!step) return before;
  if (event.type === 'progress') {
    before.steps.set(event.step, { ...step, progress: event.text });
    return before;
  }
  const isOver = event.state !== 'running' && event.state !== 'pending';
  const since = event.state === 'running' ? (step.since ?? now) : step.since;
  const after: FollowedStep = {
    view: step.view,
    state: event.state,
    ...(since !== undefined && { since }),
    ...(isOver && { end: event }),
  };
  before.steps.set(event.step, after);
  return before;
}

export interface Layer {
  readonly name: string;
  readonly steps: readonly FollowedStep[];
  readonly state: StepState;
}

/** Steps by layer, in the order in which the layers first come. */
export function layers(followed: Followed): readonly Layer[] {
  const groups = Map.groupBy(followed.steps.values(), ({ view }) => view.layer);
  return [...groups].map(([name, steps]) => ({ name, steps, state: stateOf(steps) }));
}

function stateOf(steps: readonly FollowedStep[]): StepState {
  const has = (state: StepState): boolean => steps.some((step) => step.state === state);
  if (has('failed')) return 'failed';
  if (has('running')) return 'running';
  if (has('pending')) return has('done') || has('skipped') ? 'running' : 'pending';
  return has('done') ? 'done' : 'skipped';
}

/** Steps that are not done, the failed ones among them. */
export const left = (followed: Followed): readonly FollowedStep[] =>
  [...followed.steps.values()].filter(({ state }) => state !== 'done');
