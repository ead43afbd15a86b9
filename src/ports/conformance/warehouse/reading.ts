import assert from 'node:assert/strict';
import { col } from '../../../columns/index.ts';
import { at, day } from './desk.ts';
import type { On } from './on.ts';

const columns = { id: col.integer().key(), word: col.text() };

/** Set-up, and what can be asked of a warehouse. */
export function reading(on: On): void {
  on('a catalog that is not there has nothing, and asking does not make it', async (desk) => {
    const { warehouse } = desk;
    for (let twice = 0; twice < 2; twice += 1) {
      assert.deepEqual(await warehouse.inspect('one'), []);
      assert.equal((await warehouse.position('one')).fences.size, 0);
      assert.deepEqual(await warehouse.publications('one', 'r'), []);
      assert.deepEqual(await warehouse.filesRead({ catalog: 'one', schema: 's', table: 't' }, 'x'), new Map());
    }
  });

  on('set-up makes tables, columns and views; a second time it changes nothing', async (desk) => {
    const { warehouse } = desk;
    const kept = await desk.make('t', columns);
    await desk.publish(kept, [{ id: 1, word: 'a' }]);
    const view = { catalog: 'one', schema: 'silver', table: 'v' };
    const make = {
      change: 'create view',
      place: view,
      query: 'select id from one.silver.t',
      definition: 'hash 1',
    } as const;
    await warehouse.change('one', [
      make,
      { change: 'add column', place: kept.place, column: { name: 'more', type: 'VARCHAR' } },
    ]);
    await warehouse.change('one', [
      { ...make, definition: 'hash 2' },
      { change: 'register', place: kept.place },
    ]);
    const found = await warehouse.inspect('one');
    const table = found.find(({ place }) => place.table === 't');
    assert.deepEqual(
      table?.columns.map(({ name }) => name),
      ['id', 'word', '_run', '_seq', 'more'],
    );
    assert.deepEqual(table?.columns[0], { name: 'id', type: warehouse.dialect.type(columns.id.facts) });
    assert.deepEqual(
      found.find(({ place }) => place.table === 'v'),
      {
        place: view,
        view: true,
        columns: [{ name: 'id', type: warehouse.dialect.type(columns.id.facts) }],
        definition: 'hash 2',
      },
    );
    assert.ok(!found.some(({ place }) => place.schema === '_esteira'));
    assert.equal((await warehouse.position('one')).fences.get('silver.t')?.sequence, 1n);
    assert.deepEqual(await desk.ask('select * from one.silver.v'), [[1]]);
  });

  on('set-up is all or nothing', async (desk) => {
    await desk.make('t', columns);
    const place = { catalog: 'one', schema: 'silver', table: 'new' };
    const column = { name: 'id', type: 'BIGINT' };
    await assert.rejects(
      desk.warehouse.change('one', [
        { change: 'create table', place, columns: [column] },
        { change: 'add column', place: { ...place, table: 'not_there' }, column },
      ]),
    );
    assert.ok(!(await desk.warehouse.inspect('one')).some(({ place: { table } }) => table === 'new'));
  });

  on('rows of a small table are typed, and replaced together with their history', async (desk) => {
    const typed = {
      name: col.text().key(),
      on: col.date().optional(),
      at: col.timestamp(),
      much: col.decimal(12, 2),
      big: col.bigint(),
      whole: col.integer(),
      part: col.real(),
      yes: col.boolean(),
      list: col.list(col.text()),
    };
    const place = { catalog: 'one', schema: 'config', table: 'limits' };
    const history = { ...place, table: '_history' };
    const list = Object.entries(typed).map(([name, { facts }]) => ({ name, type: desk.warehouse.dialect.type(facts) }));
    const row = {
      name: `it's "quoted"`,
      on: day('2024-02-29'),
      at: at('2026-01-01T00:00:00.000001Z'),
      much: '1234567890.10',
      big: -9007199254740993n,
      whole: 9007199254740991,
      part: 0.1,
      yes: false,
      list: ['a', 'b'],
    };
    await desk.warehouse.change('one', [
      { change: 'create schema', schema: 'config' },
      { change: 'create table', place, columns: list, about: 'limits of people' },
      { change: 'create table', place: history, columns: list },
      { change: 'insert', place, columns: typed, rows: [row] },
    ]);
    assert.deepEqual(await desk.warehouse.rows(place, typed), [row]);
    const next = [
      { ...row, on: null, part: 1e-7 },
      { ...row, name: 'second' },
    ];
    await desk.warehouse.replaceRows(place, typed, next, { place: history, columns: typed, rows: [row] });
    assert.deepEqual(await desk.warehouse.rows(place, typed), next);
    assert.deepEqual(await desk.warehouse.rows(history, typed), [row]);
    await assert.rejects(desk.warehouse.replaceRows(place, typed, [{ ...row, much: 'much' }]));
    assert.deepEqual(await desk.warehouse.rows(place, typed), next);
  });

  on('rows of which a condition holds are removed, and counted; none where it cannot be asked', async (desk) => {
    const place = { catalog: 'one', schema: 'config', table: 'limits' };
    const columns = { n: col.integer() };
    const { dialect } = desk.warehouse;
    const rows = [1, 2, 3, 4, 5].map((n) => ({ n }));
    await desk.warehouse.change('one', [
      { change: 'create schema', schema: 'config' },
      { change: 'create table', place, columns: [{ name: 'n', type: dialect.type(columns.n.facts) }] },
      { change: 'insert', place, columns, rows },
    ]);
    assert.equal(await desk.warehouse.removeRows(place, `${dialect.identifier('n')} > ${dialect.literal(3)}`), 2);
    await assert.rejects(desk.warehouse.removeRows(place, 'm > 1'));
    assert.equal(await desk.warehouse.removeRows(place, 'n > 3'), 0);
    assert.deepEqual(await desk.warehouse.rows(place, columns), rows.slice(0, 3));
  });

  on(
    'a statement of a person is carried out on copies of small tables, and reaches nothing else',
    async ({ warehouse }) => {
      const columns = { name: col.text().key(), n: col.integer().optional() };
      const limits = {
        place: { catalog: 'one', schema: 'config', table: 'limits' },
        columns,
        rows: [{ name: 'a', n: 1 }],
      };
      const levels = { place: { catalog: 'one', schema: 'config', table: 'levels' }, columns, rows: [] };
      const by = (statement: string) => warehouse.changedBy([limits, levels], statement);
      assert.deepEqual(await by("update config.limits set n = null where name = 'a'"), [[{ name: 'a', n: null }], []]);
      assert.deepEqual(await by('insert into one.config.levels select name, n + 1 from config.limits'), [
        [{ name: 'a', n: 1 }],
        [{ name: 'a', n: 2 }],
      ]);
      for (const statement of [
        'select 1',
        'drop table config.limits',
        'delete from config.limits; select 1',
        'delete from config.other',
        'delete',
      ])
        await on.rejects(by(statement), 'QUERY_INVALID');
      await assert.rejects(by("insert into config.limits select content, 1 from read_text('/etc/hosts')"));
      await assert.rejects(by("update config.limits set n = 'many'"));
    },
  );

  on('describe gives names and types without running; what is not understood is said', async (desk) => {
    const { warehouse } = desk;
    const empty = warehouse.dialect.emptyRelation({ id: col.integer(), seen: col.timestamp() });
    const found = await warehouse.describe(`select id + 1 as next, seen from ${empty} as t`);
    assert.deepEqual(
      found.map(({ name }) => name),
      ['next', 'seen'],
    );
    await on.rejects(warehouse.describe('select nope from nowhere'), 'QUERY_INVALID', /nowhere/);
    await on.rejects(warehouse.describe('selec 1'), 'QUERY_INVALID', /syntax/);
  });

  on('a projection is told with the columns that each of its columns comes from', async (desk) => {
    const empty = desk.warehouse.dialect.emptyRelation({ id: col.integer(), Nome: col.text(), x: col.text() });
    const facts = await desk.warehouse.examine(
      `select *, t.id as same, lower(trim(Nome)) || x as word, 1 as one, "x" from ${empty} as t where id > 1 order by id`,
    );
    assert.deepEqual(facts, {
      projection: { star: true, from: { same: ['id'], word: ['Nome', 'x'], one: [], x: ['x'] } },
      groups: false,
      renamed: ['one', 'same', 'word'],
      tables: [],
      unrepeatable: [],
    });
  });

  on('what takes rows together, numbers or drops them is told', async (desk) => {
    const t = desk.warehouse.dialect.emptyRelation({ id: col.integer(), x: col.text() });
    const grouping = [
      `select count(*) as n from ${t} as t`,
      `select x from ${t} as t group by x`,
      `select distinct x from ${t} as t`,
      `select x, row_number() over (order by id) as n from ${t} as t`,
      `select x from ${t} as t limit 3`,
      `select x from ${t} as t union select x from ${t} as u`,
      `select x from ${t} as t except select x from ${t} as u`,
      `with g as (select max(id) as id from ${t} as t) select id from g`,
      `select id from ${t} as t where id > (select avg(id) from ${t} as u)`,
      `select id from ${t} as t qualify row_number() over (partition by x order by id) = 1`,
    ];
    for (const sql of grouping) {
      const facts = await desk.warehouse.examine(sql);
      assert.equal(facts.groups, true, sql);
      assert.equal(facts.projection, undefined, sql);
    }
    const neither = [
      `select x from ${t} as t union all select x from ${t} as u`,
      `select t.x from ${t} as t join ${t} as u using (id)`,
      `select unnest([id, 1]) as n from ${t} as t`,
      `with g as (select id from ${t} as t) select id from g`,
      `select n from (select id as n from ${t} as t) as s`,
    ];
    for (const sql of neither) {
      const facts = await desk.warehouse.examine(sql);
      assert.equal(facts.groups, false, sql);
      assert.equal(facts.projection, undefined, sql);
    }
  });

  on('tables named in the text are told, wherever they are', async (desk) => {
    const { tables } =
      await desk.warehouse.examine(`with g as (select * from one.silver.a) select * from g join s.b using (id)
      where exists (select 1 from c) and id in (select id from "D d")`);
    assert.deepEqual([...tables].toSorted(), ['D d', 'c', 'one.silver.a', 's.b']);
  });

  on('functions of clock and chance are told', async (desk) => {
    const unrepeatable = [
      'now()',
      'current_timestamp',
      'current_date',
      'random()',
      'uuid()',
      'gen_random_uuid()',
      'today()',
      'get_current_timestamp()',
      'current_localtimestamp()',
      `ago(interval '1 day')`,
    ];
    for (const call of unrepeatable) {
      const facts = await desk.warehouse.examine(`select 1 as one, ${call} as value`);
      assert.equal(facts.unrepeatable.length, 1, call);
    }
    const { unrepeatable: none } = await desk.warehouse.examine(
      `select lower('a') as a, md5('b') as b, error('c') as c`,
    );
    assert.deepEqual(none, []);
  });

  on('a query reads schema.table where one catalog has it, and says so when two have', async (desk) => {
    const one = await desk.make('only', columns);
    const two = await desk.make('other', columns, { catalog: 'two' });
    await desk.publish(one, [{ id: 1, word: 'one' }]);
    await desk.publish(two, [{ id: 2, word: 'two' }]);
    assert.deepEqual(await desk.ask('select word from silver.only'), [['one']]);
    assert.deepEqual(await desk.ask('select word from silver.other'), [['two']]);
    assert.deepEqual(await desk.ask('select a.word from silver.only as a, two.silver.other as b'), [['one']]);
    await desk.make('other', columns);
    await on.rejects(
      desk.ask('select * from silver.other'),
      'NAME_AMBIGUOUS',
      /one\.silver\.other, two\.silver\.other/,
    );
    await on.rejects(desk.ask('with x as (select * from silver.other) from x'), 'NAME_AMBIGUOUS');
    assert.deepEqual(await desk.ask('select count(*) from one.silver.other'), [[0]]);
    await on.rejects(desk.ask('select * from silver.nothing'), 'NAME_UNKNOWN', /silver\.nothing/);
  });

  on('a query only reads tables', async (desk) => {
    const kept = await desk.make('t', columns);
    await desk.publish(kept, [{ id: 1, word: 'a' }]);
    const refused = [
      'delete from one.silver.t',
      `insert into one.silver.t values (1, 'x', 1, 1)`,
      'drop table one.silver.t',
      'select 1; drop table one.silver.t',
      'select 1; select 2',
      `copy one.silver.t to 'out.csv'`,
      `attach 'other.duckdb' as other`,
      `set memory_limit = '1MB'`,
      'explain analyze delete from one.silver.t',
      `select * from read_text('package.json')`,
      `select * from read_csv('package.json')`,
      `select * from glob('*')`,
      `select * from one.silver.t where word in (select content from read_text('package.json'))`,
      `select * from query('select 1')`,
      `select * from query_table('t')`,
      `with a as (delete from one.silver.t returning *) select * from a`,
    ];
    for (const sql of refused) {
      const { error } = await on.settled(desk.ask(sql));
      assert.ok(error?.code === 'QUERY_NOT_READ_ONLY' || error?.code === 'QUERY_INVALID', `${sql}: ${error?.code}`);
    }
    await on.rejects(desk.ask(`select * from 'package.json'`), 'NAME_UNKNOWN');
    // A part of the query with the name of a file does not open the file where the part is not known.
    const opened = [
      `select * from (with "package.json" as (select 1) select 1) as t, "package.json"`,
      `select * from 'package.json' where (with "package.json" as (select 1) select true from "package.json")`,
    ];
    for (const sql of opened) {
      await on.rejects(desk.ask(sql), 'NAME_UNKNOWN');
      assert.deepEqual((await desk.warehouse.examine(sql)).tables.includes('package.json'), true, sql);
    }
    assert.deepEqual(await desk.ask('select 1e400 > 1'), [[true]]);
    await on.rejects(desk.ask('selec 1'), 'QUERY_INVALID');
    await on.rejects(desk.ask('select nope from one.silver.t'), 'QUERY_INVALID', /nope/);
    assert.deepEqual(await desk.read(kept), [[1, 'a']]);
    const allowed = [
      'describe one.silver.t',
      'summarize one.silver.t',
      'explain select * from silver.t',
      'show tables',
      'values (1)',
    ];
    for (const sql of allowed) assert.ok((await desk.ask(sql)).length > 0, sql);
    for (const end of [';', '; -- done', '; /* done */ ;'])
      assert.deepEqual(await desk.ask(`from silver.t select word${end}`), [['a']], end);
  });

  on('a query ends when the one who asked for it is gone, and leaves nothing behind', async (desk) => {
    const { query } = desk.warehouse;
    const gone = new AbortController();
    const endless = 'select count(*) from range(10000000000) as a, range(10000000000) as b where a.range + b.range < 0';
    const asked = on.settled(query(endless, { limit: 1, catalogs: ['one'], signal: gone.signal }));
    setTimeout(() => gone.abort(), 50);
    assert.equal((await asked).error?.code, 'CANCELLED');
    assert.deepEqual((await query('select 1', { limit: 1, catalogs: ['one'] })).rows, [[1]]);
  });

  on(
    'a query gives as many rows as were asked for, says when there are more, and its values are exact',
    async (desk) => {
      const { query } = desk.warehouse;
      const few = await query('select range as n from range(10)', { limit: 3, catalogs: [] });
      assert.deepEqual([few.rows, few.more], [[[0], [1], [2]], true]);
      assert.equal((await query('select range as n from range(3)', { limit: 3, catalogs: [] })).more, false);
      const [row] = await desk.ask(`select 9007199254740993::bigint, 0.10::decimal(9, 2), date '2024-02-29',
      timestamptz '2026-01-01 00:00:00.000001+00', null, [1, 2], {'a': 'b'}, true, 0.5e0`);
      assert.deepEqual(row, [
        9007199254740993n,
        '0.10',
        day('2024-02-29'),
        at('2026-01-01T00:00:00.000001Z'),
        null,
        [1, 2],
        { a: 'b' },
        true,
        0.5,
      ]);
    },
  );
}
