import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { openInMemory } from '../../adapters/duckdb/warehouse.ts';
import { type Columns, col, type Vector } from '../../columns/index.ts';
import { type AnyModel, model, priceElasticity, sql, table } from '../../define/index.ts';
import type { Warehouse } from '../../ports/index.ts';
import { canonical } from '../../registry/index.ts';
import { learn } from './lessons.ts';
import { type Read, readRows } from './reading.ts';
import { heldName, laterName } from './rows.ts';
import { learnAside, trainingFailed } from './thread.ts';
import { trainingOf } from './training.ts';

const columns = {
  ...{ day: col.integer().key(), sku: col.text().key(), region: col.integer(), month: col.integer() },
  ...{ price: col.real().optional(), rival: col.real().optional(), units: col.decimal(12, 3).optional() },
  ...{ promotion: col.boolean(), ran_out: col.boolean(), empty: col.boolean() },
};
const days = table('silver.days', { columns, rows: sql`select 1` });
const modelWith = (options: { readonly noSale?: 'leave out'; readonly day?: 'date' }): AnyModel =>
  model('ml.elasticity', {
    ...{ from: days, target: 'units', features: ['sku', 'region', 'price', 'rival', 'promotion', 'month'] },
    learner: priceElasticity({
      ...{ by: ['sku', 'region'], price: 'price', rival: 'rival', events: ['promotion'], season: ['month'] },
      ...{ outOfStock: 'ran_out', withoutStock: 'empty', ...options },
    }),
  });
const asked: Columns = { ...columns, [heldName]: col.boolean(), [laterName]: col.boolean() };
/** Two hundred days of some products, one of which never has another price: each kind of day that there is, and of each kind some on which something is missing. */
const generated = (order: string): string => {
  const random = (seed: number): string => `((hash(n * 31 + ${seed}) % 1000003) / 1000003.0)`;
  const normal = `((${random(1)} + ${random(2)} + ${random(3)} + ${random(4)} - 2) * sqrt(3))`;
  return `select d as day, case when p % 2 = 0 then 'é' else 'o''b' end as sku, p // 2 as region, d // 30 + 1 as month, promotion,
    case when n % 53 = 0 then null when n % 61 = 0 then 0 else 20 * exp(move) end as price, case when n % 37 = 0 then null else 21 * exp(answer) end as rival,
    case when n % 41 = 0 then null when n % 43 = 0 then -1 when n % 17 = 0 then 0 else exp(4 - 2.5 * move + 0.4 * answer + 0.5 * promotion::integer + 0.3 * noise) end as units,
    n % 19 = 0 as ran_out, case when n % 23 = 0 then true when n % 29 = 0 then null else false end as empty, d > 180 as ${heldName}, d > 195 as ${laterName}
    from (select *, 0.6 * move + 0.1 * ${random(8)} as answer from (select *, case when p = 4 then 0.1 else 0.2 * ${random(7)} + 0.1 * promotion::integer end as move
      from (select range as n, range // 200 as p, range % 200 as d, ${random(6)} < 0.15 as promotion, ${normal} as noise from range(1200)))) order by ${order}`;
};

