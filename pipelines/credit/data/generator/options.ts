/** What is asked of the generator. */
export interface Options {
  /** Where the landing files and `manifest.json` go. */
  readonly folder: string;
  /** Tickets (chamados) opened over all the days. */
  readonly tickets: number;
  readonly days: number;
  /** The first day, in São Paulo: '2026-09-14'. */
  readonly firstDate: string;
  readonly seed?: number | undefined;
  /** Write only the days up to this one; the days written are the same bytes as without it. */
  readonly through?: string | undefined;
  readonly gzip?: boolean | undefined;
  /** Add files that cannot be read whole: a line that is not JSON, a file cut short. */
  readonly badFiles?: boolean | undefined;
  readonly memoryLimit?: string | undefined;
  readonly threads?: number | undefined;
  /** Tickets planned at once: what bounds the memory. */
  readonly chunk?: number | undefined;
}

/** The options that decide the bytes, checked and with nothing left open. */
export interface Plan {
  readonly tickets: number;
  readonly days: number;
  readonly firstDate: string;
  readonly seed: number;
  /** Days that are written, 1 to `days`. */
  readonly written: number;
  readonly gzip: boolean;
  readonly badFiles: boolean;
  readonly chunk: number;
}

const whole = (name: string, value: number, least: number, most: number): number => {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name} is ${value}; allowed: a whole number from ${least} to ${most}`);
};

export function planOf(options: Options): Plan {
  // Before 2020 São Paulo had summer time; the plan counts its hours from UTC with a fixed −03:00.
  const first = Temporal.PlainDate.from(options.firstDate);
  if (first.year < 2020) throw new RangeError(`firstDate is ${first}; allowed: 2020-01-01 or later`);
  const days = whole('days', options.days, 1, 366);
  const through = options.through === undefined ? days : first.until(options.through).days + 1;
  if (through < 1 || through > days) {
    throw new RangeError(`through is ${options.through}; allowed: ${first} to ${first.add({ days: days - 1 })}`);
  }
  return Object.freeze({
    tickets: whole('tickets', options.tickets, 100, 20_000_000),
    days,
    firstDate: first.toString(),
    seed: whole('seed', options.seed ?? 1, 0, Number.MAX_SAFE_INTEGER),
    written: through,
    gzip: options.gzip ?? false,
    badFiles: options.badFiles ?? false,
    chunk: whole('chunk', options.chunk ?? 200_000, 100, 1_000_000),
  });
}

export const dateOf = (plan: Plan, day: number): string =>
  Temporal.PlainDate.from(plan.firstDate).add({ days: day }).toString();
