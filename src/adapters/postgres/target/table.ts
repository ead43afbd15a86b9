import type pg from 'pg';
import { cancelled, type Target, type TargetBatch, type TargetResult, type TargetValue } from '../../../ports/index.ts';
import { shown } from '../../common/shown.ts';
import { connect, cut, type Fault, type Source } from '../client.ts';
import { isLost } from '../faults.ts';
import { targetFault } from './faults.ts';
import type { Statements, Written } from './statements.ts';

/**
 * The key is unique, so there is an index by which few rows are found quickly, whatever the server knows of the table; a statement is planned once. A row
 * that somebody else has locked is waited for, but not for ever.
 */
const settings = `set enable_seqscan = off; set enable_mergejoin = off; set lock_timeout = '10s'; set statement_timeout = '30s';
  select set_config('plan_cache_mode', 'force_generic_plan', false) where current_setting('server_version_num')::int4 >= 120000`;
/** The server ends a statement before; of one that does not answer nothing more is awaited, in milliseconds. */
const longestAnswer = 40_000;
/** A row may be changed by others between the statement that writes and the one that looks. */
const attempts = 3;

/** A connection as tables are written over it. */
export async function connectToWrite(
  source: Source,
  signal: AbortSignal | undefined,
  fault: Fault,
): Promise<pg.Client> {
  const client = await connect(source, signal, fault);
  try {
    await client.query(settings);
    return client;
  } catch (error) {
    cut(client);
    throw signal?.aborted ? cancelled(signal.reason) : fault(error, source);
  }
}

interface Asking {
  readonly source: Source;
  readonly place: string;
  readonly written: Written;
  readonly statements: Statements;
  /** What was written is looked at by a statement of its own. */
  readonly looksAgain: boolean;
  /** Row security holds for the user who writes. */
  readonly isSecured: boolean;
}

type Others = Readonly<Record<string, readonly (string | null)[]>> | null;
interface Answer {
  readonly written?: string | null;
  readonly found?: string | null;
  readonly others?: Others;
}

/** A table of Postgres that is written, by as many connections as there are requests at once. */
export class PostgresTarget implements Target {
  readonly place: string;
  readonly #of: Asking;
  readonly #idle: pg.Client[];

  constructor(of: Asking, client: pg.Client) {
    this.place = of.place;
    this.#of = of;
    this.#idle = [client];
  }

