import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { openExportReader } from '../../adapters/duckdb/export-reader.ts';
import { openInMemory } from '../../adapters/duckdb/warehouse.ts';
import { type Columns, col } from '../../columns/index.ts';
import { Desk } from '../../ports/conformance/warehouse/desk.ts';
import type { Exported } from '../../ports/index.ts';
import { load } from './loaded.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'esteira-tables-'));
after(() => rmSync(folder, { recursive: true }));

/** Rows of a table as the warehouse gives them, and as they come out of a file of them. */
async function roundTrip(columns: Columns, query: string) {
  const warehouse = await openInMemory();
  const reader = await openExportReader();
  try {
    const desk = new Desk(warehouse);
    const table = await desk.make('t', columns);
    await desk.publish(table, query);
    const file = path.join(folder, 'rows.parquet');
    const key = Object.keys(columns)[0] ?? '';
    const place = { catalog: 'one', schema: 'silver', table: 't' };
    const exported = (await warehouse.exportRows(place, { columns, key, file, judge: () => {} })) as Exported;
    const bytes = readFileSync(file);
    const loaded = await load(await reader.read(bytes, columns), columns);
    return {
      exported,
      loaded,
      rows: await warehouse.rows(place, columns),
      hash: createHash('sha256').update(bytes).digest('hex'),
    };
  } finally {
    await warehouse.close();
    await reader.close();
  }
}

const every = {
  id: col.text().key(),
  whole: col.integer(),
  long: col.bigint(),
  share: col.real(),
  price: col.decimal(38, 2),
  active: col.boolean(),
  born: col.date(),
  moment: col.timestamp(),
  takes: col.duration(),
  names: col.list(col.text()),
  items: col.list({ id: col.text(), n: col.integer() }),
  more: col.json(),
};
/** The same, and each may be missing. */
const both: Columns = {
  ...every,
  ...Object.fromEntries(
    Object.entries<Columns[string]>(every).flatMap(([name, one]) =>
      one.facts.isKey ? [] : [[`${name}_or_none`, one.optional()]],
    ),
  ),
};
/** Values of Temporal have nothing of their own that could be compared. */
const plain = (row: object): unknown =>
  Object.entries(row).map(([name, value]) => [
    name,
    `${Object.prototype.toString.call(value)} ${typeof value}`,
    `${value}`,
  ]);

test('rows of every kind come out of a file as the warehouse itself gives them', async () => {
  const texts = [
    `'a', 9007199254740991, 9223372036854775807, 0.1, 123456789012345678901234567890123456.78, true, date '2026-02-28', timestamptz '2026-01-01 10:00:00.123456+00', '15 ms', '["x","é"]', '[{"id":"1","n":2}]', '{"a":[1,null]}'`,
    `'é😀''"\\', -9007199254740991, -9223372036854775807 - 1, -1e300, -0.01, false, date '0001-01-01', timestamptz '1969-12-31 23:59:59.999999+00', '12 months', '[]', '[]', 'null'`,
    `'', 0, 0, 0, 0, false, date '9999-12-31', timestamptz '9999-12-31 23:59:59.999999+00', '1 hour', '[""]', '[]', '"x"'`,
  ];
  const names = Object.keys(every);
  const values = texts.map((text) => `select ${text}`).join(' union all ');
  const list = names.map((name) => {
    const { facts } = (every as Columns)[name] as Columns[string];
    const type = { list: 'json', json: 'json', decimal: 'decimal(38, 2)', real: 'double', integer: 'bigint' }[
      facts.kind as 'list'
    ];
    return type ? `cast(${name} as ${type}) as ${name}` : name;
  });
  const twice = names.slice(1).map((name) => `case when id = 'a' then null else ${name} end as ${name}_or_none`);
  const query = `select *, ${twice.join(', ')} from (select ${list.join(', ')} from (${values}) as t(${names.join(', ')}))`;
  const { loaded, rows, exported } = await roundTrip(both, query);
  assert.equal(exported.rows, 3);
  assert.equal(loaded.rows, 3);
  for (const row of rows) {
    const found = loaded.lookup([row['id']]);
    assert.deepEqual(found.map(plain), [plain(row)]);
    for (const name of ['names', 'items', 'more']) assert.deepEqual(found[0]?.[name], row[name]);
  }
  const [first] = loaded.lookup(['a']);
  assert.equal(String(first?.['moment']), '2026-01-01T10:00:00.123456Z');
  assert.equal(first?.['long'], 9223372036854775807n);
});

for (const [kind, column, values] of [
  ['text', col.text(), [`'a'`, `'b''"'`]],
  ['integer', col.integer(), ['1', '-7']],
  ['bigint', col.bigint(), ['9223372036854775807', '3']],
  ['decimal', col.decimal(9, 2), ['cast(1.5 as decimal(9,2))', 'cast(100 as decimal(9,2))']],
  ['date', col.date(), [`date '2026-01-01'`, `date '1969-12-31'`]],
  [
    'timestamp',
    col.timestamp(),
    [`timestamptz '2026-01-01 00:00:00.000001+00'`, `timestamptz '2026-01-01 00:00:00+00'`],
  ],
  ['boolean', col.boolean(), ['true', 'false']],
] as const)
  test(`rows are found by a key of kind ${kind}, in the order asked for, and what is not there is left out`, async () => {
    const columns = { k: column.key(), n: col.integer() } as Columns;
    const { loaded, rows } = await roundTrip(
      columns,
      `select ${values[0]} as k, 1 as n union all select ${values[1]}, 2`,
    );
    const [one, other] = rows.map((row) => row['k']);
    const numbers = (keys: readonly unknown[]) => loaded.lookup(keys).map(({ n }) => n);
    assert.deepEqual(
      numbers([other, one, other]),
      [rows[1], rows[0], rows[1]].map((row) => row?.['n']),
    );
    assert.deepEqual(numbers([undefined, null, 'nobody', other]), [rows[1]?.['n']]);
    if (kind === 'decimal') assert.deepEqual(numbers(['1.5', '+01.50', '100']), [1, 1, 2]);
  });

test('what is done to a row that was found changes nothing of what is found later', async () => {
  const columns = {
    id: col.text().key(),
    n: col.integer(),
    more: col.json<{ list: number[] }>(),
    __proto__1: col.text(),
  };
  const { loaded } = await roundTrip(columns, `select 'a' as id, 1 as n, '{"list":[1]}' as more, 'x' as __proto__1`);
  const [found] = loaded.lookup(['a']) as { n: number; more: { list: number[] } }[];
  if (found) {
    found.n = 7;
    found.more.list.push(9);
  }
  assert.deepEqual(loaded.lookup(['a']), [{ id: 'a', n: 1, more: { list: [1] }, __proto__1: 'x' }]);
});

test('of many rows each is found, and those that have one text are no less than others', async () => {
  const columns = { id: col.text().key(), n: col.integer(), same: col.text() };
  const rows = 120_000;
  const query = `select 'k' || i as id, i as n, case when i % 2 = 0 then 'even' else 'n' || i end as same from range(${rows}) as t(i)`;
  const { loaded } = await roundTrip(columns, query);
  assert.equal(loaded.rows, rows);
  const numbers = Array.from({ length: 1000 }, (_, index) => (index * 7919) % rows);
  const found = loaded.lookup(numbers.map((n) => `k${n}`));
  assert.deepEqual(
    found,
    numbers.map((n) => ({ id: `k${n}`, n, same: n % 2 === 0 ? 'even' : `n${n}` })),
  );
  assert.deepEqual(loaded.lookup(['k', '', 'k120000', 7]), []);
});
