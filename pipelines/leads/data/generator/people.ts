import { Chance } from '../../../chance.ts';
import type { Plan } from './options.ts';

export const kinds = ['page_view', 'email_opened', 'demo_request'] as const;
export const sources = ['organic', 'ads', 'referral', 'event', 'unknown'] as const;
export type SourceOf = (typeof sources)[number];

/** What a model may know of a person at the moment at which it is asked. */
export interface Features {
  readonly page_views: number;
  readonly demo_requests: number;
  readonly emails_opened: number;
  readonly days_active: number;
  /** Nothing where there was no event. */
  readonly days_since_last: number | null;
  readonly source: SourceOf;
}
export interface Event {
  readonly kind: (typeof kinds)[number];
  /** Minutes before the moment at which the model is asked. */
  readonly before: number;
}
export interface Person {
  readonly id: string;
  readonly country: string;
  /** As it is written in the table: nothing where nobody knows it. */
  readonly source: string | null;
  /** Days before the moment at which the model is asked. */
  readonly age: number;
  readonly events: readonly Event[];
  readonly features: Features;
  /** How likely it is that this person becomes a client: the truth. */
  readonly chance: number;
}

const countries = ['PT', 'BR', 'ES', 'AO'];
const minutesOfDay = 24 * 60;
/** Of so many nothing was ever seen. */
const silent = 0.12;
const shares: Readonly<Record<SourceOf, number>> = {
  organic: 0.4,
  ads: 0.25,
  referral: 0.15,
  event: 0.1,
  unknown: 0.1,
};
const effect: Readonly<Record<SourceOf, number>> = { organic: 0, ads: -0.5, referral: 0.8, event: 0.3, unknown: -0.2 };

/** The planted truth: more is better up to a point, who asked for a demo is near, and who has been away is far. */
export function chanceOf({ source, ...of }: Features): number {
  const { page_views, demo_requests, emails_opened, days_active, days_since_last } = of;
  const seen =
    days_since_last === null
      ? -1.2
      : 0.07 * Math.min(page_views, 25) +
        1.3 * Math.min(demo_requests, 2) +
        0.18 * Math.min(emails_opened, 6) +
        0.15 * Math.min(days_active, 10) -
        0.035 * Math.min(days_since_last, 45);
  return 1 / (1 + Math.exp(2.6 - seen - effect[source]));
}

/** A person and what was seen of them up to the midnight at which the model is asked. */
export function personOf(plan: Plan, group: 'user' | 'closed', n: number): Person {
  const chance = new Chance(plan.seed, `${group} ${n}`);
  const id = chance.uuid();
  const source = drawn(chance);
  const age = 3 + chance.below(57);
  const interest = Math.exp(0.8 * chance.normal());
  const isSilent = chance.next() < silent;
  const often = { page_view: 6 * interest, email_opened: 2 * interest, demo_request: 0.25 * interest } as const;
  const recent = chance.next() ** 1.5;
  const events = isSilent
    ? []
    : kinds.flatMap((kind) =>
        Array.from({ length: Math.min(80, chance.poisson(often[kind])) }, (): Event => {
          const days = age * (recent + (1 - recent) * chance.next());
          return { kind, before: Math.min(age * minutesOfDay - 1, 1 + Math.floor(days * minutesOfDay * 0.98)) };
        }),
      );
  const features = featuresOf(events, source);
  const said = source === 'unknown' && chance.next() < 0.5 ? null : source;
  const country = countries[chance.below(countries.length)] as string;
  return { id, country, source: said, age, events, features, chance: chanceOf(features) };
}

function drawn(chance: Chance): SourceOf {
  let left = chance.next();
  for (const source of sources) {
    left -= shares[source];
    if (left < 0) return source;
  }
  return 'unknown';
}

/** Days are those of UTC: what was up to a day before that midnight was yesterday. */
function featuresOf(events: readonly Event[], source: SourceOf): Features {
  const count = (kind: Event['kind']): number => events.filter((one) => one.kind === kind).length;
  const days = events.map(({ before }) => Math.ceil(before / minutesOfDay));
  return {
    page_views: count('page_view'),
    demo_requests: count('demo_request'),
    emails_opened: count('email_opened'),
    days_active: new Set(days).size,
    days_since_last: days.length === 0 ? null : Math.min(...days),
    source,
  };
}
