import { millisecondsOf } from '../../../columns/index.ts';
import type { FallbackMeasure, LatencyMeasure } from '../../../define/index.ts';
import type { Counts } from '../../../serve/counts.ts';
import { servingFolder } from '../../../serve/store.ts';
import { count, counted } from '../../numbers.ts';
import type { Subject } from '../subject.ts';
import { commandIn, shareText, valueText } from '../words.ts';
import type { Measured } from './measured.ts';

/** Files of one day that are read: one for each process that has served. */
const mostFiles = 1000;

/** What the processes of an endpoint counted on the days, in UTC, from that on which `over` began to this one. */
async function countsOf(
  { of: [endpoint], over }: FallbackMeasure | LatencyMeasure,
  { project }: Subject,
): Promise<readonly Counts[]> {
  const store = await project.serving?.open();
  if (!store) return [];
  const now = project.clock.now();
  const dayAt = (at: Temporal.Instant): Temporal.PlainDate => at.toZonedDateTimeISO('UTC').toPlainDate();
  const last = dayAt(now);
  const found: Counts[] = [];
  for (
    let day = dayAt(now.subtract({ milliseconds: millisecondsOf(over) }));
    Temporal.PlainDate.compare(day, last) <= 0;
    day = day.add({ days: 1 })
  )
    for (const path of await store.below(`${servingFolder(endpoint.name)}/counts/${day}`, mostFiles)) {
      const bytes = await store.read(path);
      if (bytes) found.push(JSON.parse(Buffer.from(bytes).toString('utf8')) as Counts);
    }
  return found;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/** Requests that the fallback answered ÷ all that were well-formed. */
export async function measureFallbacks(measure: FallbackMeasure, subject: Subject): Promise<Measured> {
  const [{ name }] = measure.of;
  const all = await countsOf(measure, subject);
  const requests = sum(all.map((one) => one.requests));
  const reasons = new Map<string, number>();
  for (const { fallbacks } of all)
    for (const [reason, many] of Object.entries(fallbacks)) reasons.set(reason, (reasons.get(reason) ?? 0) + many);
  const fallbacks = sum([...reasons.values()]);
  return {
    parts: [{ of: name, ...(requests > 0 ? { value: fallbacks / requests } : {}) }],
    unknown: `${name} has had no request since ${measure.over} ago`,
    samples: requests,
    what: (_, share) => `the fallback of ${name} answered ${shareText(share)} of ${counted(requests, 'request')}`,
    facts: async () => [...reasons].filter(([, many]) => many > 0).map(([reason, many]) => `${reason}: ${count(many)}`),
    look: () => [commandIn(subject.project, `endpoint report ${name}`)],
  };
}

/** The bound of durations below which such a share of the answers is. */
export async function measureServedLatency(measure: LatencyMeasure, subject: Subject): Promise<Measured> {
  const [{ name }] = measure.of;
  const { quantile } = measure;
  const byBound = new Map<number, number>();
  for (const { durations } of await countsOf(measure, subject))
    for (const [index, many] of durations.counts.entries()) {
      const bound = durations.bounds[index] ?? Number.POSITIVE_INFINITY;
      byBound.set(bound, (byBound.get(bound) ?? 0) + many);
    }
  const answers = sum([...byBound.values()]);
  const value = answers > 0 ? quantileOf(byBound, Number(quantile.slice(1)) / 100) : undefined;
  return {
    parts: [{ of: name, ...(value === undefined ? {} : { value }) }],
    unknown: `${name} has had no request since ${measure.over} ago`,
    samples: answers,
    what: (_, milliseconds) =>
      `${quantile} of ${counted(answers, 'answer')} of ${name} is ${valueText(measure.measure, milliseconds)}`,
    facts: async () => [],
    look: () => [commandIn(subject.project, `endpoint report ${name}`)],
  };
}

/** Between two bounds durations are taken to be spread evenly, as Prometheus' `histogram_quantile` does; above the last it is the last. */
function quantileOf(byBound: ReadonlyMap<number, number>, share: number): number {
  const bounds = [...byBound].toSorted(([one], [other]) => one - other);
  const wanted = share * sum(bounds.map(([, many]) => many));
  let [below, from] = [0, 0];
  for (const [bound, many] of bounds) {
    if (below + many >= wanted && many > 0)
      return bound === Number.POSITIVE_INFINITY ? from : from + ((wanted - below) / many) * (bound - from);
    below += many;
    from = bound;
  }
  return from;
}
