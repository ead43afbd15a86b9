import type { Columns } from '../../../columns/index.ts';
import { hidden, type Place, placeText, type StepWrite } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import type { Session } from '../session.ts';

const { identifier } = dialect;

/** Temporary tables of a publication; each connection has its own. */
export const temporary = Object.freeze({
  input: 'esteira_input',
  rows: 'esteira_rows',
  body: 'esteira_body',
  candidate: 'esteira_candidate',
  invalid: 'esteira_invalid',
  repeated: 'esteira_repeated',
  fate: 'esteira_fate',
  known: 'esteira_known',
  refused: 'esteira_refused',
  moves: 'esteira_moves',
  former: 'esteira_former',
  touched: 'esteira_touched',
  versions: 'esteira_versions',
  changed: 'esteira_changed',
});

/** Columns of the candidate beside the table's own. */
export const judged = Object.freeze({
  /** NULL for a valid row, else which rules it keeps, in the order of `flags`. */
  flags: 'esteira_flags',
  /** Of an invalid row: the row before any cast. */
  original: 'esteira_original',
  row: hidden.row,
});
export const valid = `${judged.flags} is null`;

/** A step's write, with what every part of it asks for. */
export interface Work {
  readonly write: StepWrite;
  readonly session: Session;
  /** `catalog.schema.table`. */
  readonly name: string;
  readonly target: string;
  readonly names: readonly string[];
  readonly key: readonly string[];
  readonly latest: readonly string[];
  readonly deleted: string | undefined;
  /** Where the deletes of a merge are remembered. */
  readonly remembered: string | undefined;
  /** Where the rows stand by their identity: the target, of a history the table beside it that keeps every one. */
  readonly held: string;
  readonly heldPlace: Place;
  /** Every row of the target keeps its `_rid`. */
  readonly identified: boolean;
  /** The body says the identity of its rows: no other row has it. */
  readonly given: boolean;
}

export function workOf(write: StepWrite, session: Session): Work {
  const { mode } = write;
  const heldPlace = mode.mode === 'history' ? beside(write.target, '__rows') : write.target;
  return {
    write,
    session,
    name: placeText(write.target),
    target: dialect.place(write.target),
    names: Object.keys(write.columns),
    key: mode.key,
    latest: mode.latest,
    deleted: mode.deleted,
    remembered:
      mode.mode === 'merge' && mode.deleted !== undefined && mode.latest.length > 0
        ? dialect.place(beside(write.target, '__deleted'))
        : undefined,
    held: dialect.place(heldPlace),
    heldPlace,
    identified: mode.mode !== 'replace',
    given: write.carried !== undefined || write.identity === true,
  };
}

/**
 * Inserts from a scan of one temporary table. Rows that several threads insert can be seen by readers while their commit is still being written
 * (DuckDB 1.5.5 marks them late); a source without batches, such as `range`, keeps the insert on one thread, whose rows appear all at once. A join
 * in the query would undo that: its result is put into a temporary table first.
 */
export const insertSql = (place: string, names: readonly string[], scan: string): string =>
  `insert into ${place} (${names.join(', ')}) ${scan} union all select ${names.map(() => 'null').join(', ')} from range(0)`;

/** Names as SQL, each with the relation's alias where there is one. */
export const listed = (names: readonly string[], alias?: string): string =>
  names.map((name) => (alias ? `${alias}.${identifier(name)}` : identifier(name))).join(', ');

/** Equal in every one of these columns, NULL being equal to NULL. */
export const same = (names: readonly string[], left: string, right: string): string =>
  names.map((name) => `${left}.${identifier(name)} is not distinct from ${right}.${identifier(name)}`).join(' and ') ||
  'true';

/** Equal keys; a valid row's key is never NULL. */
export const sameKey = (key: readonly string[], left: string, right: string): string =>
  key.map((name) => `${left}.${identifier(name)} = ${right}.${identifier(name)}`).join(' and ');

/** A row as JSON, its columns by name. */
export const jsonOf = (names: readonly string[], value: (name: string) => string): string =>
  `cast(to_json({${names.map((name) => `${dialect.literal(name)}: ${value(name)}`).join(', ')}}) as varchar)`;

const beside = (place: Place, suffix: string): Place => ({ ...place, table: `${place.table}${suffix}` });

export const isDeleted = (deleted: string | undefined, alias: string): string =>
  deleted === undefined ? 'false' : `coalesce(${alias}.${identifier(deleted)}, false)`;

export const textOf = (columns: Columns, name: string): boolean =>
  ['text', 'duration', 'list', 'json'].includes(columns[name]?.facts.kind ?? 'text');
