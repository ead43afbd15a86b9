import type { Check, Endpoint, Job, Monitor } from '../define/index.ts';
import {
  type AnyModel,
  type AnySource,
  type AnyTable,
  type Definition,
  type SettingsTable,
  writtenAt,
} from '../define/index.ts';
import { EsteiraError } from '../errors.ts';

/** One definition file, loaded. */
export interface LoadedFile {
  readonly catalog: string;
  /** Below the project's folder. */
  readonly file: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/**
 * Suffixes of the tables that Esteira keeps beside one: rows that left it, the rows that versions come from, changes of settings, and of a table inside
 * a model the rows of all its versions.
 */
export const companions = Object.freeze({
  deleted: '__deleted',
  rows: '__rows',
  history: '_history',
  versions: '__versions',
});

/** Settings of every shape. */
export type AnySettings = SettingsTable<any>; // any: settings of every shape are meant
export type Held = AnyTable | AnySource | AnySettings | AnyModel;

/** What the warehouse holds: where it lives, and who reads it. */
export interface Node<D extends Held = Held> {
  /** `catalog.schema.table`. */
  readonly id: string;
  readonly catalog: string;
  readonly schema: string;
  readonly table: string;
  readonly definition: D;
  /** It stands inside that model: the node holds the rows of every version, and a view of the definition's name shows the champion's. */
  readonly inside?: AnyModel;
}

/** All definitions of a project, checked for names and mentions. */
export interface Graph {
  readonly nodes: ReadonlyMap<string, Node>;
  readonly jobs: ReadonlyMap<string, Job>;
  readonly checks: readonly Check[];
  readonly monitors: ReadonlyMap<string, Monitor>;
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly catalogs: readonly string[];
  /** Suffix of the tables of invalid rows. */
  readonly suffix: string;
  /** The node of a definition; a table of invalid rows has one too. */
  nodeOf(definition: Definition): Node;
}

/** File and line below the project's folder, as messages say it. */
export const whereOf = (definition: Definition): string =>
  `${definition.kind} ${definition.name}, ${writtenAt(definition)}`;

/** For what cannot be whatever is done: `what` names the definition, `next` says what to write. */
export const invalidDefinition = (what: string, definition: Definition, next: string, allowed?: string): EsteiraError =>
  new EsteiraError('DEFINITION_INVALID', { what, where: whereOf(definition), next, ...(allowed ? { allowed } : {}) });

/** For what the type checker would have found: `got` in the place of what is allowed. */
export const misshapen = (definition: Definition, what: string, got: unknown, allowed: string): EsteiraError =>
  new EsteiraError('DEFINITION_INVALID', {
    what,
    where: whereOf(definition),
    got: String(got),
    allowed,
    next: 'Correct the definition; `npx tsc --noEmit` shows all mistakes of this kind.',
  });
