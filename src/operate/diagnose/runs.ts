import { catalogue, type ErrorCode } from '../../errors.ts';
import type { Node } from '../../graph/index.ts';
import type { RunRecord, StepRecord } from '../../ports/index.ts';
import { few, timeText } from '../alerts/words.ts';
import { interruptedOf } from '../interrupted.ts';
import { nameOf } from '../names.ts';
import { counted } from '../numbers.ts';
import { goesOnWith } from '../rerun/called.ts';
import type { ErrorView } from '../views.ts';
import { errorView } from '../views-of.ts';
import type { Case, Evidence, Found, Looked } from './evidence.ts';
import { losingStep } from './lost.ts';
import { median } from './words.ts';

const secondsOf = (from: Temporal.Instant | undefined, to: Temporal.Instant | undefined): number =>
  from && to ? from.until(to).total('seconds') : 0;
const labelOf = ({ run }: Looked): string => `${run.job} ${run.date}`;

/** How the run itself went: failed, stopped, or still going on. */
export async function wentWrong(of: Case, evidence: Evidence): Promise<readonly Found[]> {
  const { run } = of.at;
  if (run.state === 'running') return goingOn(of, evidence);
  if (run.state === 'failed') return failed(of, evidence);
  if (run.state !== 'cancelled') return [];
  const { next, got } = run.error ? errorView(run.error) : { next: '', got: undefined };
  return [
    {
      cause: 'cancelled',
      explainsAll: true,
      what: `${labelOf(of.at)} was stopped by a person before it was done: ${left(of.at)}`,
      evidence: [`run ${run.runId}`, ...(got ? [got] : [])],
      next: [goesOnWith(run, evidence.project), ...(next ? [next] : [])],
    },
  ];
}

/** `4 of 22 steps are not published: silver.a, …`. */
function left({ steps }: Looked): string {
  const open = [...steps.values()].filter(({ state }) => state !== 'done');
  const names = open.toSorted((one, other) => one.order - other.order).map(({ step }) => shortOf(step));
  return `${open.length} of ${counted(steps.size, 'step')} ${open.length === 1 ? 'is' : 'are'} not published: ${few(names)}`;
}
const shortOf = (step: string): string => step.slice(step.indexOf('.') + 1);

// ---- a run that has not ended ----
async function goingOn(of: Case, evidence: Evidence): Promise<readonly Found[]> {
  const { run } = of.at;
  const interrupted = await interruptedOf([run], evidence.project);
  const next = interrupted.get(run.runId);
  if (next === undefined) return tooLong(of, evidence);
  const done = [...of.at.steps.values()].filter(({ state }) => state === 'done').length;
  const last = [...of.at.steps.values()].flatMap(({ endedAt, startedAt }) => endedAt ?? startedAt ?? []);
  const newest = last.toSorted(Temporal.Instant.compare).at(-1) ?? run.createdAt;
  return [
    {
      cause: 'interrupted',
      explainsAll: true,
      what: `${labelOf(of.at)} was interrupted: it has not ended, and its process is gone; ${left(of.at)}`,
      evidence: [
        `run ${run.runId}, begun ${run.createdAt.round('second')}, its last sign at ${newest.round('second')}`,
        `${done} ${done === 1 ? 'step is' : 'steps are'} published and ${done === 1 ? 'stays' : 'stay'} as ${done === 1 ? 'it is' : 'they are'}; it goes on with the others, with the rows that it began with`,
      ],
      next: [next],
    },
  ];
}

/** Longer than this many times the usual is long, if it is also this many seconds longer. */
const long = { times: 3, seconds: 5, runs: 3 } as const;

function usualSeconds({ former }: Case): number | undefined {
  const all = former
    .filter(({ run }) => run.state === 'succeeded' && isWhole(run))
    .map(({ run }) => secondsOf(run.createdAt, run.finishedAt));
  return all.length >= long.runs ? median(all) : undefined;
}
const isWhole = ({ job, reason }: RunRecord): boolean => !job.includes(':') && reason !== 'reprocess';

function tooLong(of: Case, evidence: Evidence): readonly Found[] {
  const { run } = of.at;
  const usual = usualSeconds(of);
  const took = secondsOf(run.createdAt, evidence.now);
  if (usual === undefined || took < usual * long.times || took < usual + long.seconds) return [];
  const { pid, command } = evidence.project.owner;
  const now = [...of.at.steps.values()].filter(({ state }) => state === 'running').map(({ step }) => shortOf(step));
  return [
    {
      cause: 'held',
      explainsAll: true,
      what: `${labelOf(of.at)} still goes on after ${timeText(1000 * took)}; it usually takes ${timeText(1000 * usual)}`,
      evidence: [`run ${run.runId} in process ${pid} (${command})`, `at work on ${few(now) || 'no step'}`],
      next: [`esteira logs ${run.runId}`, `esteira cancel ${run.runId}`],
    },
  ];
}

// ---- a run that failed ----
/** Codes of errors that rows may be the reason of: what is found above explains them. */
const ofRows: readonly string[] = ['CHECK_FAILED', 'ROWS_INVALID', 'KEYS_REPEATED', 'FUNCTION_FAILED', 'RUN_FAILED'];

