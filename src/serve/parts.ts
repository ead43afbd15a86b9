import type { Duration } from '../columns/index.ts';
import type { Setting } from '../define/index.ts';

/** What an endpoint is composed of, as `endpoint.ts` sees it. */

export type Row = Readonly<Record<string, unknown>>;
export type Level = 'info' | 'warn' | 'error';
/** One line of `logs/api.log`: never a body, never a secret. */
export type Say = (line: { readonly level: Level; readonly event: string } & Readonly<Record<string, unknown>>) => void;

/** The version that a request began with, and keeps. */
export interface ModelUse {
  /** Absent: there is none yet. */
  readonly served?: { readonly version: string };
  predict(rows: readonly Row[]): readonly Row[];
  /** Once, when the answer was given; without how long it took where there was none. */
  end(how: { readonly failed: boolean; readonly milliseconds: number | undefined }): void;
}
export interface ModelsPart {
  /** Until the first look at the store is over; it looks again by itself afterwards. */
  start(): Promise<void>;
  /** Of a request, first thing: it keeps this one. */
  begin(): ModelUse;
  /** What a request would get now. */
  readonly current?: { readonly version: string } | undefined;
  /** What is published and not served, and why not. */
  readonly unserved?: { readonly is: string; readonly why: string; readonly next: string } | undefined;
  /** Reloads by their result, since the process began. */
  readonly results: Readonly<Partial<Record<string, number>>>;
  /** For people: `/<name>/health`, and what the reload path shows. */
  state(): object;
  reload(by: string): Promise<object>;
  close(): Promise<void> | void;
}

/** By the name that it has under `lookup`: rows by their keys, in the order asked for; keys that are not there are left out. */
export type Lookup = Readonly<Record<string, (keys: readonly unknown[]) => readonly Row[]>>;
export interface TablesPart {
  start(): Promise<void>;
  /** A request keeps it to its end: its tables do not change under it. */
  readonly current: { readonly lookup: Lookup };
  /** Those that were never there yet. */
  readonly missing: readonly string[];
  /** The value of what may be a setting. */
  setting<V extends number | Duration>(of: V | Setting<V>): V;
  state(): object;
  refresh(): Promise<void>;
  close(): Promise<void> | void;
}

/** What one request was predicted. */
export interface Predicted {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly version: string;
  /** Rows as they were given to `predict`, and what it gave; in their order. */
  readonly rows: readonly Row[];
  readonly outputs: readonly Row[];
}
/** What goes to the log; without a role it was predicted by the champion. */
export type Logged = Predicted & {
  readonly role?: 'champion' | 'shadow';
  /** Of the requests those that this version was to predict, where not all. */
  readonly share?: number;
};
export interface LogPart {
  add(predicted: Logged): void;
  state(): object;
  close(): Promise<void> | void;
}
export interface EventsPart {
  send(row: Row): void;
  state(): object;
  close(): Promise<void> | void;
}
export interface ShadowPart {
  /** Begins to look which version it is; nobody waits for that. */
  start(): void;
  /** Looks again. */
  look(): Promise<void>;
  /** What the champion predicted, and how long that took; `isAsked`: the request has the header. Never waits. */
  offer(predicted: Predicted & { readonly isAsked: boolean; readonly milliseconds: number }): void;
  state(): object;
  close(): Promise<void> | void;
}

/** A figure that a part shows at `/metrics`; its name gets the endpoint's before it. */
export interface Figure {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly values: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[];
}
export interface Shows {
  figures?(): readonly Figure[];
}

export interface Parts {
  readonly models: ModelsPart & Shows;
  readonly tables: TablesPart & Shows;
  readonly log: LogPart & Shows;
  readonly events: (EventsPart & Shows) | undefined;
  readonly shadow: (ShadowPart & Shows) | undefined;
}
