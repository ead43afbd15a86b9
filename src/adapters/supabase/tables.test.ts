import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Columns, col } from '../../columns/index.ts';
import type { EsteiraError } from '../../errors.ts';
import type { SourceTable, TableAsked } from '../../ports/index.ts';
import { type Postgrest, type PostgrestOptions, postgrest } from '../../testing/postgrest/index.ts';
import { rowsOf } from '../common/testing.ts';
import { supabaseTables } from './tables.ts';

const servers: Postgrest[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

type Options = Readonly<Record<string, string>>;

/** Tables as the double has them, read with the key of service_role where no other is said. */
async function having(tables: PostgrestOptions['tables'], of: Partial<PostgrestOptions> = {}) {
  const server = await postgrest({ tables, ...of });
  servers.push(server);
  let now = Temporal.Now.instant();
  const pause = async (milliseconds: number) => {
    now = now.add({ milliseconds: Math.ceil(milliseconds) });
  };
  const times = { now: () => now, pause, chance: () => 0.5 };
  const plain = { value: (said: string) => said, secret: (said: string) => said };
  const adapter = supabaseTables(plain, { times, answer: 300, patience: 5000 });
  const table = (name: string, options: Options = {}): SourceTable => ({
    by: 'supabase',
    options: { url: server.address, key: server.keys.service, name, pagedBy: 'id', where: '{}', ...options },
    where: `source app.${name}`,
  });
  const open = (
    name: string,
    columns: Columns,
    { options, ...asked }: Partial<TableAsked> & { readonly options?: Options } = {},
  ) => adapter.begin().open(table(name, options), { columns, identity: 'row', ...asked });
  const read = async (...asked: Parameters<typeof open>) => await rowsOf(await open(...asked), asked[1]);
  const look = (name: string, columns: Columns, options?: Options) => adapter.look(table(name, options), { columns });
  return { server, open, read, look };
}
const coded = (code: string, what: RegExp) => (error: EsteiraError) => {
  assert.equal(error.code, code, error.message);
  assert.match(`${error.message} ${error.details.got} ${error.details.next}`, what);
  return true;
};
const many = <Row>(count: number, row: (at: number) => Row): readonly Row[] =>
  Array.from({ length: count }, (_, at) => row(at));
const uuid = (at: number): string => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
const ids = { id: col.text() };

test('all rows come, each once, whatever the key is and however few the server gives at once', async () => {
  const keys = {
    text: (at: number) => `${['a', 'B', 'ç', '"', ',', ' '][at % 6]}${at}`,
    uuid,
    integer: (at: number) => 3 * at - 3000,
    bigint: (at: number) => String(9_007_199_254_740_990n + BigInt(at)),
  } as const;
  for (const maxRows of [1, 7, 1000]) {
    for (const [type, keyOf] of Object.entries(keys)) {
      const count = { 1: 5, 7: 200, 1000: 2003 }[maxRows] ?? 0;
      const rows = many(count, (at) => ({ id: keyOf(at) }));
      const { read } = await having({ users: { columns: { id: type as 'text' }, key: ['id'], rows } }, { maxRows });
      const came = await read('users', ids);
      assert.equal(came.length, count, `${type}, ${maxRows} at once`);
      assert.deepEqual(new Set(came.map(({ values }) => values['id'])), new Set(rows.map(({ id }) => String(id))));
    }
  }
});

test('no row is left out, and none comes twice, while others arrive and leave', async () => {
  const rows = many(500, (at) => ({ id: 10 * at }));
  const { server, read } = await having({ users: { columns: { id: 'integer' }, key: ['id'], rows } }, { maxRows: 100 });
  let requests = 0;
  server.fail({
    is: '500',
    times: 0,
    of: ({ query }) => {
      requests += 1;
      // Beside each page: some before where it is, some behind it.
      if (query.includes('gte'))
        server.put(
          'users',
          many(3, (at) => ({ id: 1 + requests * 37 + at * 1111 })),
        );
      return false;
    },
  });
  const came = (await read('users', { id: col.integer() })).map(({ values }) => Number(values['id']));
  assert.equal(new Set(came).size, came.length);
  for (const { id } of rows) assert.ok(came.includes(id), String(id));
});

test('a key that several rows have, or that one does not have, is refused: pages would leave rows out', async () => {
  const columns = { id: 'integer', mail: 'text' } as const;
  const rows = [...many(5, (at) => ({ id: at, mail: `${at}` })), { id: 7, mail: '3' }];
  for (const maxRows of [1000, 4, 2]) {
    const { read } = await having({ users: { columns, key: ['id'], rows } }, { maxRows });
    const reading = read('users', ids, { options: { pagedBy: 'mail' } });
    await assert.rejects(
      reading,
      coded('SOURCE_UNUSABLE', /in pages by mail.*several rows have the same mail: 3.*key: 'id'/),
      String(maxRows),
    );
  }
  const { read } = await having({
    users: {
      columns,
      key: ['id'],
      rows: [
        { id: 1, mail: 'a' },
        { id: 2, mail: null },
      ],
    },
  });
  await assert.rejects(
    read('users', ids, { options: { pagedBy: 'mail' } }),
    coded('SOURCE_UNUSABLE', /a row has no mail/),
  );
});

test('values keep their digits and microseconds, and one that is not of its kind is named', async () => {
  const { read } = await having({
    users: {
      columns: {
        id: 'bigint',
        n: 'integer',
        large: 'bigint',
        exact: 'numeric',
        real: 'double precision',
        flag: 'boolean',
        day: 'date',
        at: 'timestamp with time zone',
        local: 'timestamp without time zone',
        doc: 'jsonb',
        'odd name': 'text',
      },
      key: ['id'],
      rows: [
        {
          id: '9007199254740993',
          n: -3,
          large: '9223372036854775807',
          exact: '12345678901234567890.1234',
          real: 0.1,
          flag: true,
          day: '2025-02-03',
          at: '2025-02-03T04:05:06.123456Z',
          local: '2025-02-03T00:00:00',
          doc: { a: [1, 'ç'] },
          'odd name': 'a,"b"',
        },
        { id: '9007199254740994', large: '5' },
      ],
    },
  });
  const columns = {
    id: col.bigint(),
    n: col.integer().optional(),
    large: col.bigint().optional(),
    exact: col.decimal(24, 4).optional(),
    real: col.real().optional(),
    flag: col.boolean().optional(),
    day: col.date().optional(),
    at: col.timestamp().optional(),
    local: col.date().optional(),
    doc: col.json().optional(),
    _extra: col.json().optional(),
  };
  const [first, second] = await read('users', columns, { extra: '_extra' });
  assert.deepEqual(first?.values, {
    ...{
      id: 9_007_199_254_740_993n,
      n: -3n,
      large: 9_223_372_036_854_775_807n,
      exact: 123_456_789_012_345_678_901_234n,
    },
    ...{ real: 0.1, flag: true, day: 20_122, at: 1_738_555_506_123_456n, local: 20_122 },
    ...{ doc: '{"a":[1,"ç"]}', _extra: '{"odd name":"a,\\"b\\""}' },
  });
  assert.deepEqual([first?.identity, first?.unread], ['users:9007199254740993', []]);
  assert.equal(second?.values['_extra'], null);
  const [unread] = await read('users', { id: col.bigint(), exact: col.decimal(6, 2).optional() });
  assert.deepEqual([unread?.values['exact'], unread?.unread], [null, ['exact']]);
});

test('the rows for what another table has come in requests that the gateway takes: never a 414, and none of no values', async () => {
  const events = many(3000, (at) => ({ id: at, user_id: uuid(at % 1000) }));
  const tables = { events: { columns: { id: 'integer', user_id: 'uuid' }, key: ['id'], rows: events } } as const;
  const columns = { id: col.integer(), user_id: col.text() };
  const values = many(500, uuid);
  const { server, read } = await having(tables);
  const matching = { column: 'user_id', values, batch: 100 };
  assert.equal((await read('events', columns, { matching })).length, 1500);
  const asked = server.requests.filter(({ query }) => query.includes('user_id=in.'));
  assert.ok(asked.every(({ line }) => line < 4096));
  assert.ok(asked.length <= 7, `${asked.length} requests`);
  const few = { ...matching, batch: 10, values: values.slice(0, 40) };
  const before = server.requests.length;
  assert.equal((await read('events', columns, { matching: few })).length, 120);
  assert.equal(server.requests.slice(before).filter(({ query }) => query.includes('user_id=in.')).length, 4);
  const then = server.requests.length;
  assert.deepEqual(await read('events', columns, { matching: { ...matching, values: [] } }), []);
  assert.equal(server.requests.length, then);
});

test('a gateway that takes less gets less: what it answers 502 or 414 is halved, and shorter from then on', async () => {
  const events = many(1200, (at) => ({ id: at, user_id: uuid(at) }));
  const tables = { events: { columns: { id: 'integer', user_id: 'uuid' }, key: ['id'], rows: events } } as const;
  const matching = { column: 'user_id', values: many(1200, uuid), batch: 100 };
  for (const narrow of [{ headBuffer: 1500 }, { requestLine: 1000 }]) {
    const { server, read } = await having(tables, narrow);
    const came = await read('events', { id: col.integer() }, { matching });
    assert.equal(new Set(came.map(({ identity }) => identity)).size, 1200);
    const lengths = server.requests.filter(({ query }) => query.includes('user_id=in.')).map(({ line }) => line);
    assert.ok(Math.max(...lengths.slice(-20)) < 1000);
  }
});

test('a gateway that is away for a while, with 502, is asked for as much as before', async () => {
  const events = many(300, (at) => ({ id: at, user_id: uuid(at) }));
  const { server, read } = await having({
    events: { columns: { id: 'integer', user_id: 'uuid' }, key: ['id'], rows: events },
  });
  server.fail({ is: '502', times: 6, of: ({ path, query }) => path === '/events' && !query.includes('is.null') });
  server.fail({ is: 'cut within', times: 1, of: ({ query }) => query.includes('user_id=in.') });
  server.fail({ is: 'hang', times: 1, of: ({ query }) => query.includes('user_id=in.') });
  const matching = { column: 'user_id', values: many(300, uuid), batch: 50 };
  assert.equal((await read('events', { id: col.integer() }, { matching })).length, 300);
  const sizes = server.requests
    .filter(({ query }) => query.includes('user_id=in.'))
    .map(({ query }) => query.split('-4000-').length - 1);
  assert.deepEqual([...new Set(sizes)], [50]);
});

test('rows are chosen by what columns say, also of names and values that mean something to PostgREST', async () => {
  const columns = { id: 'integer', country: 'text', score: 'double precision', active: 'boolean' } as const;
  const rows = [
    { id: 1, country: 'BR', score: null, active: true },
    { id: 2, country: 'a,"b" (c)', score: null, active: true },
    { id: 3, country: 'BR', score: 0.5, active: true },
    { id: 4, country: 'PT', score: null, active: false },
  ];
  const { read } = await having({ users: { columns, key: ['id'], rows } });
  const chosen = async (where: object) =>
    (await read('users', { id: col.integer() }, { options: { where: JSON.stringify(where) } })).map(({ values }) =>
      Number(values['id']),
    );
  assert.deepEqual(await chosen({ score: null }), [1, 2, 4]);
  assert.deepEqual(await chosen({ score: null, active: true, country: ['BR', 'a,"b" (c)'] }), [1, 2]);
  assert.deepEqual(await chosen({ country: 'a,"b" (c)' }), [2]);
  assert.deepEqual(await chosen({ country: [] }), []);
  assert.deepEqual(await chosen({ id: 3 }), [3]);
});

test('what the gateway and the table refuse is said, with what to do', async () => {
  const users = { columns: { id: 'integer', at: 'timestamp with time zone' }, key: ['id'], rows: [{ id: 1 }] } as const;
  const { server, read, look } = await having({
    users,
    shut: { ...users, anon: 'denied' },
    hidden: { ...users, anon: 'sees no row' },
  });
  const anon = { key: server.keys.anon };
  await assert.rejects(read('users', ids, { options: { key: '' } }), coded('SOURCE_REFUSED', /No API key has reached/));
  await assert.rejects(
    read('users', ids, { options: { key: 'a.b.c' } }),
    coded('SOURCE_REFUSED', /does not know the API key/),
  );
  await assert.rejects(
    read('shut', ids, { options: anon }),
    coded('SOURCE_REFUSED', /role of the API key.*permission denied/),
  );
  await assert.rejects(read('userz', ids), coded('SOURCE_UNUSABLE', /no such table.*userz/));
  await assert.rejects(read('users', ids, { options: { pagedBy: 'uid' } }), coded('SOURCE_UNUSABLE', /no column uid/));
  await assert.rejects(
    look('users', { id: col.integer(), at: col.boolean() }),
    coded('SOURCE_DRIFTED', /timestamp with time zone, which is never boolean/),
  );
  server.fail({ is: '503', times: 1000 });
  await assert.rejects(read('users', ids), coded('SOURCE_UNREACHABLE', /does not answer/));
});

test('a table that shows no row to a role that row security applies to is told from one without rows', async () => {
  const users = { columns: { id: 'integer' }, key: ['id'], rows: [] } as const;
  const { server, open, look } = await having({
    empty: users,
    hidden: { ...users, rows: [{ id: 1 }], anon: 'sees no row' },
  });
  const columns = { id: col.integer() };
  const anon = { key: server.keys.anon };
  const told = async (name: string, options: Options) => (await open(name, columns, { options })).told;
  assert.match(String(await told('hidden', anon)), /shows no row of hidden.*row security/);
  assert.equal(await told('empty', {}), undefined);
  assert.match((await look('hidden', columns, anon)).doubt?.next ?? '', /service_role/);
  const found = await look('empty', columns);
  assert.deepEqual([found.doubt, Math.abs(found.ahead ?? 9999) < 5000], [undefined, true]);
});

test('a look is one try: it does not wait for what may pass', async () => {
  const { server, look } = await having({ users: { columns: { id: 'integer' }, key: ['id'] } });
  server.fail({ is: '429', times: 1, retryAfter: 60 });
  await assert.rejects(look('users', { id: col.integer() }), coded('SOURCE_UNREACHABLE', /no more requests/));
  assert.equal(server.requests.length, 1);
});
