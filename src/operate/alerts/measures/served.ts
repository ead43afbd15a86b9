import { millisecondsOf } from '../../../columns/index.ts';
import type { FallbackMeasure, LatencyMeasure } from '../../../define/index.ts';
import { count, counted } from '../../numbers.ts';
import { addedUp, countsOf, quantileOf, type Totals } from '../../serving/counts.ts';
import type { Subject } from '../subject.ts';
import { commandIn, shareText, valueText } from '../words.ts';
import type { Measured } from './measured.ts';

/** What the processes of an endpoint counted on the days, in UTC, from that on which `over` began to this one. */
async function totalsOf(
  { of: [endpoint], over }: FallbackMeasure | LatencyMeasure,
  { project }: Subject,
): Promise<Totals> {
  const store = await project.serving?.open();
  const now = project.clock.now();
  const dayAt = (at: Temporal.Instant): Temporal.PlainDate => at.toZonedDateTimeISO('UTC').toPlainDate();
  const days = { from: dayAt(now.subtract({ milliseconds: millisecondsOf(over) })), to: dayAt(now) };
  return addedUp(store ? await countsOf(store, endpoint.name, days) : []);
}

/** What a person sees of the processes themselves; nothing here knows where all of them listen. */
const lookAt = ({ project }: Subject, name: string): readonly string[] => [
  `curl …/${name}/health`,
  `the lines of its log: fallback, no answer`,
  commandIn(project, 'doctor'),
];

/** Requests that the fallback answered, or not even that, ÷ all that were well-formed. */
export async function measureFallbacks(measure: FallbackMeasure, subject: Subject): Promise<Measured> {
  const [{ name }] = measure.of;
  const { requests, fallbacks, failed, byReason } = await totalsOf(measure, subject);
  return {
    parts: [{ of: name, ...(requests > 0 ? { value: (fallbacks + failed) / requests } : {}) }],
    unknown: `${name} has had no request since ${measure.over} ago`,
    samples: requests,
    what: (_, share) => {
      const of = `${shareText(share)} of ${counted(requests, 'request')}`;
      return failed === 0 ? `the fallback of ${name} answered ${of}` : `the model of ${name} did not answer ${of}`;
    },
    facts: async () =>
      Object.entries(byReason)
        .filter(([, many]) => many > 0)
        .map(([reason, many]) => `${reason}: ${count(many)}`)
        .concat(failed > 0 ? [`without any answer: ${count(failed)}`] : []),
    look: () => lookAt(subject, name),
  };
}

/** The time within which such a share of the answers was there; above the last bound of the histogram it is that. */
export async function measureServedLatency(measure: LatencyMeasure, subject: Subject): Promise<Measured> {
  const [{ name }] = measure.of;
  const { quantile } = measure;
  const { durations } = await totalsOf(measure, subject);
  const answers = durations.counts.reduce((sum, one) => sum + one, 0);
  const found = quantileOf(durations, Number(quantile.slice(1)) / 100);
  const value = found === undefined ? undefined : Math.min(found, durations.bounds.at(-1) ?? found);
  return {
    parts: [{ of: name, ...(value === undefined ? {} : { value }) }],
    unknown: `${name} has had no request since ${measure.over} ago`,
    samples: answers,
    what: (_, milliseconds) =>
      `${quantile} of ${counted(answers, 'answer')} of ${name} is ${valueText(measure.measure, milliseconds)}`,
    facts: async () => [],
    look: () => lookAt(subject, name),
  };
}
