import type { RunRecord } from '../../ports/index.ts';
import { type Project, type RunValues, rest } from '../../run/index.ts';
import type { Context } from '../views.ts';
import { boundOf } from './figure.ts';
import { judgeNow } from './judge.ts';
import { tellChanges } from './tell.ts';

interface Going {
  /** Since it was begun, or gone on with; in milliseconds of the clock, or of the machine's where that stands still. */
  took(): number;
  end(): Promise<void>;
}

/** A run that takes longer than a monitor of its duration allows is told of while it goes on: who is told at its end could do nothing about it. */
export function watchLong(
  { job, runId, date, zone }: Pick<RunRecord, 'job' | 'runId' | 'date' | 'zone'>,
  values: RunValues,
  { project, context }: { readonly project: Project; readonly context: Pick<Context, 'emit'> },
): Going {
  const { clock, graph, state } = project;
  const [since, started] = [clock.now(), performance.now()];
  const took = (): number => Math.max(since.until(clock.now()).total('milliseconds'), performance.now() - started);
  const ended = new AbortController();
  const watch = async (bound: number, monitor: string): Promise<void> => {
    await rest(clock, bound - took() + 1, ended.signal);
    const own = graph.monitors.get(monitor);
    if (ended.signal.aborted || !own) return;
    const ran = { runId, job, date, zone, state: 'running' as const, took: took(), steps: await state.steps(runId) };
    tellChanges(await judgeNow([own], { ran, date, zone }, project), project, context);
  };
  const long = [...graph.monitors.values()].filter(
    ({ expect: { measure, sign } }) => measure.measure === 'duration' && sign === '<=' && measure.of[0].name === job,
  );
  const watching = long.map((monitor) => {
    const bound = boundOf(monitor.expect, { project, values });
    return watch(bound, monitor.name).catch((error: unknown) =>
      context.emit({
        type: 'note',
        level: 'warn',
        text: `The monitor "${monitor.name}" could not be judged: ${String(error)}`,
      }),
    );
  });
  return {
    took,
    end: async () => {
      ended.abort();
      await Promise.all(watching);
    },
  };
}
