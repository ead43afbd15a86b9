import { type Columns, col, type Duration, type KeyOf, type RowOf } from '../columns/index.ts';
import { type Definition, define } from './definition.ts';
import type { AnyModel } from './model.ts';
import type { Setting } from './rows.ts';
import { type AnySource, files, type Source, source } from './source.ts';
import type { Table } from './table.ts';

/** Columns of the log of every endpoint; the model's features and outputs come after those that the endpoint adds. */
const line = Object.freeze({
  request_id: col.text(),
  predicted_at: col.timestamp(),
  /** Place by the model's first output, the greatest first, among the rows of the request that this version predicted. */
  rank: col.integer(),
  model_version: col.text(),
  role: col.text().oneOf('champion', 'shadow'),
  /** Of all requests those whose rows of this role are logged, as a share: what one row stands for is 1 / share. */
  share: col.real(),
});
type Line = typeof line;

type Awaitable<T> = T | Promise<T>;
// `any`: tables of every shape are looked up.
type LookedUp = Readonly<Record<string, Table<any>>>;
type ColumnsOf<T> = T extends Table<infer C> ? C : never;
type KeyValue<C extends Columns> = RowOf<C>[KeyOf<C>];

interface Call<Ask extends Columns, Looks extends LookedUp> {
  readonly id: string;
  readonly request: RowOf<Ask>;
  /** By the name that it has under `lookup`: rows by their key, in the order asked for; keys that are not there are left out. From memory. */
  readonly lookup: {
    readonly [N in keyof Looks]: (
      keys: readonly KeyValue<ColumnsOf<Looks[N]>>[],
    ) => readonly RowOf<ColumnsOf<Looks[N]>>[];
  };
  /** The request cannot be answered, by no version and no fallback: whoever sent it is told so, with the status 422. */
  readonly refuse: (why: string, about?: About) => never;
}
interface About {
  /** The field: `lawyer_ids[3]`. */
  readonly where?: string;
  readonly got?: string;
  readonly allowed?: string;
  readonly next?: string;
}
interface CallWithModel<
  Ask extends Columns,
  Looks extends LookedUp,
  F extends Columns,
  Out extends Columns,
  Log extends Columns,
> extends Call<Ask, Looks> {
  /** What the version that answers this request says of each row, in their order. */
  readonly predict: (rows: readonly RowOf<F & Log>[]) => readonly RowOf<Out>[];
}
/** What was answered, for whoever makes an event of it. */
interface Answered<Ask extends Columns, Answer extends Columns> {
  readonly id: string;
  readonly at: Temporal.Instant;
  readonly request: RowOf<Ask>;
  readonly answer: RowOf<Answer>;
  /** Absent: by the fallback. */
  readonly version?: string;
}

/** An endpoint's options as what serves it sees them. */
export interface EndpointFacts {
  readonly path: string;
  readonly model: AnyModel;
  readonly request: Columns;
  readonly answer: Columns;
  readonly lookup: LookedUp;
  readonly logged: Columns;
  readonly sample: number | Setting<number>;
  // `any` in these: calls of every shape are meant.
  readonly handle: (call: any) => Awaitable<any>;
  readonly fallback?: (call: any) => Awaitable<any>;
  readonly deadline?: Duration | Setting<Duration>;
  readonly limits: Required<Limits>;
  readonly reload: { readonly every: Duration | Setting<Duration>; readonly path: string };
  readonly shadow?: { readonly share: number | Setting<number>; readonly header?: string };
  readonly events?: { readonly to: AnySource; readonly of: (answered: any) => object | undefined };
}
interface Limits {
  /** The largest body, in bytes. */
  readonly bytes?: number;
  /** Items of any list of a request. */
  readonly items?: number;
  /** Requests of one batch. */
  readonly batch?: number;
}
const usualLimits: Required<Limits> = Object.freeze({ bytes: 1_048_576, items: 1000, batch: 100 });