async function failed(of: Case, evidence: Evidence): Promise<readonly Found[]> {
  const { run, steps } = of.at;
  const broken = [...steps.values()]
    .filter(({ state, error }) => state === 'failed' && error !== undefined)
    .toSorted((one, other) => one.order - other.order);
  if (broken.length === 0) return [await failure(of, evidence, run.error ? errorView(run.error) : undefined)];
  // One trouble of the machine breaks many steps: it is told once.
  const groups = Map.groupBy(broken, (step) => errorView(step.error).code);
  const found: Found[] = [];
  for (const group of groups.values()) {
    const [first, ...others] = group as [StepRecord, ...StepRecord[]];
    found.push(await failure(of, evidence, errorView(first.error), first, others));
  }
  return found;
}

async function failure(
  of: Case,
  evidence: Evidence,
  error: ErrorView | undefined,
  step?: StepRecord,
  others: readonly StepRecord[] = [],
): Promise<Found> {
  const { run } = of.at;
  const node = step ? evidence.project.graph.nodes.get(step.step) : undefined;
  const at = node ? ` at ${nameOf(node)}` : '';
  const code = (error?.code ?? 'ENGINE_FAILED') as ErrorCode;
  const reason = node && step ? await whyOfRows(code, node, of, evidence) : undefined;
  const means = code in catalogue ? catalogue[code].means : undefined;
  const skipped = [...of.at.steps.values()].filter(({ state }) => state !== 'done' && state !== 'failed');
  return {
    cause: code === 'DISK_FULL' ? 'disk' : 'failed',
    ...(node ? { node } : {}),
    isEffect: ofRows.includes(code),
    short: `${labelOf(of.at)} failed${at}: ${code}`,
    // What the failure kept from being done is not wrong by itself.
    explainsAll: !ofRows.includes(code),
    what: `${labelOf(of.at)} failed${at}: ${code}: ${withoutEnd(error?.what ?? 'nothing was kept of its error')}${reason ? `; ${reason.what}` : ''}`,
    evidence: [
      ...(error?.got
        ? error.got
            .split('\n')
            .map((line) => `got ${line}`)
            .slice(0, 4)
        : []),
      ...(error?.allowed ? [`allowed: ${error.allowed}`] : []),
      ...(reason?.evidence ?? []),
      ...(means ? [`${code}: ${means}`] : []),
      ...(others.length > 0 ? [`so did ${few(others.map((one) => shortOf(one.step)))}`] : []),
      ...(skipped.length > 0 ? [`not begun because of it: ${few(skipped.map((one) => shortOf(one.step)))}`] : []),
      `run ${run.runId}, attempt ${step?.attempt ?? 1}${run.finishedAt ? `, ended ${run.finishedAt.round('second')}` : ''}`,
    ],
    next: [...(error?.next ? [error.next] : []), `esteira run ${run.job.split(':')[0]} --date ${run.date}`],
  };
}
const withoutEnd = (text: string): string => text.replace(/[.;]$/, '');

/** A check that failed, or a key that came twice: the query of the table says at which step. */
async function whyOfRows(code: ErrorCode, node: Node, of: Case, evidence: Evidence) {
  if (!['CHECK_FAILED', 'KEYS_REPEATED'].includes(code)) return undefined;
  return losingStep(node, of, evidence, { how: code === 'KEYS_REPEATED' ? 'more' : 'fewer' });
}

// ---- a run that took long ----
/** Much longer than usual, and the steps that made it so. */
export function slow(of: Case): readonly Found[] {
  const { run } = of.at;
  const usual = run.state === 'succeeded' && isWhole(run) ? usualSeconds(of) : undefined;
  const took = secondsOf(run.createdAt, run.finishedAt);
  if (usual === undefined || took < usual * long.times || took < usual + long.seconds) return [];
  const steps = [...of.at.steps.values()].map((step) => {
    const before = of.former.flatMap(({ steps: own }) => {
      const one = own.get(step.step);
      return one?.state === 'done' ? [secondsOf(one.startedAt, one.endedAt)] : [];
    });
    return { step, took: secondsOf(step.startedAt, step.endedAt), usual: median(before) };
  });
  const slowest = steps.toSorted((one, other) => other.took - other.usual - (one.took - one.usual)).slice(0, 3);
  const [first] = slowest;
  const name = first ? shortOf(first.step.step) : '';
  const rows = (step: StepRecord): string => (step.account ? `, ${counted(step.account.in, 'row')} in` : '');
  return [
    {
      cause: 'slow',
      weight: took,
      what: `${labelOf(of.at)} took ${timeText(1000 * took)}, where ${timeText(1000 * usual)} is usual; most of it ${name}: ${timeText(1000 * (first?.took ?? 0))} instead of ${timeText(1000 * (first?.usual ?? 0))}`,
      evidence: [
        ...slowest.map(
          ({ step, took: own, usual: before }) =>
            `${shortOf(step.step)}: ${timeText(1000 * own)}, usually ${timeText(1000 * before)}${rows(step)}`,
        ),
        `run ${run.runId}, beside ${counted(of.former.length, 'run')} before it`,
      ],
      next: [`esteira show ${run.runId}`, `esteira compile ${name}`],
    },
  ];
}
