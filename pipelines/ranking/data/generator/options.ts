/** What is asked of the generator. */
export interface Options {
  /** Where `match_events/<date>.jsonl`, `lawyers/<date>.parquet` and `ranking-<last date>.json` go. */
  readonly folder: string;
  /** The last day of events. */
  readonly lastDate: string;
  /** Days of events; default 24. */
  readonly days?: number | undefined;
  /** Matches a day; default 400. */
  readonly events?: number | undefined;
  /** Lawyers that are shown for one match, at most; default 20. */
  readonly candidates?: number | undefined;
  /** Default 2000: of fewer some are chosen so often that their group stands or falls with them. */
  readonly lawyers?: number | undefined;
  readonly seed?: number | undefined;
  /** Of the choices that fall on a woman this share is made among the women shown without looking at anything: nobody can rank them. Default 0. */
  readonly bias?: number | undefined;
  /** Days on which something is wrong with what was written, and features that are corrected later; default true. */
  readonly faults?: boolean | undefined;
  /** Writes the files that have come by the end of this date; default: all. */
  readonly through?: string | undefined;
}

/** The options with nothing left open. */
export interface Plan {
  readonly firstDate: string;
  readonly lastDate: string;
  readonly days: number;
  readonly events: number;
  readonly candidates: number;
  readonly lawyers: number;
  readonly seed: number;
  readonly bias: number;
  readonly faults: boolean;
}

/** Features that are older than so many days say nothing any more of a lawyer. */
export const staleDays = 14;

const within = (name: string, value: number, [least, most]: readonly [number, number]): number => {
  if (value >= least && value <= most) return value;
  throw new RangeError(`${name} is ${value}; allowed: ${least} to ${most}`);
};

export function planOf(options: Options): Plan {
  const last = Temporal.PlainDate.from(options.lastDate);
  const whole = (name: string, value: number, range: readonly [number, number]): number =>
    Math.trunc(within(name, value, range));
  const days = whole('days', options.days ?? 24, [1, 400]);
  return Object.freeze({
    firstDate: last.subtract({ days: days - 1 }).toString(),
    lastDate: last.toString(),
    days,
    events: whole('events', options.events ?? 400, [20, 1_000_000]),
    candidates: whole('candidates', options.candidates ?? 20, [6, 100]),
    lawyers: whole('lawyers', options.lawyers ?? 2000, [100, 1_000_000]),
    seed: whole('seed', options.seed ?? 1, [0, Number.MAX_SAFE_INTEGER]),
    bias: within('bias', options.bias ?? 0, [0, 1]),
    faults: options.faults ?? true,
  });
}

export const dateOf = (plan: Plan, day: number): string =>
  Temporal.PlainDate.from(plan.firstDate).add({ days: day }).toString();
