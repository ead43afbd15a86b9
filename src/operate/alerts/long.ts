import type { Monitor } from '../../define/index.ts';
import type { RunRecord } from '../../ports/index.ts';
import { type Project, type RunValues, rest } from '../../run/index.ts';
import type { Context } from '../views.ts';
import { boundOf } from './figure.ts';
import { judgeNow } from './judge.ts';
import type { Ran } from './subject.ts';
import { tellChanges } from './tell.ts';

interface Going {
  /** Since it was begun, or gone on with; in milliseconds of the clock, or of the machine's where that stands still. */
  took(): number;
  /** A step has failed for good, and so has the run. */
  failed(): void;
  end(): Promise<void>;
}

/** A run that has failed may do what is left of it for hours: after so long, in milliseconds, people need not wait for its end. */
const soon = 5_000;

/** What people are told of a run while it goes on: that it takes too long, and that it has failed. Who is told at its end could do nothing about either. */
export function watchLong(
  { job, runId, date, zone }: Pick<RunRecord, 'job' | 'runId' | 'date' | 'zone'>,
  values: RunValues,
  { project, context }: { readonly project: Project; readonly context: Pick<Context, 'emit'> },
): Going {
  const { clock, graph, state } = project;
  const [since, started] = [clock.now(), performance.now()];
  const took = (): number => Math.max(since.until(clock.now()).total('milliseconds'), performance.now() - started);
  const ended = new AbortController();
  const own = [...graph.monitors.values()].filter(
    ({ expect: { measure } }) => 'job' === measure.of[0]?.kind && measure.of[0].name === job,
  );
  const watching: Promise<void>[] = [];
  const watch = (monitor: Monitor, wait: number, how: Pick<Ran, 'state' | 'goesOn'>): void => {
    const judge = async (): Promise<void> => {
      await rest(clock, wait, ended.signal);
      if (ended.signal.aborted) return;
      const ran: Ran = { runId, job, date, zone, ...how, took: took(), steps: await state.steps(runId) };
      tellChanges(await judgeNow([monitor], { ran, date, zone, at: values.logicalTime }, project), project, context);
    };
    const untold = (error: unknown): void => {
      const text = `The monitor "${monitor.name}" could not be judged: ${String(error)}`;
      context.emit({ type: 'note', level: 'warn', text });
    };
    watching.push(judge().catch(untold));
  };
  for (const monitor of own)
    if (monitor.expect.measure.measure === 'duration' && monitor.expect.sign === '<=')
      watch(monitor, boundOf(monitor.expect, { project, values }) + 1, { state: 'running' });
  let hasFailed = false;
  return {
    took,
    failed: () => {
      if (hasFailed) return;
      hasFailed = true;
      for (const monitor of own)
        if (monitor.expect.measure.measure === 'failures') watch(monitor, soon, { state: 'failed', goesOn: true });
    },
    end: async () => {
      ended.abort();
      await Promise.all(watching);
    },
  };
}
