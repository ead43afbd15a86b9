import { type EventName, eventOn } from '../../definitions/1-events.ts';

/** What is asked of the generator. */
export interface Options {
  /** Where `sales/`, `stock/` and `competitors/` go, a file for each day, and `pricing-<last date>.json`. */
  readonly folder: string;
  /** The last day of sales; its files come in the night after it. */
  readonly lastDate: string;
  /** Default 400: a year to learn from, and a month of it again. */
  readonly days?: number | undefined;
  /** Default 40. */
  readonly products?: number | undefined;
  /** Default 2. */
  readonly regions?: number | undefined;
  readonly seed?: number | undefined;
  /** Late files, corrections, lines that are there twice, lines that cannot be; default true. */
  readonly faults?: boolean | undefined;
  /** Writes the files that have come by the end of this date; default: all. */
  readonly through?: string | undefined;
  /** From this date on one competitor asks half of what he asked; default: never. */
  readonly halved?: string | undefined;
  /** From this date on people buy less, and look at prices less; default: never. */
  readonly regime?: string | undefined;
  /** From this date on, for four weeks, we cut the prices of some products again and again, and every competitor goes below each cut on the next day; default: never. */
  readonly war?: string | undefined;
}

/** The options with nothing left open. */
export interface Plan {
  readonly firstDate: string;
  readonly lastDate: string;
  readonly days: number;
  readonly products: number;
  readonly regions: number;
  readonly seed: number;
  readonly faults: boolean;
  /** Days from the first, or beyond the last. */
  readonly halved: number;
  readonly regime: number;
  readonly war: number;
}

const whole = (name: string, value: number, [least, most]: readonly [number, number]): number => {
  if (value >= least && value <= most) return Math.trunc(value);
  throw new RangeError(`${name} is ${value}; allowed: ${least} to ${most}`);
};

export function planOf(options: Omit<Options, 'folder' | 'through'>): Plan {
  const last = Temporal.PlainDate.from(options.lastDate);
  const days = whole('days', options.days ?? 400, [1, 2000]);
  const first = last.subtract({ days: days - 1 });
  const from = (date: string | undefined): number =>
    date === undefined ? Number.POSITIVE_INFINITY : first.until(date).days;
  return Object.freeze({
    firstDate: first.toString(),
    lastDate: last.toString(),
    days,
    products: whole('products', options.products ?? 40, [1, 100_000]),
    regions: whole('regions', options.regions ?? 2, [1, 100]),
    seed: whole('seed', options.seed ?? 1, [0, Number.MAX_SAFE_INTEGER]),
    faults: options.faults ?? true,
    halved: from(options.halved),
    regime: from(options.regime),
    war: from(options.war),
  });
}

export const dateOf = (plan: Plan, day: number): string => dayOf(plan, day).date;

/** What the calendar says of a day of the plan. */
export interface Day {
  readonly date: string;
  /** 1 to 12. */
  readonly month: number;
  /** Of the week that it is in. */
  readonly monday: { readonly date: string; readonly month: number };
  readonly event: EventName | undefined;
}
const calendars = new WeakMap<Plan, Map<number, Day>>();
/** Found once for each plan: every product asks for it. */
export function dayOf(plan: Plan, day: number): Day {
  const calendar = calendars.get(plan) ?? new Map<number, Day>();
  calendars.set(plan, calendar);
  const known = calendar.get(day);
  if (known) return known;
  const date = Temporal.PlainDate.from(plan.firstDate).add({ days: day });
  const monday = date.subtract({ days: date.dayOfWeek - 1 });
  const found = {
    ...{ date: date.toString(), month: date.month, event: eventOn(date) },
    monday: { date: monday.toString(), month: monday.month },
  };
  calendar.set(day, found);
  return found;
}
