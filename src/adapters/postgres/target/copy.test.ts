// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- src/adapters/postgres
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { type Columns, col } from '../../../columns/index.ts';
import { EsteiraError } from '../../../errors.ts';
import type { Published } from '../../../ports/index.ts';
import { ask, dropSchemas, newSchema, server, Wire, withoutServer } from '../testing.ts';
import { postgresTargets } from './tables.ts';

const targets = postgresTargets((url) => url) as Required<ReturnType<typeof postgresTargets>>;
const columns: Columns = { sku: col.text().key(), price: col.decimal(9, 2).optional(), note: col.text().optional() };

describe('a copy of a table in Postgres', { skip: withoutServer }, () => {
  const schema = newSchema();
  const folder = mkdtempSync(path.join(tmpdir(), 'esteira-copy-'));
  let count = 0;
  before(async () => void (await ask(`create schema ${schema}`)));
  after(async () => {
    rmSync(folder, { recursive: true });
    await dropSchemas();
  });
  const newName = (): string => {
    count += 1;
    return `${schema}.c${count}`;
  };
  const copy = (
    name: string,
    text: string,
    {
      of = 'gold.prices',
      as = columns,
      url = server,
      signal = undefined as AbortSignal | undefined,
      published = undefined as Published | undefined,
    } = {},
  ) => {
    const file = path.join(folder, 'rows.csv');
    writeFileSync(file, text);
    return targets.copy(
      { by: 'postgres', options: { url, name }, where: 'a test' },
      { of, columns: as, file, ...(published && { published }) },
      signal,
    );
  };
  const rows = async (name: string) =>
    (await ask(`select * from ${name} order by 1`)).map((row) => Object.values(row).join('|'));
  const failing = async (asked: Promise<unknown>): Promise<EsteiraError> => {
    const error = await asked.catch((thrown: unknown) => thrown);
    assert.ok(error instanceof EsteiraError, String(error));
    return error;
  };
  const head = 'sku,price,note\n';

  test('it is made, says every value as it was, and all of its rows are others after the next', async () => {
    const all: Columns = {
      ...{ t: col.text().optional(), i: col.bigint(), r: col.real(), d: col.decimal(12, 3), b: col.boolean() },
      ...{ day: col.date(), at: col.timestamp(), for: col.duration(), l: col.list(col.text()), j: col.json() },
    };
    const name = newName();
    const line = `"a ""b"", c\nd",9007199254740993,0.1,12.345,true,2026-01-02,2026-01-02T03:04:05.678901Z,3 days,"[""x""]","{""a"":1}"\n`;
    const place = await copy(
      name,
      `t,i,r,d,b,day,at,for,l,j\n${line}"",1,nan,0,false,2026-01-02,2026-01-02T03:04:05Z,1 hour,[],null\n,2,inf,0,,,,,,\n`,
      { as: all },
    );
    assert.match(place ?? '', new RegExp(`^${name} of 127\\.0\\.0\\.1:`));
    const found = await ask(
      `select t, i::text, r::text, d::text, b::text, day::text, at::text, "for"::text, l->>0 as l, j->>'a' as j, t is null as missing from ${name} order by i desc`,
      `${server}?options=-c%20timezone%3DUTC`,
    );
    assert.deepEqual(
      found.map((row) => Object.values(row)),
      [
        [
          'a "b", c\nd',
          '9007199254740993',
          '0.1',
          '12.345',
          'true',
          '2026-01-02',
          '2026-01-02 03:04:05.678901+00',
          '3 days',
          'x',
          '1',
          false,
        ],
        [null, '2', 'Infinity', '0.000', null, null, null, null, null, null, true],
        ['', '1', 'NaN', '0.000', 'false', '2026-01-02', '2026-01-02 03:04:05+00', '01:00:00', null, null, false],
      ],
    );
    await copy(name, 't,i,r,d,b,day,at,for,l,j\n', { as: all });
    assert.deepEqual(await rows(name), []);
  });

  test('who reads meanwhile sees the rows of before, and waits for nothing', async () => {
    const name = newName();
    await copy(name, `${head}a,1.00,\n`);
    const reader = new pg.Client(server);
    await reader.connect();
    const seen = async () => (await reader.query(`select sku from ${name}`)).rows.map(({ sku }) => sku).join();
    await reader.query('begin isolation level repeatable read');
    assert.equal(await seen(), 'a');
    await copy(name, `${head}b,2.00,\nc,3.00,\n`);
    assert.equal(await seen(), 'a', 'a transaction that had begun');
    await reader.query('commit');
    assert.equal(await seen(), 'b,c');
    const writer = new pg.Client(server);
    await writer.connect();
    await writer.query(`begin; lock table ${name} in share row exclusive mode; delete from ${name}`);
    assert.equal(await seen(), 'b,c', 'as the copy holds it');
    await writer.query('rollback');
    for (const one of [reader, writer]) await one.end();
  });

  test('rows of a later publication stay, however late somebody comes with those of an earlier one', async () => {
    const name = newName();
    const put = (sequence: bigint, generation = 'a.b 1') =>
      copy(name, `${head}${generation} ${sequence},,\n`, { published: { sequence, generation } });
    await copy(name, `${head}unknown,,\n`);
    assert.ok(await put(9n));
    assert.ok(await put(10n));
    assert.equal(await put(9n), undefined);
    assert.ok(await put(10n), 'the same once more');
    assert.deepEqual(await rows(name), ['a.b 1 10||']);
    // One that has waited while another put what is newer.
    const writer = new pg.Client(server);
    await writer.connect();
    await writer.query(`begin; lock table ${name} in share row exclusive mode`);
    const [said] = (await writer.query(`select obj_description('${name}'::regclass) as said`)).rows;
    const waiting = put(11n);
    const newer = String(said.said).replace('publication 10', 'publication 12');
    await writer.query(
      `delete from ${name}; insert into ${name} values ('by another'); comment on table ${name} is '${newer}'`,
    );
    await writer.query('commit');
    await writer.end();
    assert.equal(await waiting, undefined);
    assert.deepEqual(await rows(name), ['by another||']);
    assert.ok(await put(1n, 'made anew'));
    assert.ok(await copy(name, `${head}whichever,,\n`));
    assert.deepEqual(await rows(name), ['whichever||']);
  });

  test('what cannot be kept leaves the copy as it was, and says the row', async () => {
    const name = newName();
    await copy(name, `${head}a,1.00,\n`);
    const { code, details } = await failing(copy(name, `${head}b,2.00,\nc,much,\n`));
    assert.equal(code, 'SOURCE_UNUSABLE');
    assert.match(details.got ?? '', /invalid input syntax for type numeric: "much"/);
    assert.deepEqual(await rows(name), ['a|1.00|']);
  });

  test('a table that Esteira has not made is not touched, nor the copy of another table, nor a view', async () => {
    const name = newName();
    await ask(`create table ${name} (sku text, price numeric, note text); insert into ${name} values ('mine', 1, '')`);
    const own = await failing(copy(name, `${head}a,1.00,\n`));
    assert.equal(own.code, 'SOURCE_UNUSABLE');
    assert.match(own.details.what, /is no copy that Esteira has made: its rows would be lost/);
    assert.deepEqual(await rows(name), ['mine|1|']);
    const other = newName();
    await copy(other, `${head}a,1.00,\n`);
    assert.match(
      (await failing(copy(other, head, { of: 'gold.others' }))).details.what,
      /is a copy of another table: gold\.prices\.$/,
    );
    assert.deepEqual(await rows(other), ['a|1.00|']);
    const view = newName();
    await ask(`create view ${view} as select 1 as n; comment on view ${view} is 'Esteira: a copy of gold.prices'`);
    assert.equal((await failing(copy(view, head))).code, 'SOURCE_UNUSABLE');
  });

  test('grants, indexes and views stay, and columns follow those of the table, unless a view needs them', async () => {
    const name = newName();
    await copy(name, `${head}a,1.00,x\n`);
    await ask(
      `create view ${name}_seen as select sku from ${name}; create index on ${name} (sku); grant select on ${name} to public`,
    );
    await copy(name, `${head}b,2.00,y\n`);
    assert.deepEqual(await rows(`${name}_seen`), ['b']);
    const changed: Columns = { sku: col.text().key(), price: col.real(), more: col.boolean() };
    await copy(name, 'sku,price,more\nc,2.5,true\n', { as: changed });
    assert.deepEqual(await rows(name), ['c|2.5|true']);
    const [granted] = await ask(`select has_table_privilege('pg_monitor', '${name}', 'select') as may`);
    assert.equal(granted?.['may'], true);
    const { code, details } = await failing(copy(name, 'more\ntrue\n', { as: { more: col.boolean() } }));
    assert.deepEqual(
      [code, /something there, such as a view, needs them/.test(details.what)],
      ['SOURCE_UNUSABLE', true],
    );
    assert.deepEqual(await rows(name), ['c|2.5|true']);
  });

  test('a missing schema or right is said with what to have done', async () => {
    const { details } = await failing(copy('nowhere.prices', head));
    assert.match(details.next, /create schema "nowhere"/);
    const user = `${schema}_reader`;
    await ask(`create role ${user} login; grant usage on schema ${schema} to ${user}`);
    const url = server.replace('postgres://postgres@', `postgres://${user}@`);
    const refused = await failing(copy(newName(), head, { url }));
    assert.deepEqual(
      [refused.code, /grant usage, create on schema/.test(refused.details.next)],
      ['SOURCE_REFUSED', true],
    );
    const name = newName();
    await copy(name, head);
    const found = await targets.lookAtCopy(
      { by: 'postgres', options: { url: server, name }, where: 'a test' },
      { of: 'gold.prices', columns },
    );
    assert.match(found.found, /can be replaced$/);
    assert.equal((await failing(copy(name, head, { url }))).code, 'SOURCE_REFUSED');
    await ask(`drop owned by ${user}; drop role ${user}`);
  });

  test('a connection that is cut in the middle leaves the copy as it was', async () => {
    const name = newName();
    await copy(name, `${head}a,1.00,\n`);
    const wire = await Wire.to(server);
    let sent = 0;
    wire.dropsAt = (piece) => {
      sent += piece.length;
      return sent > 1_000_000;
    };
    const large = `${head}${'b,2.00,some words that take room\n'.repeat(200_000)}`;
    assert.equal((await failing(copy(name, large, { url: wire.url }))).code, 'SOURCE_UNREACHABLE');
    assert.deepEqual(await rows(name), ['a|1.00|']);
    // Nobody knows whether it was committed: it was, and the next is the same.
    wire.dropsAt = () => false;
    wire.breaksAt = (piece) => piece.includes('commit');
    assert.equal((await failing(copy(name, `${head}c,3.00,\n`, { url: wire.url }))).code, 'SOURCE_UNREACHABLE');
    wire.breaksAt = () => false;
    await copy(name, `${head}c,3.00,\n`, { url: wire.url });
    assert.deepEqual(await rows(name), ['c|3.00|']);
    const stop = new AbortController();
    const going = copy(name, large, { url: wire.url, signal: stop.signal });
    setTimeout(() => stop.abort(), 30);
    await assert.rejects(going);
    assert.deepEqual(await rows(name), ['c|3.00|']);
    await wire.close();
  });
});
