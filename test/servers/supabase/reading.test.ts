// Run by name, with ESTEIRA_TEST_SUPABASE=<file>: npm test -- test/servers/supabase
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { rowsOf } from '../../../src/adapters/common/testing.ts';
import { postgresTables } from '../../../src/adapters/postgres/tables.ts';
import { supabaseTables } from '../../../src/adapters/supabase/tables.ts';
import { type Columns, col } from '../../../src/columns/index.ts';
import type { SourceTable, SourceTables, TableAsked } from '../../../src/ports/index.ts';
import { Gateway } from './gateway.ts';
import {
  anonKey,
  database,
  gateway,
  headersOf,
  inDatabase,
  madeKnown,
  serviceKey,
  withoutSupabase,
} from './support.ts';

const plain = (of: string): string => of;
const byApi = supabaseTables({ value: plain, secret: plain });
const byWire = postgresTables(plain);

const elsewhere = (name: string, options: Readonly<Record<string, string>> = {}): SourceTable => ({
  by: 'supabase',
  options: { url: gateway, key: serviceKey, name, pagedBy: 'id', where: '{}', ...options },
  where: `source app.${name}`,
});
const read = async (
  tables: Omit<SourceTables, 'has'>,
  table: SourceTable,
  { columns, ...asked }: Pick<TableAsked, 'columns'> & Partial<TableAsked>,
) => {
  const snapshot = tables.begin();
  try {
    return await rowsOf(await snapshot.open(table, { columns, identity: 'row', ...asked }), columns);
  } finally {
    await snapshot.close();
  }
};

const made = `drop table if exists reading_kinds, reading_users, reading_events;
  create table reading_kinds (id bigint primary key, small smallint, large bigint, exact numeric, single real, double double precision, flag boolean,
    day date, at timestamptz, at_local timestamp, span interval, doc jsonb, doc_text json, label text, code char(5), who uuid, bytes bytea, "odd, name" text, "order" text);
  insert into reading_kinds values
    (9007199254740993, -3, 9223372036854775807, 12345678901234567890.1234, 0.1, 1e15, true, '2025-02-03', '2025-02-03 04:05:06.123456+05:30',
      '2025-02-03 00:00:00', '90 minutes', '{"n": 12345678901234567890.5, "a": [1]}', '{"b":1.50}', 'çã "q" \\ , 😀', 'ab', '7f0c8b1e-4e6f-4b8e-9a3d-0f6c2b1a5d4e',
      '\\xdead', 'o', 'k'),
    (2, 2, -1, 'NaN', 'NaN', -0.1, false, '0044-03-15 BC', 'infinity', '2025-02-03 00:00:00.000001', '1 mon 2 days', '[1, 2]', '"x"', '', '', null, '', '', ''),
    (3, null, null, 0.50, 1e-10, 1e300, null, 'infinity', '9999-12-31 23:59:59.999999+00', '0001-01-01', '1 day', 'null', 'null', null, null, null, null, null, null);
  create table reading_users (id uuid primary key default gen_random_uuid(), lead_score real);
  insert into reading_users select from generate_series(1, 10000);
  create table reading_events (id bigserial primary key, user_id uuid);
  insert into reading_events (user_id) select id from reading_users, generate_series(1, 3);
  create index on reading_events (user_id)`;

describe('tables that are read by the API of a project', { skip: withoutSupabase }, async () => {
  if (withoutSupabase) return;
  await inDatabase(made);
  await madeKnown('reading_events?limit=1');
  // Tables are asked for before the API describes them.
  for (let text = ''; !text.includes('reading_kinds'); )
    text = await (await fetch(`${gateway}/rest/v1/`, { headers: headersOf(serviceKey) })).text();
  after(() => inDatabase('drop table if exists reading_kinds, reading_users, reading_events'));

  test('every value is the same as when it is read from Postgres itself', async () => {
    const of = (kinds: Columns): Columns => ({ id: col.bigint(), ...kinds });
    const some = (names: readonly string[], make: () => Columns[string]): Columns =>
      Object.fromEntries(names.map((name) => [name, make()]));
    const numbers = ['small', 'large', 'exact', 'single', 'double'];
    const asked: readonly Columns[] = [
      of(some(numbers, () => col.integer().optional())),
      of(some(numbers, () => col.bigint().optional())),
      of(some(numbers, () => col.real().optional())),
      of(some(numbers, () => col.decimal(24, 4).optional())),
      of(some(numbers, () => col.json().optional())),
      of(
        some(
          [
            ...numbers,
            'flag',
            'day',
            'at',
            'at_local',
            'span',
            'doc',
            'doc_text',
            'label',
            'code',
            'who',
            'bytes',
            'odd, name',
            'order',
          ],
          () => col.text().optional(),
        ),
      ),
      of(some(['day', 'at', 'at_local'], () => col.timestamp().optional())),
      of(some(['day', 'at', 'at_local'], () => col.date().optional())),
      of({
        flag: col.boolean().optional(),
        span: col.duration().optional(),
        doc: col.json().optional(),
        doc_text: col.json().optional(),
      }),
    ];
    for (const columns of asked) {
      const api = await read(byApi, elsewhere('reading_kinds'), { columns });
      const wire = await read(
        byWire,
        { by: 'postgres', options: { url: database, name: 'reading_kinds' }, where: 'here' },
        { columns },
      );
      const sorted = (rows: typeof api) =>
        rows
          .map(({ values, unread }) => ({ ...values, unread }))
          .toSorted((one, other) => (String(one['id' as never]) < String(other['id' as never]) ? -1 : 1));
      assert.deepEqual(sorted(api), sorted(wire), String(Object.values(columns).at(-1)?.facts.kind));
    }
  });

  test('10,000 users, and the events of each, come whole through a gateway that cuts at 1,000 rows and 4 kB', async () => {
    const columns = { id: col.text(), lead_score: col.real().optional() };
    const users = await read(byApi, elsewhere('reading_users', { where: '{"lead_score":null}' }), { columns });
    const values = users.map(({ values: { id } }) => String(id));
    assert.equal(new Set(values).size, 10_000);
    const before = await Gateway.before(gateway);
    const matching = { column: 'user_id', values, batch: 100 };
    const events = await read(byApi, elsewhere('reading_events', { url: before.address }), {
      columns: { id: col.bigint(), user_id: col.text() },
      matching,
    });
    assert.equal(new Set(events.map(({ identity }) => identity)).size, 30_000);
    assert.deepEqual(
      before.seen.filter(({ status }) => status !== 200),
      [],
    );
    assert.ok(before.seen.length < 150, `${before.seen.length} requests`);
  });

  test('a key that may not, and one that row security hides all from, are told apart', async () => {
    const columns = { id: col.text() };
    const anon = elsewhere('reading_users', { key: anonKey });
    await assert.rejects(read(byApi, anon, { columns }), { code: 'SOURCE_REFUSED' });
    await inDatabase('alter table reading_users enable row level security; grant select on reading_users to anon');
    await madeKnown('reading_users?limit=1');
    const incoming = await byApi.begin().open(anon, { columns, identity: 'row' });
    assert.match(String(incoming.told), /row security may hide them/);
    assert.deepEqual(await rowsOf(incoming, columns), []);
    assert.match((await byApi.look(anon, { columns })).doubt?.next ?? '', /service_role/);
  });
});