/** A model served over HTTP. */
export interface Endpoint<Log extends Columns = any, F extends Columns = any, Out extends Columns = any> // any: endpoints of every shape are meant
  extends Definition<'endpoint'> {
  readonly facts: EndpointFacts;
  /** What it predicted, as a source: files that it appends, to be joined with what happened later. */
  readonly log: Source<Line & Log & F & Out>;
}

/** Where the files of an endpoint's log stand, below a store. */
export const logFolder = (name: string): string => `endpoints/${name}/log`;
/** Where events that are files wait, below a store that their source is not read from. */
export const eventsFolder = (name: string): string => `endpoints/${name}/events`;

/**
 * A model served over HTTP. Its name is the prefix of its metrics (`<name>_predictions_total`) and of `/<name>/health`; its log is the source
 * `endpoints.<name>_log`.
 */
export function endpoint<
  F extends Columns,
  Out extends Columns,
  Ask extends Columns,
  Answer extends Columns,
  const Looks extends LookedUp = {},
  Log extends Columns = {},
  Event extends Columns = Columns,
>(
  name: string,
  spec: {
    readonly path: string;
    readonly model: AnyModel & { readonly features: F; readonly output: Out };
    readonly request: Ask;
    readonly answer: Answer;
    /** Tables with one key, whose rows are kept in memory as the last publication left them. */
    readonly lookup?: Looks;
    /** Columns of the log that are not features; each row given to `predict` has them too. */
    readonly log?: Log;
    /** The share of requests that is logged. Default: all. */
    readonly sample?: number | Setting<number>;
    readonly handle: (
      call: CallWithModel<Ask, NoInfer<Looks>, F, Out, NoInfer<Log>>,
    ) => Awaitable<RowOf<NoInfer<Answer>>>;
    /** The answer when there is no model, it fails, or the deadline has passed; counted. */
    readonly fallback?: (call: Call<Ask, NoInfer<Looks>>) => Awaitable<RowOf<NoInfer<Answer>>>;
    readonly deadline?: Duration | Setting<Duration>;
    readonly limits?: Limits;
    /** How often to look for another champion (default: 5 minutes), and where people see and force it (default: `/api/debug/reload_weights`). */
    readonly reload?: { readonly every?: Duration | Setting<Duration>; readonly path?: string };
    /** Another version (one named by hand, else the candidate that waits) predicts this share too, and requests whose `header` is 1 (default: `x-shadow-<name>`); only the log sees it. */
    readonly shadow?: { readonly share: number | Setting<number>; readonly header?: string };
    /** Each answer as a row of a source: sent where the source is read from. */
    readonly events?: {
      readonly to: Source<Event>;
      readonly of: (answered: Answered<Ask, Answer>) => Partial<RowOf<NoInfer<Event>>> | undefined;
    };
  },
): Endpoint<Log, F, Out> {
  const { model, lookup, log, limits, reload = {}, sample = 1, shadow, ...rest } = spec;
  const { features, output } = model;
  const columns = { ...line, ...log, ...features, ...output } as Line & Log & F & Out;
  const { every = '5 minutes', path = '/api/debug/reload_weights' } = reload;
  const facts = Object.freeze({
    ...rest,
    model,
    lookup: Object.freeze({ ...lookup }),
    logged: Object.freeze({ ...log }),
    sample,
    limits: Object.freeze({ ...usualLimits, ...limits }),
    reload: Object.freeze({ every, path }),
    ...(shadow ? { shadow: Object.freeze({ header: `x-shadow-${name}`, ...shadow }) } : {}),
  }) as EndpointFacts;
  const settings = [sample, facts.deadline, every, facts.shadow?.share].flatMap((one) =>
    typeof one === 'object' ? [one.of] : [],
  );
  const tables: readonly Definition[] = Object.values(facts.lookup);
  const to = facts.events ? [facts.events.to] : [];
  return define({
    kind: 'endpoint',
    name,
    dependsOn: Object.freeze([...new Set([model, ...tables, ...settings, ...to])]),
    facts,
    log: source(`endpoints.${name}_log`, { reader: files(`${logFolder(name)}/**`), columns }),
  });
}
