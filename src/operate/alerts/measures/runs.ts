import type { StepRecord } from '../../../ports/index.ts';
import type { Project } from '../../../run/index.ts';
import { counted } from '../../numbers.ts';
import { errorLines } from '../error-lines.ts';
import { labelIn, median, type Ran, type Subject } from '../subject.ts';
import { commandIn, few, timeText } from '../words.ts';
import type { Measured } from './measured.ts';

/** Steps that are told. */
const most = 3;

const took = ({ startedAt, endedAt }: StepRecord, now?: Temporal.Instant): number | undefined => {
  const until = endedAt ?? now;
  return startedAt && until ? startedAt.until(until).total('milliseconds') : undefined;
};

/** How long the run took, or has taken so far. */
export function measureDuration(ran: Ran, subject: Subject): Measured {
  const { project } = subject;
  const { graph } = project;
  const goesOn = ran.state === 'running';
  return {
    parts: [{ of: ran.job, value: ran.took }],
    what: (job, value) =>
      goesOn
        ? `${job} goes on since ${timeText(value)}`
        : `${job} ${ran.state === 'failed' ? 'failed after' : 'took'} ${timeText(value)}`,
    facts: async () => {
      const now = project.clock.now();
      const all = ran.steps.flatMap((step) => {
        const time = took(step, step.state === 'running' ? now : undefined);
        return time === undefined ? [] : [{ step, time }];
      });
      const slowest = all.toSorted((one, other) => other.time - one.time).slice(0, most);
      const before = await subject.before(slowest.map(({ step }) => step.step));
      const done = ran.steps.filter(({ state }) => state === 'done').length;
      return [
        `${done} of ${counted(ran.steps.length, 'step')} are done; the slowest:`,
        ...slowest.map(({ step, time }) => {
          const times = before.flatMap(({ steps }) => took(steps.get(step.step) ?? step) ?? []);
          const usual = before.length === 0 ? undefined : median(times);
          const than = usual === undefined ? 'no run before to compare with' : `usually ${timeText(usual)}`;
          return `  ${labelIn(graph, step.step)} ${step.state === 'running' ? 'goes on since' : 'took'} ${timeText(time)} (${than})`;
        }),
      ];
    },
    look: () => lookAt(ran, project),
  };
}

const lookAt = ({ runId }: Ran, project: Project): readonly string[] =>
  runId ? [commandIn(project, `show ${runId}`)] : [];

/** Runs in a row that failed, up to this one; nothing where one succeeds and a later day is failed. */
export async function measureFailures(ran: Ran, subject: Subject): Promise<Measured | undefined> {
  const { project } = subject;
  const { graph } = project;
  const failed = ran.steps.filter(({ state }) => state === 'failed');
  const parts = failed.length > 0 ? failed.map(({ step }) => labelIn(graph, step)) : [ran.error?.code ?? ran.job];
  const hasFailed = ran.state === 'failed';
  if (!hasFailed && (await isLaterFailed(ran, subject))) return undefined;
  const value = hasFailed ? 1 + (await failedBefore(ran, project)) : 0;
  return {
    value,
    parts: parts.map((of) => ({ of, value })),
    what: (_, count) => {
      if (count === 0) return `${ran.job} succeeded`;
      const where = failed.length > 0 ? ` at ${few(parts, most)}` : '';
      const times = count > 1 ? `, ${count} times in a row` : '';
      return ran.runId
        ? `${ran.job} failed for ${ran.date}${where}${times}`
        : `${ran.job} could not begin for ${ran.date}${times}`;
    },
    facts: async () => [
      ...(failed.length > 0
        ? failed.slice(0, most).flatMap(({ step, error }) => errorLines(error, labelIn(graph, step)))
        : errorLines(ran.error?.toJSON())),
      ...(ran.steps.length > 0
        ? [
            `${ran.steps.filter(({ state }) => state === 'done').length} of ${counted(ran.steps.length, 'step')} are done and stay.${ran.goesOn ? ' The run goes on with what does not need the others.' : ''}`,
          ]
        : []),
    ],
    look: () => [
      ...lookAt(ran, project),
      ...(ran.runId ? [commandIn(project, `resume ${ran.runId}`)] : [commandIn(project, 'doctor')]),
    ],
  };
}

/** That an earlier day is well now mends nothing of a later one. */
async function isLaterFailed({ job, runId }: Ran, { project, values }: Subject): Promise<boolean> {
  const failed = await project.state.runs({ job, state: 'failed', limit: 50 });
  return failed.some((run) => run.runId !== runId && Temporal.Instant.compare(run.logicalTime, values.logicalTime) > 0);
}

async function failedBefore({ job, runId }: Ran, { state }: Project): Promise<number> {
  const runs = (await state.runs({ job, limit: 50 })).filter(
    (run) => run.runId !== runId && !['cancelled', 'superseded'].includes(run.state),
  );
  const last = runs.findIndex((run) => run.state !== 'failed');
  return last < 0 ? runs.length : last;
}