async function inWarehouse(work: (warehouse: Warehouse, folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'esteira-reading-'));
  const warehouse = await openInMemory();
  try {
    await work(warehouse, folder);
  } finally {
    await warehouse.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
const learned = async (definition: AnyModel, read: Read) => {
  const training = { ...trainingOf(definition, read), asks: false, former: [] };
  const [member] = (await learn(training, { progress: () => {} })).members;
  return member ?? assert.fail('nothing is learned');
};
const { signal } = new AbortController();

test('of sums the same is learned as of rows, and judged by the same, whatever the days say', () =>
  inWarehouse(async (warehouse, folder) => {
    for (const options of [{}, { noSale: 'leave out' }] as const) {
      const definition = modelWith(options);
      const reading = {
        query: generated('p, d'),
        columns: asked,
        file: path.join(folder, "o'b.parquet"),
        warehouse,
        signal,
      };
      const read = await readRows(definition, reading);
      assert.ok(read.summed && read.all === 1200 && read.rows < 420, `${read.rows}`);
      const { rows, columns: vectors } = await warehouse.vectors(generated('p, d'), { columns: asked });
      const [one, other] = [
        await learned(definition, read),
        await learned(definition, { rows, columns: vectors, all: rows }),
      ];
      assert.equal(one.inside.length, 6);
      allAlike(one.inside, other.inside);
      for (const [name, value] of Object.entries(one.measures)) alike(value, other.measures[name], name);
      assert.ok(one.measures['mape'] && one.inside.some((row) => row['own_elasticity'] === null));
      const told = ({ rows: taught, held, samples, left, profile }: typeof one) => ({
        taught,
        held,
        samples,
        left,
        profile,
      });
      assert.deepEqual(told(one), told(other));
    }
  }));

test('of whole numbers that are one number here, and of texts that are missing or empty, the same is learned as of rows', () =>
  inWarehouse(async (warehouse, folder) => {
    const named = `case when region < 2 then sku when sku = 'é' then '' end as sku, ${2 ** 53} + region as region`;
    const query = `select * replace (${named}, price * (1 + region) as price, units * (1 + region) as units) from (${generated('p, d')})`;
    const file = path.join(folder, 'rows.parquet');
    const read = await readRows(modelWith({}), { query, columns: asked, file, warehouse, signal });
    const { rows, columns: vectors } = await warehouse.vectors(query, { columns: asked });
    const of = async (one: Read) => (await learned(modelWith({}), one)).inside;
    const [inside, beside] = [await of(read), await of({ rows, columns: vectors, all: rows })];
    assert.deepEqual(
      inside.map(({ sku }) => sku),
      ['', '', "o'b", 'é'],
    );
    allAlike(inside, beside);
  }));

type Inside = Awaited<ReturnType<typeof learned>>['inside'];
function allAlike(inside: Inside, others: Inside): void {
  assert.equal(inside.length, others.length);
  for (const [at, row] of inside.entries()) {
    const beside = others[at] ?? {};
    assert.deepEqual(Object.keys(row), Object.keys(beside));
    for (const [name, value] of Object.entries(row)) alike(value, beside[name], `${name} of ${row['sku']}`);
  }
}

/** To ten digits. */
function alike(one: unknown, other: unknown, name: string): void {
  if (typeof one !== 'number' || typeof other !== 'number') assert.equal(one, other, name);
  else assert.ok(Math.abs(one - other) <= 1e-10 * Math.max(1, Math.abs(other)), `${name}: ${one}, ${other}`);
}

test('a version is the same to the last digit in whatever order its rows come', () =>
  inWarehouse(async (warehouse, folder) => {
    const found = [];
    for (const order of ['p, d', 'd desc, p', 'hash(n)']) {
      const file = path.join(folder, 'rows.parquet');
      const definition = modelWith({ noSale: 'leave out' });
      // Rows of which only a bound is known are summed here, in their order, which a training gives.
      const query = `select * replace (false as ran_out) from (${generated(order)}) as _days`;
      const read = await readRows(definition, { query, columns: asked, file, warehouse, signal });
      found.push(canonical((await learned(definition, read)).parameters));
    }
    assert.ok(found[0]?.includes('"terms"'));
    assert.deepEqual(found.slice(1), [found[0], found[0]]);
  }));

test('what was read is handed to the thread that learns, and no more than that', () =>
  inWarehouse(async (warehouse, folder) => {
    const file = path.join(folder, 'rows.parquet');
    const read = await readRows(modelWith({}), { query: generated('n'), columns: asked, file, warehouse, signal });
    const { sums, spreads } = read.summed ?? assert.fail('it is summed');
    const spread = Object.values(spreads);
    const vectors: Vector[] = [read.columns, sums.columns].flatMap((one) => Object.values(one));
    const arrays = () => [
      ...[...vectors, ...spread.map(({ column }) => column)].map((one) =>
        one.of === 'texts' ? one.codes : one.values,
      ),
      ...[sums.rows, ...Object.values(sums.sums), ...spread.map(({ rows }) => rows)],
    ];
    assert.ok(arrays().every(({ length, byteLength, buffer }) => length > 0 && byteLength === buffer.byteLength));
    const training = { ...trainingOf(modelWith({}), read), asks: false, former: [] };
    const lessons = await learnAside(training, { where: 'x', signal, progress: () => {}, failed: trainingFailed });
    assert.equal(lessons.members[0]?.inside.length, 6);
    assert.ok(arrays().every(({ length }) => length === 0));
  }));

test('where it counts in which order days came, or nothing is kept to judge with, all rows are read', () =>
  inWarehouse(async (warehouse, folder) => {
    const { [heldName]: _held, [laterName]: _later, ...whole } = asked;
    const file = path.join(folder, 'rows.parquet');
    const dated = { ...asked, date: col.date() };
    const of = { file, warehouse, signal };
    const query = `select *, date '2026-01-01' + day::integer as date from (${generated('n')})`;
    for (const [definition, wanted] of [
      [modelWith({ day: 'date' }), dated],
      [modelWith({}), whole],
    ] as const) {
      const read = await readRows(definition, { ...of, query, columns: wanted });
      assert.deepEqual([read.rows, read.all, read.summed], [1200, 1200, undefined]);
    }
  }));
