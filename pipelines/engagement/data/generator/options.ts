export const levels = ['usuario', 'equipe', 'empresa'] as const;
export type Level = (typeof levels)[number];

/** What is asked of the generator. */
export interface Options {
  /** Where `eventos/<date>.parquet` and `manifest-<last date>.json` go. */
  readonly folder: string;
  /** The last day; the files are of the 90 days up to it. */
  readonly lastDate: string;
  /** Entities of the level `usuario`; of `equipe` there are two fifths as many, of `empresa` a twentieth. */
  readonly users?: number | undefined;
  readonly seed?: number | undefined;
  /** A segment that was not there before, a fifth as many again: on few days, in very many short sessions. */
  readonly newSegment?: boolean | undefined;
  /** Everybody spends so much more time than usual: 0.5 is half as much again. */
  readonly drift?: number | undefined;
}

/** The options with nothing left open. */
export interface Plan {
  readonly firstDate: string;
  readonly lastDate: string;
  readonly seed: number;
  readonly newSegment: boolean;
  readonly drift: number;
  /** Entities that are there in any case; those of the new segment come after them. */
  readonly entities: Readonly<Record<Level, number>>;
}

/** Days that the files cover. */
export const period = 90;

const within = (name: string, value: number, [least, most]: readonly [number, number]): number => {
  if (value >= least && value <= most) return value;
  throw new RangeError(`${name} is ${value}; allowed: ${least} to ${most}`);
};

export function planOf(options: Options): Plan {
  const last = Temporal.PlainDate.from(options.lastDate);
  const users = Math.trunc(within('users', options.users ?? 2000, [100, 2_000_000]));
  return Object.freeze({
    firstDate: last.subtract({ days: period - 1 }).toString(),
    lastDate: last.toString(),
    seed: Math.trunc(within('seed', options.seed ?? 1, [0, Number.MAX_SAFE_INTEGER])),
    newSegment: options.newSegment ?? false,
    drift: within('drift', options.drift ?? 0, [-0.9, 10]),
    entities: { usuario: users, equipe: Math.ceil((users * 2) / 5), empresa: Math.ceil(users / 20) },
  });
}
