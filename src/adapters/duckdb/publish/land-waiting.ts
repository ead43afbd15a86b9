import type { DuckDBAppender } from '@duckdb/node-api';
import { type Columns, col } from '../../../columns/index.ts';
import { type Emptied, hidden, type IncomingChunk, type LandedTable, onTheWay } from '../../../ports/index.ts';
import { dialect, storedType } from '../dialect.ts';
import { Filler } from '../incoming.ts';
import type { Session } from '../session.ts';

const { identifier } = dialect;

/** Of rows on their way: the names of what could not be read, as one text. */
export const unreadText = '#unread';

/** The rows of one table that wait to be published, in a temporary table: it takes no more memory than the engine may use. */
export class Waiting {
  readonly table: LandedTable;
  /** The temporary table's name. */
  readonly name: string;
  /** `_rid`, `_original` and the rest, and what rows have on their way, stand after these. */
  readonly columns: Columns;
  rows = 0;
  readonly emptied: Emptied[] = [];
  readonly #session: Session;
  readonly #filler: Filler;
  #appender: DuckDBAppender | undefined;

  constructor(session: Session, table: LandedTable, index: number) {
    this.#session = session;
    this.table = table;
    this.name = `esteira_landing_${index}`;
    const way = { [onTheWay.kept]: col.text(), [onTheWay.others]: col.text(), [onTheWay.moved]: col.boolean() };
    this.columns = { ...table.columns, ...way };
    this.#filler = new Filler(this.columns);
  }

  /** Made anew: what was deleted from a temporary table would stay in it. */
  async open(): Promise<void> {
    this.close();
    const own = Object.entries(this.columns).map(([name, { facts }]) => `${identifier(name)} ${storedType(facts)}`);
    const besides = [hidden.row, hidden.original, unreadText].map((name) => `${identifier(name)} varchar`);
    await this.#session.run(`create or replace temp table ${this.name} (${[...own, ...besides].join(', ')})`);
    this.#session.made.add(this.name);
    this.#appender = await this.#session.connection.createAppender(this.name, 'main', 'temp');
    this.rows = 0;
    this.emptied.length = 0;
  }

  add(chunk: IncomingChunk): void {
    this.#appender?.appendDataChunk(this.#filler.filled(chunk));
    const before = this.rows;
    this.rows += chunk.count;
    // What waits in the appender is in memory, whatever the engine may use.
    if (Math.floor(before / flushed) !== Math.floor(this.rows / flushed)) this.#appender?.flushSync();
  }

  /** The rows are to be seen by the next statement. */
  flush(): void {
    this.#appender?.flushSync();
  }

  close(): void {
    this.#appender?.closeSync();
    this.#appender = undefined;
  }
}
/** Rows: a row group of the engine's. */
const flushed = 122_880;
