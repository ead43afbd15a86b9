import pg from 'pg';
import { isLost } from '../../../../src/adapters/postgres/faults.ts';

/** A row as it is expected in a landing, without what only the log knows. */
export interface Expected {
  readonly table: 'things' | 'wholes';
  readonly operation: string;
  readonly id: number;
  readonly part: number | null;
  readonly amount: string | null;
  readonly note: string | null;
  readonly big: string | null;
}
type Row = Pick<Expected, 'id' | 'part' | 'amount' | 'note' | 'big'>;

/** Its numbers come from a seed, as everywhere. */
function chance(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** So long, and so little like anything else, that Postgres stores it apart. */
const long = (pick: (below: number) => number): string =>
  Array.from({ length: 500 }, () =>
    pick(2 ** 30)
      .toString(36)
      .padStart(6, '0'),
  ).join('');

/** Two tables, one known by two columns, one by the whole row; and what was done to them, written by who did it. */
export const tables = `
  create table things (id int, part int, amount numeric(12,2), note text, big text, primary key (id, part));
  create table wholes (id int primary key, note text, big text);
  alter table wholes replica identity full;
  alter table things alter big set storage external;
  alter table wholes alter big set storage external;
  create table history (n bigserial primary key, expected jsonb not null);`;

const none = { part: null, amount: null, note: null, big: null };

/** Writes to the tables, one transaction after the other, and in each what it does. */
export class Writer {
  readonly #url: string;
  readonly #schema: string;
  readonly #pick: (below: number) => number;
  readonly #things = new Map<string, Row>();
  readonly #wholes = new Map<number, Row>();
  #next = 1;
  #client: pg.Client | undefined;

  constructor(url: string, schema: string, seed: number) {
    this.#url = url;
    this.#schema = schema;
    this.#pick = chance(seed);
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client) return this.#client;
    const client = new pg.Client(this.#url);
    client.on('error', () => {
      this.#client = undefined;
    });
    await client.connect();
    await client.query(`set search_path to ${this.#schema}`);
    this.#client = client;
    return client;
  }

  /** Until it is told to stop; a server that goes away is waited for. */
  async write(signal: AbortSignal): Promise<number> {
    let written = 0;
    while (!signal.aborted) {
      written += await this.transact();
      await new Promise((resolve) => setTimeout(resolve, this.#pick(8)));
    }
    return written;
  }

  /** One transaction; gives how many changes it has made. Whether one whose answer is lost was committed is asked afterwards. */
  async transact(size = 1 + this.#pick(5)): Promise<number> {
    const before = { things: new Map(this.#things), wholes: new Map(this.#wholes), next: this.#next };
    const expected: Expected[] = [];
    const statements: [text: string, values: unknown[]][] = [];
    for (let index = 0; index < size; index++) this.#change(expected, statements);
    let last = 0;
    try {
      const client = await this.#connected();
      last = Number((await client.query('select coalesce(max(n), 0) as n from history')).rows[0].n);
      await client.query('begin');
      for (const [text, values] of statements) await client.query(text, values);
      await client.query('insert into history (expected) select value from jsonb_array_elements($1::jsonb)', [
        JSON.stringify(expected),
      ]);
      await client.query('commit');
      return expected.length;
    } catch (error) {
      if (!isLost(error)) throw error;
      if (await this.#wasCommitted(last, expected.length)) return expected.length;
      for (const [to, from] of [
        [this.#things, before.things],
        [this.#wholes, before.wholes],
      ] as const) {
        to.clear();
        for (const [key, row] of from) (to as Map<unknown, Row>).set(key, row);
      }
      return 0;
    }
  }

  async #wasCommitted(last: number, count: number): Promise<boolean> {
    for (;;) {
      this.#client = undefined;
      try {
        const { rows } = await (await this.#connected()).query('select count(*)::int as n from history where n > $1', [
          last,
        ]);
        return rows[0].n === count;
      } catch (error) {
        if (!isLost(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  #change(expected: Expected[], statements: [string, unknown[]][]): void {
    const pick = this.#pick;
    const what = pick(100);
    const thing = [...this.#things.values()][pick(this.#things.size || 1)];
    const whole = [...this.#wholes.values()][pick(this.#wholes.size || 1)];
    if (what < 35 || !thing || !whole) this.#insert(expected, statements);
    else if (what < 55) this.#update(thing, expected, statements);
    else if (what < 65) this.#updateWhole(whole, expected, statements);
    else if (what < 75) this.#move(thing, expected, statements);
    else if (what < 85) {
      statements.push(['delete from things where id = $1 and part = $2', [thing.id, thing.part]]);
      expected.push({ table: 'things', operation: 'delete', ...none, id: thing.id, part: thing.part });
      this.#things.delete(`${thing.id} ${thing.part}`);
    } else if (what < 97) {
      statements.push(['delete from wholes where id = $1', [whole.id]]);
      expected.push({ table: 'wholes', operation: 'delete', ...whole });
      this.#wholes.delete(whole.id);
    } else {
      statements.push(['truncate wholes', []]);
      const ids = [...this.#wholes.keys()].sort((one, other) => one - other);
      for (const id of ids) expected.push({ table: 'wholes', operation: 'truncate', ...none, id });
      this.#wholes.clear();
    }
  }

  #insert(expected: Expected[], statements: [string, unknown[]][]): void {
    const pick = this.#pick;
    const id = this.#next++;
    const big = pick(3) === 0 ? null : long(pick);
    const thing: Row = { id, part: pick(3), amount: `${pick(9999)}.${10 + pick(89)}`, note: `n${pick(1000)}`, big };
    statements.push(['insert into things values ($1, $2, $3, $4, $5)', Object.values(thing)]);
    expected.push({ table: 'things', operation: 'insert', ...thing });
    this.#things.set(`${id} ${thing.part}`, thing);
    const whole: Row = { ...none, id, note: `w${pick(1000)}`, big: long(pick) };
    statements.push(['insert into wholes values ($1, $2, $3)', [id, whole.note, whole.big]]);
    expected.push({ table: 'wholes', operation: 'insert', ...whole });
    this.#wholes.set(id, whole);
  }

  /** Most often what is stored apart is left as it is. */
  #update(thing: Row, expected: Expected[], statements: [string, unknown[]][]): void {
    const pick = this.#pick;
    const next: Row = {
      ...thing,
      note: pick(9) === 0 ? null : `u${pick(1000)}`,
      ...(pick(4) ? {} : { big: long(pick) }),
    };
    const isBig = next.big !== thing.big;
    statements.push([
      `update things set note = $3${isBig ? ', big = $4' : ''} where id = $1 and part = $2`,
      [thing.id, thing.part, next.note, ...(isBig ? [next.big] : [])],
    ]);
    expected.push({ table: 'things', operation: 'update', ...next });
    this.#things.set(`${thing.id} ${thing.part}`, next);
  }

  #updateWhole(whole: Row, expected: Expected[], statements: [string, unknown[]][]): void {
    const next: Row = { ...whole, note: `v${this.#pick(1000)}` };
    statements.push(['update wholes set note = $2 where id = $1', [whole.id, next.note]]);
    expected.push({ table: 'wholes', operation: 'update', ...next });
    this.#wholes.set(whole.id, next);
  }

  #move(thing: Row, expected: Expected[], statements: [string, unknown[]][]): void {
    const next: Row = { ...thing, id: this.#next++ };
    statements.push(['update things set id = $3 where id = $1 and part = $2', [thing.id, thing.part, next.id]]);
    expected.push({ table: 'things', operation: 'delete', ...none, id: thing.id, part: thing.part });
    expected.push({ table: 'things', operation: 'insert', ...next });
    this.#things.delete(`${thing.id} ${thing.part}`);
    this.#things.set(`${next.id} ${next.part}`, next);
  }

  /** What was done, in its order. */
  async history(): Promise<readonly Expected[]> {
    const { rows } = await (await this.#connected()).query('select expected from history order by n');
    return rows.map(({ expected }) => expected as Expected);
  }

  async end(): Promise<void> {
    await this.#client?.end().catch(() => {});
    this.#client = undefined;
  }
}