  async write(batch: TargetBatch, signal?: AbortSignal): Promise<readonly TargetResult[]> {
    if (signal?.aborted) throw cancelled(signal.reason);
    const { source, written } = this.#of;
    const columns = [...written.keys, ...written.values].map(({ name }) => batch.columns[name] ?? []);
    const results = new Array<TargetResult>(batch.rows);
    const keys = columns.slice(0, written.keys.length);
    const all = Array.from({ length: batch.rows }, (_, row) => row);
    const keyless = all.filter((row) => keys.some((values) => (values[row] ?? null) === null));
    for (const row of keyless) results[row] = { is: 'refused', why: 'its key has no value' };
    const rows = keyless.length === 0 ? all : all.filter((row) => results[row] === undefined);
    if (rows.length === 0) return results;

    const client = this.#idle.pop() ?? (await connectToWrite(source, signal, targetFault));
    let isWhole = false;
    const stop = (): void => cut(client);
    const timer = setTimeout(stop, longestAnswer);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      await this.#deliver({ client, columns, rows, results });
      isWhole = true;
      return results;
    } catch (error) {
      isWhole = !signal?.aborted && !isLost(error) && typeof (error as { severity?: unknown }).severity === 'string';
      throw signal?.aborted ? cancelled(signal.reason) : targetFault(error, source);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      if (isWhole) this.#idle.push(client);
      else cut(client);
    }
  }

  async #deliver(of: {
    readonly client: pg.Client;
    readonly columns: readonly (readonly TargetValue[])[];
    readonly rows: readonly number[];
    readonly results: TargetResult[];
  }): Promise<void> {
    const { columns, results } = of;
    const missing = this.#of.isSecured ? hiddenOrMissing : ({ is: 'missing' } as const);
    let rows = of.rows;
    let differ: readonly number[] = [];
    for (let attempt = 1; attempt <= attempts && rows.length > 0; attempt += 1) {
      const answer = await this.#ask('write', { ...of, rows });
      const wrote = new Set(numbersOf(answer.written, rows));
      for (const row of wrote) results[row] = { is: 'sent' };
      this.#tell(answer.others, { columns, rows, results });
      const looked = this.#of.looksAgain ? rows : rows.filter((row) => !wrote.has(row));
      if (looked.length === 0) return;
      const found = await this.#ask('look', { ...of, rows: looked });
      differ = [];
      const differing: number[] = [];
      for (const [index, row] of looked.entries()) {
        const letter = found.found?.[index];
        if (letter === 'm') results[row] = wrote.has(row) ? gone : missing;
        else if (letter === 'u') results[row] = { is: wrote.has(row) ? 'sent' : 'unchanged' };
        else if (letter === 'd' && !wrote.has(row)) differing.push(row);
      }
      this.#tell(found.others, { columns, rows: looked, results });
      if (differing.length === 0) return;
      if (attempt === 1) {
        const same = numbersOf((await this.#ask('same', of)).written, of.rows);
        for (const row of same.filter((one) => differing.includes(one))) results[row] = twice;
        differ = differing.filter((row) => !same.includes(row));
      } else {
        differ = differing;
      }
      rows = differ;
    }
    for (const row of differ) results[row] = unmoved;
  }

  async #ask(
    which: keyof Statements,
    of: {
      readonly client: pg.Client;
      readonly columns: readonly (readonly TargetValue[])[];
      readonly rows: readonly number[];
    },
  ): Promise<Answer> {
    const { written, statements } = this.#of;
    const said = [...written.keys, ...written.values];
    const values = said.map(({ text }, index) => {
      const column = of.columns[index] ?? [];
      return text(of.rows.length === column.length ? column : of.rows.map((row) => column[row] ?? null));
    });
    const { rows } = await of.client.query<Answer>({ name: which, text: statements[which], values });
    return rows[0] ?? {};
  }

  /** What rows say that is not what they were to say. */
  #tell(
    others: Others | undefined,
    of: {
      readonly columns: readonly (readonly TargetValue[])[];
      readonly rows: readonly number[];
      readonly results: TargetResult[];
    },
  ): void {
    const { keys, values } = this.#of.written;
    for (const [number, said] of Object.entries(others ?? {})) {
      const row = of.rows[Number(number) - 1] as number;
      const each = values.flatMap(({ name, declared }, index) => {
        const [meant, now] = [of.columns[keys.length + index]?.[row] ?? null, said[index] ?? null];
        return String(meant) === String(now) ? [] : [`${name} (${declared}) says ${shown(now)}, not ${shown(meant)}`];
      });
      of.results[row] = { is: 'other', why: each.join('; ') || 'it says something else there' };
    }
  }

  async close(): Promise<void> {
    for (const client of this.#idle.splice(0)) await client.end().catch(() => cut(client));
  }
}

const gone: TargetResult = { is: 'other', why: 'it was written, and is not there any more' };
const hiddenOrMissing: TargetResult = {
  is: 'missing',
  why: 'there is no such row, or row security hides it from the user',
};
const twice: TargetResult = { is: 'refused', why: 'another row of its batch has the key that is the same there' };
const unmoved: TargetResult = {
  is: 'refused',
  why: 'it is there and is not changed: a policy of row security, a trigger, a rule, or somebody who changes it back',
};

/** Numbers of rows among those that were asked about. */
const numbersOf = (text: string | null | undefined, rows: readonly number[]): readonly number[] =>
  text ? text.split(',').map((number) => rows[Number(number) - 1] as number) : [];
