import { type Columns, col, compareNames } from '../../../columns/index.ts';
import { EsteiraError } from '../../../errors.ts';
import {
  added,
  type CapturedTable,
  type ChangeTaker,
  type Difference,
  onTheWay,
  type ToLand,
} from '../../../ports/index.ts';
import type { Field, PostgresType } from '../values.ts';
import { Rows } from '../values.ts';
import { lsnWide } from './lsn.ts';
import { given, type LoggedColumn, type Messages, type Tuple } from './messages.ts';
import { type FoundTable, keyOf } from './tables.ts';

/** What a change becomes. */
export interface Change {
  readonly operation: 'snapshot' | 'insert' | 'update' | 'delete';
  readonly lsn: bigint;
  readonly committed: bigint | undefined;
  /** Microseconds since 1970. */
  readonly synced: bigint;
  readonly identity: string;
  /** It deletes the row that the next one is, under another key. */
  readonly moved?: boolean;
}

/** The columns of a source without those that its reader adds. */
function ownColumns({ columns, extra }: CapturedTable): Columns {
  const besides: readonly string[] = [...Object.values(added), ...(extra === undefined ? [] : [extra])];
  return Object.fromEntries(Object.entries(columns).filter(([name]) => !besides.includes(name)));
}

/** A table as its rows come, with the columns that they have now. */
export class Shape {
  readonly found: FoundTable;
  readonly rows: Rows;
  readonly differences: readonly Difference[];
  /** By the landing's names; nothing where not all of it is declared. */
  readonly key: readonly string[] | undefined;
  /** Places among the fields of the key by which the database knows rows. */
  readonly #keyed: readonly number[];
  /** By place: the declared column that the field is. */
  readonly #declared: readonly (string | undefined)[];
  readonly #names: readonly string[];

  constructor(found: FoundTable, fields: readonly Field[]) {
    const { captured } = found;
    this.found = found;
    const { columns, extra, refusesNew } = captured;
    const text = col.text().optional();
    const way = { [onTheWay.kept]: text, [onTheWay.others]: text, [onTheWay.moved]: col.boolean().optional() };
    this.rows = new Rows({ columns: { ...columns, ...way }, fields, ...(extra === undefined ? {} : { extra }) });
    const names = fields.map(({ name }) => name);
    const compared = compareNames(ownColumns(captured), names, refusesNew);
    const [never] = this.rows.never;
    const wrong = never
      ? `its column ${never.called} is ${never.type}, which is never of the kind of ${never.column}`
      : compared.breach && `it has ${compared.breach}`;
    if (wrong) throw drifted(captured, wrong);
    this.differences = differencesOf(compared, captured);
    this.key = keyOf(found);
    this.#keyed = found.key.map((name) => names.indexOf(name)).filter((index) => index >= 0);
    const declared = new Map([...compared.called].map(([name, called]) => [called, name]));
    this.#declared = names.map((name) => declared.get(name));
    this.#names = names;
  }

  /** One more row. */
  add(bytes: Buffer, tuple: Pick<Tuple, 'starts' | 'lengths'>, change: Change): void {
    const { rows } = this;
    rows.add(bytes, tuple.starts, tuple.lengths, change.identity);
    rows.set(added.deleted, change.operation === 'delete');
    rows.set(added.synced, change.synced);
    rows.set(added.lsn, change.lsn);
    if (change.committed !== undefined) rows.set(added.committed, change.committed);
    rows.set(added.operation, change.operation);
    if (change.moved) rows.set(onTheWay.moved, true);
  }

  /** Of the row that was added last: columns that are as they were. */
  keep({ kinds, count }: Tuple): void {
    const { extra } = this.found.captured;
    let [names, others] = ['', ''];
    for (let index = 0; index < count; index++) {
      if (kinds[index] !== given.unchanged) continue;
      const name = this.#declared[index];
      if (name !== undefined) names += `${name}\n`;
      else if (extra !== undefined) others += `${this.#names[index]}\n`;
    }
    if (others !== '') {
      names += `${extra}\n`;
      this.rows.set(onTheWay.others, others);
    }
    if (names !== '') this.rows.set(onTheWay.kept, names);
  }

  /** Without a key two rows are never the same one. */
  isOther(bytes: Buffer, { old, now }: Pick<Messages, 'old' | 'now'>): boolean {
    if (this.#keyed.length === 0) return true;
    return this.#keyed.some((index) => {
      if (now.kinds[index] === given.unchanged) return false;
      const [length, other] = [old.lengths[index] as number, now.lengths[index] as number];
      const [at, next] = [old.starts[index] as number, now.starts[index] as number];
      return length !== other || (length > 0 && bytes.compare(bytes, next, next + other, at, at + length) !== 0);
    });
  }

  /** Gives what waits of it, if anything does. */
  flush(taker: ChangeTaker): void {
    if (this.rows.count > 0) taker.rows(this.found.captured.step, this.rows.take());
  }
}

/** Types of columns as the log has them, from what is known of their numbers. */
export const fieldsOf = (columns: readonly LoggedColumn[], types: readonly PostgresType[]): readonly Field[] =>
  columns.map(({ name }, index) => ({ name, type: types[index] as PostgresType }));

function differencesOf(
  { news, gone }: { readonly news: readonly string[]; readonly gone: readonly string[] },
  { place: path, extra }: CapturedTable,
): readonly Difference[] {
  const kept = extra === undefined ? 'it is ignored' : `kept in ${extra}`;
  return [
    ...news.map((column) => ({ how: 'new' as const, column, path, note: kept })),
    ...gone.map((column) => ({ how: 'gone' as const, column, path, note: 'its values are missing' })),
  ];
}

const drifted = ({ place, written, refusesNew }: CapturedTable, got: string): EsteiraError =>
  new EsteiraError('SOURCE_DRIFTED', {
    what: `The table ${place} breaks the contract of its source; what was committed before is landed.`,
    where: written,
    got,
    allowed: `every column that is not .optional(), of a type that can be of its kind${refusesNew ? ', and no others' : ''}`,
    next: 'Mend the columns of the source, run esteira setup, and bring it in again: it goes on where it stood, and no change is lost.',
  });

/** Rows of one moment or transaction, by the number of each. */
export const identityOf = (prefix: string, lsn: bigint, kind: '.' | ':') => {
  const begins = `${prefix}${lsnWide(lsn)}${kind}`;
  return (ordinal: number): string => begins + String(ordinal).padStart(10, '0');
};

/** What those who land rows need to know of tables. */
export const aboutTables = (shapes: readonly Shape[]): Pick<ToLand, 'keys' | 'differences'> => ({
  keys: new Map(shapes.flatMap(({ found, key }) => (key ? [[found.captured.step, key]] : []))),
  differences: new Map(shapes.map(({ found, differences }) => [found.captured.step, differences])),
});
