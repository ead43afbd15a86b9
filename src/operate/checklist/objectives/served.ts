import type { Endpoint } from '../../../define/index.ts';
import type { Project } from '../../../run/index.ts';
import { fallbackReasons } from '../../../serve/counts.ts';
import type { ModelNode } from '../../models/find.ts';
import { aboutOf } from '../../models/find.ts';
import { count, counted } from '../../numbers.ts';
import { addedUp, countsOf, quantileOf, type Totals } from '../../serving/counts.ts';
import type { ItemView } from '../views.ts';
import { daysBack } from './hands.ts';

interface Day {
  readonly date: string;
  readonly totals: Totals;
}
/** What an endpoint has answered, by day, and what is expected of it. */
export interface Answered {
  readonly endpoint: Endpoint;
  readonly days: readonly Day[];
  readonly at: string;
  /** Why nothing is known. */
  readonly away?: string;
}

export async function answered(
  project: Project,
  endpoint: Endpoint,
  to: Temporal.PlainDate,
  signal: AbortSignal,
): Promise<Answered> {
  const about = { endpoint, at: project.clock.now().toString() };
  try {
    const files = await project.serving?.open(signal);
    const from = to.subtract({ days: daysBack - 1 });
    const all = files ? await countsOf(files, endpoint.name, { from, to }) : [];
    const days = [...Map.groupBy(all, ({ date }) => date)].map(([date, own]) => ({ date, totals: addedUp(own) }));
    return { ...about, days: days.toSorted((one, other) => one.date.localeCompare(other.date)) };
  } catch (error) {
    return { ...about, days: [], away: error instanceof Error ? error.message : String(error) };
  }
}

const totalsOf = (days: readonly Day[]) => {
  const sum = (of: (totals: Totals) => number): number => days.reduce((all, { totals }) => all + of(totals), 0);
  return { requests: sum(({ requests }) => requests), fallbacks: sum(({ fallbacks }) => fallbacks) };
};
const milliseconds = (value: number | undefined): string =>
  value === undefined ? 'not known' : Number.isFinite(value) ? `${value.toFixed(2)} ms` : 'more than was counted';
const share = (part: number, of: number): string => `${((100 * part) / of).toFixed(4)} %`;
const nothing = ({ away }: Answered): string =>
  away === undefined ? `no request was counted in ${daysBack} days` : `its store does not answer: ${away}`;

/** On each day p95 is within what a monitor, or the gate of its model, allows. */
export function servedInTime(of: Answered, limit: number | undefined): ItemView {
  const { endpoint, days, at } = of;
  const known = days
    .map(({ date, totals }) => ({
      ...{ date, p95: quantileOf(totals.durations, 0.95), requests: totals.requests },
    }))
    .filter(({ p95 }) => p95 !== undefined)
    .toSorted((one, other) => (other.p95 ?? 0) - (one.p95 ?? 0));
  const slow = known.filter(({ p95 }) => limit !== undefined && (p95 ?? 0) > limit);
  const [worst] = known;
  const typical = known[Math.floor(known.length / 2)];
  const what = worst
    ? `p95 of a day ${milliseconds(typical?.p95)} in the middle, ${milliseconds(worst.p95)} at most, on ${worst.date}`
    : nothing(of);
  return {
    kind: 'objective',
    item: `p95 of ${endpoint.name}`,
    state: !worst || limit === undefined ? 'unknown' : slow.length > 0 ? 'failed' : 'ok',
    what,
    ...(limit === undefined ? {} : { limit: `at most ${limit} ms on each day` }),
    evidence: [
      `${counted(known.length, 'day')}, ${counted(totalsOf(days).requests, 'request')}`,
      ...slow.map(({ date, p95, requests }) => `${date} ${milliseconds(p95)} of ${counted(requests, 'request')}`),
    ],
    at,
    next: slow.length > 0 ? [`curl …/${endpoint.name}/health`] : [],
  };
}

/** The fallback answers hardly ever. */
export function hardlyEver(of: Answered, limit: number | undefined): ItemView {
  const { endpoint, days, at } = of;
  const { requests, fallbacks } = totalsOf(days);
  const by = fallbackReasons
    .map((reason) => ({
      reason,
      count: days.reduce((all, { totals }) => all + (totals.byReason[reason] ?? 0), 0),
    }))
    .filter((one) => one.count > 0);
  const worst = days
    .filter(({ totals }) => totals.fallbacks > 0)
    .toSorted((one, other) => other.totals.fallbacks - one.totals.fallbacks);
  return {
    kind: 'objective',
    item: `fallbacks of ${endpoint.name}`,
    state: requests === 0 || limit === undefined ? 'unknown' : fallbacks / requests > limit ? 'failed' : 'ok',
    what:
      requests === 0
        ? nothing(of)
        : `${count(fallbacks)} of ${counted(requests, 'request')} (${share(fallbacks, requests)}) were answered by the fallback`,
    ...(limit === undefined ? {} : { limit: `at most ${Number((limit * 100).toPrecision(6))} %` }),
    evidence: [
      by.length > 0 ? by.map((one) => `${one.reason} ${count(one.count)}`).join(', ') : 'none',
      ...worst.map(({ date, totals }) => `${date} ${count(totals.fallbacks)} of ${count(totals.requests)}`),
    ],
    at,
    next: [],
  };
}

/** What the gate allows of a model's own p95, in milliseconds, as it was judged last. */
export async function gateP95(project: Project, { id }: ModelNode): Promise<number | undefined> {
  const [newest] = await project.state.models.versions({ model: id, limit: 1 });
  const limits = newest ? (aboutOf(newest)?.gate.limits ?? []) : [];
  return limits.find(({ measure }) => measure === 'latency_p95_ms')?.bound;
}
