/** What is asked of the generator. */
export interface Options {
  /** Where `users.csv`, `events.csv`, `closed_leads.csv` and `leads-<date>.json` go. */
  readonly folder: string;
  /** The day on which users are scored: what was seen before it is known. */
  readonly date: string;
  /** Users without score; default 1000. */
  readonly users?: number | undefined;
  /** Leads of the past, of whom is known whether they became clients; default 4000. */
  readonly closed?: number | undefined;
  readonly seed?: number | undefined;
}

/** The options with nothing left open. */
export interface Plan {
  readonly date: string;
  readonly users: number;
  readonly closed: number;
  readonly seed: number;
}

const whole = (name: string, value: number, [least, most]: readonly [number, number]): number => {
  if (value >= least && value <= most) return Math.trunc(value);
  throw new RangeError(`${name} is ${value}; allowed: ${least} to ${most}`);
};

export const planOf = ({ date, users = 1000, closed = 4000, seed = 1 }: Options): Plan =>
  Object.freeze({
    date: Temporal.PlainDate.from(date).toString(),
    users: whole('users', users, [20, 1_000_000]),
    closed: whole('closed', closed, [200, 1_000_000]),
    seed: whole('seed', seed, [0, Number.MAX_SAFE_INTEGER]),
  });
