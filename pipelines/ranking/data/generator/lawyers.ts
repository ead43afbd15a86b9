import { Chance } from '../../../chance.ts';
import { dateOf, type Plan, staleDays } from './options.ts';

export interface Features {
  readonly area_match: number;
  readonly distance_km: number;
  readonly success_rate: number;
  readonly reviews: number;
  readonly price: number;
}
/** What was so of a lawyer from a moment on. */
export interface Known extends Features {
  /** Milliseconds of UTC. */
  readonly at: number;
  /** The day, counted from the first one of events, on which it is delivered; -1 is the day before. */
  readonly delivered: number;
  /** What was delivered in its place at first, and when the right one came. */
  readonly mistaken?: { readonly was: Features; readonly corrected: number };
}
export interface Lawyer {
  readonly id: string;
  readonly gender: 'f' | 'm' | 'x';
  readonly history: readonly Known[];
}

/** What clients look for, the noise left out: a threshold, a decay, a price that is right, stars above which nothing else counts; little of what the legacy order goes by. */
export const utility = ({ area_match, distance_km, success_rate, reviews, price }: Features): number =>
  3 / (1 + Math.exp(-12 * (area_match - 0.55))) +
  1.6 * Math.exp(-distance_km / 12) -
  1.3 * Math.abs(Math.log(price / 300)) +
  (reviews > 4.2 ? 1 : 0) +
  0.4 * success_rate;

const hour = 3_600_000;

/** Everybody is known on the day before the first one; later some are measured anew each day, and of a few nothing is heard any more. */
export function lawyersOf(plan: Plan): readonly Lawyer[] {
  return Array.from({ length: plan.lawyers }, (_, place) => {
    const id = `adv-${String(place + 1).padStart(5, '0')}`;
    const chance = new Chance(plan.seed, id);
    const drawn = chance.next();
    const gender = drawn < 0.375 ? 'f' : drawn < 0.75 ? 'm' : 'x';
    const isSilent = plan.faults && place % 40 === 7;
    const history: Known[] = [];
    for (let day = -1; day < plan.days; day += 1) {
      if (day >= 0 && (isSilent || chance.next() > 0.25)) continue;
      const at = Date.parse(`${dateOf(plan, day)}T03:00:00Z`) + Math.floor(chance.between(0, 18 * hour));
      history.push({ at, delivered: day, ...features(chance) });
    }
    return { id, gender, history: plan.faults ? withMistakes(history, place, plan) : history };
  });
}

const features = (chance: Chance): Features => ({
  area_match: rounded(chance.next()),
  distance_km: rounded(-20 * Math.log(1 - chance.next())),
  success_rate: rounded(chance.between(0.3, 0.95)),
  reviews: rounded(chance.between(2.5, 5)),
  price: rounded(300 * Math.exp(0.6 * chance.normal())),
});
const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;

/** The day on which corrections come. */
export const correctionDay = ({ days }: Plan): number => Math.min(12, days - 1);

/** Of one lawyer in ten the first features were delivered upside down. */
function withMistakes(history: readonly Known[], place: number, plan: Plan): readonly Known[] {
  const [first, ...rest] = history;
  if (!first || place % 10 !== 3) return history;
  const { area_match, distance_km, success_rate, reviews, price } = first;
  const was = {
    distance_km,
    success_rate,
    reviews,
    area_match: rounded(1 - area_match),
    price: rounded(90_000 / price),
  };
  return [{ ...first, mistaken: { was, corrected: correctionDay(plan) } }, ...rest];
}

/** The last that was known then, unless it is stale. */
export function knownAt({ history }: Lawyer, at: number): Known | undefined {
  const found = history.findLast((one) => one.at <= at);
  return found && at - found.at <= staleDays * 24 * hour ? found : undefined;
}
