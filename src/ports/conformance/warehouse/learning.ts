import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { col } from '../../../columns/index.ts';
import type { Vectors } from '../../learning.ts';
import type { On } from './on.ts';

/** What training takes from a warehouse, and what views are told of its champions. */
export function learning(on: On): void {
  on('rows are given column by column, in the order of their query, and are kept as they were', async (desk) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'esteira-vectors-'));
    try {
      const file = path.join(folder, "rows of o'brien.parquet");
      const columns = { n: col.integer().optional(), share: col.real(), active: col.boolean(), plan: col.text() };
      const query = `select * from (values (3, 0.5, true, 'pro', date '2026-01-01'), (null, -1e300, false, 'básico', null),
        (1, 1.1, null, null, null), (2, 0e0, true, 'pro', null)) as t(n, share, active, plan, day) order by share`;
      const found = await desk.warehouse.vectors(query, { columns, file });
      assert.deepEqual(found, {
        rows: 4,
        columns: {
          n: { of: 'numbers', values: Float64Array.of(NaN, 2, 3, 1), valid: Uint8Array.of(0, 1, 1, 1) },
          share: { of: 'numbers', values: Float64Array.of(-1e300, 0, 0.5, 1.1) },
          active: { of: 'booleans', values: Uint8Array.of(0, 1, 1, 0), valid: Uint8Array.of(1, 1, 1, 0) },
          plan: { of: 'texts', codes: Int32Array.of(0, 1, 1, -1), words: ['básico', 'pro'] },
        },
      });
      // Nothing need be kept.
      assert.deepEqual(await desk.warehouse.vectors(query, { columns }), found);
      const rows = `select range as n, range % 2 = 0 as even, 'w' || range % 3 as word from range(300000) order by n desc`;
      const of = { n: col.bigint(), even: col.boolean(), word: col.text() };
      for (const kept of [{ file }, {}]) {
        const many = await desk.warehouse.vectors(rows, { columns: of, ...kept });
        assert.equal(many.rows, 300_000);
        const { n, even, word } = many.columns;
        assert.ok(n?.of === 'numbers' && n.values.length === 300_000);
        assert.ok(n.values.every((value, row) => value === 299_999 - row));
        assert.ok(even?.of === 'booleans' && even.values.every((value, row) => value === row % 2));
        assert.ok(word?.of === 'texts' && word.codes.length === 300_000);
        assert.ok(word.codes.every((code, row) => word.words[code] === `w${(299_999 - row) % 3}`));
      }
      const stop = AbortSignal.abort(new Error('enough'));
      const { error } = await on.settled(desk.warehouse.vectors(query, { columns, file, signal: stop }));
      assert.equal(error?.code, 'CANCELLED');
      const wrong = await on.settled(desk.warehouse.vectors('select x', { columns, file }));
      assert.equal(wrong.error?.code, 'QUERY_INVALID');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  on('rows that are alike are summed, the same to the last digit in whatever order they lie', async (desk) => {
    const rows = `select range % 3 as part, case when range % 2 = 0 then 'é' end as word, ln(range + 1.5) as a, case when range % 3 > 0 then sqrt(range) end as b,
      range % 5 = 0 as kept from range(6000)`;
    const by = { part: col.integer(), word: col.text(), kept: col.boolean() };
    const numbers = { names: ['a', 'b'], within: ['word'], of: 'not kept' };
    const found = await desk.warehouse.sums(rows, { by, numbers });
    for (const order of ['a desc', 'sin(a * 1e6)'])
      assert.deepEqual(await desk.warehouse.sums(`${rows} order by ${order}`, { by, numbers }), found, order);
    const { part, word } = found.columns;
    assert.ok(part?.of === 'numbers' && word?.of === 'texts' && found.rows.length === 12);
    const all = Array.from({ length: 6000 }, (_, n) => ({
      n,
      a: Math.log(n + 1.5),
      b: n % 3 > 0 ? Math.sqrt(n) : Number.NaN,
    }));
    const groups = Array.from({ length: 12 }, (_, at) => ({
      part: part.values[at],
      even: word.codes[at] !== -1,
      kept: (found.columns['kept'] as { readonly values: Uint8Array }).values[at] === 1,
    }));
    const sum = (values: readonly number[]): number => values.reduce((one, other) => one + other, 0);
    for (const [at, group] of groups.entries()) {
      const own = all.filter(
        ({ n }) => n % 3 === group.part && (n % 2 === 0) === group.even && (n % 5 === 0) === group.kept,
      );
      const value = (name: string): number => found.sums[name]?.[at] as number;
      const [a0, b0] = [value('a from'), value('b from')];
      const taught = all.filter(({ n }) => (n % 2 === 0) === group.even && n % 5 !== 0);
      assert.equal(found.rows[at], own.length);
      const wanted = {
        'a from': sum(taught.map(({ a }) => a)) / taught.length,
        a: sum(own.map(({ a }) => a - a0)),
        'a a': sum(own.map(({ a }) => (a - a0) ** 2)),
        b: group.part === 0 ? 0 : sum(own.map(({ b }) => b - b0)),
        'a b': group.part === 0 ? 0 : sum(own.map(({ a, b }) => (a - a0) * (b - b0))),
      };
      for (const [name, is] of Object.entries(wanted))
        assert.ok(Math.abs(value(name) - is) < 1e-6, `${name} ${value(name)} ${is}`);
    }
    // A number that is the same everywhere is at its origin, whatever it is.
    const same = await desk.warehouse.sums('select range % 2 as part, ln(7) as a from range(1000)', {
      by: { part: col.integer() },
      numbers: { names: ['a'], within: [], of: 'part = 0' },
    });
    assert.deepEqual([same.sums['a'], same.sums['a a']], [new Float64Array(2), new Float64Array(2)]);
    const ofOne = (number: string, rows: number) =>
      desk.warehouse.sums(`select 1 as part, ${number} as a from range(${rows})`, {
        ...{ by: { part: col.integer() }, numbers: { names: ['a'], within: ['part'], of: 'true' } },
      });
    assert.deepEqual((await ofOne('cast(2097152 as double)', 8)).sums['a a'], Float64Array.of(0));
    for (const [number, rows] of [
      ['cast(4194304 as double)', 8],
      ["cast('Infinity' as double)", 1],
      ["cast('NaN' as double)", 1],
    ] as const)
      assert.equal((await on.settled(ofOne(number, rows))).error?.code, 'QUERY_INVALID', number);
    const counted = await desk.warehouse.sums('select range % 2 as part from range(7)', {
      by: { part: col.integer() },
    });
    assert.deepEqual(counted.rows, Float64Array.of(4, 3));
    const wrong = await on.settled(desk.warehouse.sums('select x', { by }));
    assert.equal(wrong.error?.code, 'QUERY_INVALID');
  });

  on('what is computed from rows stands beside them, however many; what is no number is none', async (desk) => {
    const kept = await desk.make('t', {
      n: col.integer().key(),
      plan: col.text(),
      twice: col.real().optional(),
      version: col.text(),
    });
    const of = (relation: string, query: string) => ({
      ...{ relation, query, columns: { n: col.integer(), plan: col.text() }, output: { twice: col.real() } },
      constants: { version: "it's 1" },
      predict: ({ n, plan }: Vectors['columns'], rows: number) => {
        assert.ok(n?.of === 'numbers' && plan?.of === 'texts' && n.values.length === rows);
        const twice = n.values.map((value, row) =>
          plan.words[plan.codes[row] as number] === 'b' ? Number.NaN : 2 * value,
        );
        return { twice };
      },
    });
    for (const rows of [0, 5, 300_000]) {
      const query = `select range as n, case when range % 3 = 1 then 'b' else 'a' end as plan from range(${rows}) order by n desc`;
      const first = of("_it's 0", query);
      // One is made of another.
      const second = of('_predicted 1', `select n, plan from "_it's 0" where twice is not null`);
      const sql = `select * from "_it's 0" where n not in (select n from "_predicted 1") union all select * from "_predicted 1"`;
      await desk.publish(kept, sql, { predicted: [first, second] });
      const found =
        await desk.ask(`select count(*), count(*) filter (twice = 2 * n), count(*) filter (twice is null and plan = 'b'),
        count(*) filter (version = 'it''s 1') from one.silver.t`);
      const none = Math.floor((rows + 1) / 3);
      assert.deepEqual(found, [[rows, rows - none, none, rows]], `${rows}`);
    }
    const failing = { ...of('_p', `select 1 as n, 'a' as plan`), predict: () => ({ twice: Float64Array.of(1) }) };
    await desk.publish(kept, 'select * from "_p"', { predicted: [failing] });
    assert.deepEqual(await desk.ask('select n, twice from one.silver.t'), [[1, 1]]);
  });

  on('a view of a champion shows the one of the newest move, however late an older one comes', async (desk) => {
    await desk.make('t', { id: col.integer().key() });
    const { warehouse } = desk;
    const shown = (): Promise<unknown> => desk.ask(`select ${warehouse.dialect.champion('one', 'one.a.m')}`);
    assert.deepEqual(await warehouse.champions('one'), new Map());
    assert.deepEqual(await shown(), [[null]]);
    const first = { version: '20260310_0200', number: 1 };
    const second = { version: '20260310_0200_2', number: 2 };
    await warehouse.show(
      'one',
      new Map([
        ['one.a.m', second],
        ["one.a.o'k", first],
      ]),
    );
    await warehouse.show('one', new Map([['one.a.m', first]]));
    await warehouse.show('one', new Map());
    assert.deepEqual(
      await warehouse.champions('one'),
      new Map([
        ['one.a.m', second],
        ["one.a.o'k", first],
      ]),
    );
    assert.deepEqual(await shown(), [[second.version]]);
    await warehouse.show('one', new Map([['one.a.m', { version: first.version, number: 3 }]]));
    assert.deepEqual(await shown(), [[first.version]]);
  });
}
