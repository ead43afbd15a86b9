import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { manyRows } from './postgrest-tables.ts';

/** A PostgREST behind its gateway, with the tables of `sqlGiven`, as they were given. */
export interface PostgrestOpened {
  readonly address: string;
  readonly keys: { readonly anon: string; readonly service: string };
}
interface Asked {
  readonly method?: string;
  readonly prefer?: string;
  readonly body?: unknown;
  readonly role?: 'anon' | 'service';
  readonly headers?: Readonly<Record<string, string | undefined>>;
}
interface Answered {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
}
interface Wanted {
  readonly status: number;
  readonly body?: unknown;
  readonly range?: string;
  readonly echo?: string;
  readonly applied?: string;
}

const refused = (code: string, message: string, more: { details?: string; hint?: string } = {}): object => ({
  code,
  details: more.details ?? null,
  hint: more.hint ?? null,
  message,
});

/** What every PostgREST must do of what Esteira asks it: the double, so that what it shows in tests is what a real one does, and the real one. */
export function postgrestConformance(name: string, open: () => Promise<PostgrestOpened>): void {
  let server: PostgrestOpened;
  const ask = async (path: string, asked: Asked = {}): Promise<Answered> => {
    const { method = 'GET', prefer, body, role = 'service', headers = {} } = asked;
    const key = server.keys[role];
    const given = Object.entries({
      apikey: key,
      authorization: `Bearer ${key}`,
      ...(prefer === undefined ? {} : { prefer }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    }).filter((one): one is [string, string] => one[1] !== undefined);
    const answer = await fetch(`${server.address}/rest/v1${path}`, {
      method,
      headers: given,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.text(), headers: answer.headers };
  };
  const says = async (path: string, asked: Asked, wanted: Wanted): Promise<void> => {
    const found = await ask(path, asked);
    assert.equal(found.status, wanted.status, `${path}: ${found.body}`);
    if (wanted.body !== undefined) assert.deepEqual(found.body === '' ? '' : JSON.parse(found.body), wanted.body, path);
    if (wanted.range !== undefined) assert.equal(found.headers.get('content-range'), wanted.range, path);
    if (wanted.echo !== undefined) assert.equal(found.headers.get('content-location'), wanted.echo, path);
    if (wanted.applied !== undefined) assert.equal(found.headers.get('preference-applied'), wanted.applied, path);
  };
  const ids = (...of: readonly string[]): readonly object[] => of.map((id) => ({ id }));

  describe(`PostgREST: ${name}`, { concurrency: 1 }, () => {
    before(async () => {
      server = await open();
    });

    test('values have the form that their types have in JSON', async () => {
      const { body, headers, status } = await ask('/users?order=id');
      assert.equal(status, 200);
      assert.equal(headers.get('content-type'), 'application/json; charset=utf-8');
      const [ana, bia, caio, zoe] = [...body.matchAll(/\{[^{}]*\}/g)].map(([row]) =>
        row.replaceAll(/\s*([,:{}])\s*/g, '$1'),
      );
      assert.match(
        ana ?? '',
        /^\{"id":"ana","created_at":"2026-09-01T08:00:00\+00:00","score":0\.25,"visits":3,"big":9007199254740993,"active":true,"born":"1990-02-28","amount":12\.50,"country":"PT"\}$/,
      );
      assert.match(bia ?? '', /"created_at":"2026-09-02T08:00:00\.123456\+00:00","score":null/);
      assert.match(caio ?? '', /"created_at":"2026-09-03T08:00:00\.5\+00:00","score":1e-0?7/);
      assert.match(zoe ?? '', /"score":1,.*"amount":1000000000000\.000001/);
    });

    test('rows are those for which every filter holds', async () => {
      const cases: readonly (readonly [filter: string, found: readonly string[]])[] = [
        ['score=is.null', ['bia']],
        ['score=not.is.null', ['ana', 'caio "o", (alto)', 'zoé']],
        ['score=gt.0.2', ['ana', 'zoé']],
        ['score=gte.0.25&score=lt.1', ['ana']],
        ['visits=lte.3', ['ana', 'bia']],
        ['visits=neq.3', ['bia', 'zoé']],
        ['visits=isdistinct.3', ['bia', 'caio "o", (alto)', 'zoé']],
        ['visits=not.eq.3', ['bia', 'zoé']],
        ['active=is.true', ['ana', 'zoé']],
        ['active=eq.false', ['bia']],
        ['active=not.is.true', ['bia', 'caio "o", (alto)']],
        ['id=in.(ana,bia,none)', ['ana', 'bia']],
        [`id=in.${encodeURIComponent('("caio \\"o\\", (alto)","zoé")')}`, ['caio "o", (alto)', 'zoé']],
        ['visits=in.(0,12)', ['bia', 'zoé']],
        ['id=in.()', []],
        ['id=gt.bia', ['caio "o", (alto)', 'zoé']],
        ['created_at=gt.2026-09-02T08:00:00.123456%2B00:00', ['caio "o", (alto)', 'zoé']],
        ['created_at=lt.2026-09-02T08:00:00.123456Z', ['ana']],
        ['born=eq.1990-02-28', ['ana']],
        ['big=eq.9007199254740993', ['ana']],
        ['big=eq.9007199254740992', []],
        ['or=(visits.eq.12,score.is.null)', ['bia', 'zoé']],
        ['or=(and(id.eq."ana",visits.eq.3),and(id.eq."bia",visits.eq.3))', ['ana']],
        ['or=(id.isdistinct."ana",visits.not.is.null)', ['ana', 'bia', 'caio "o", (alto)', 'zoé']],
        ['visits=not.is.null&or=(id.isdistinct."ana",score.gt.0.9)', ['bia', 'zoé']],
        ['id=is.null&id=not.is.null', []],
        ['country=eq.PT&active=is.true&visits=gt.3', ['zoé']],
      ];
      for (const [filter, found] of cases)
        await says(`/users?select=id&order=id&${filter}`, {}, { status: 200, body: ids(...found) });
    });

    test('columns are chosen, renamed and given as text; rows are ordered, NULL last unless it is said', async () => {
      await says('/users?select=score:big,who:id&id=eq.bia', {}, { status: 200, body: [{ score: -1, who: 'bia' }] });
      await says(
        '/users?select=big::text,score::text,created_at::text,active::text,born::text,amount::text&id=eq.ana',
        {},
        {
          status: 200,
          body: [
            {
              ...{ big: '9007199254740993', score: '0.25', created_at: '2026-09-01 08:00:00+00' },
              ...{ active: 'true', born: '1990-02-28', amount: '12.50' },
            },
          ],
        },
      );
      await says('/users?select=score::text&score=lt.0.1', {}, { status: 200, body: [{ score: '1e-07' }] });
      await says(
        '/users?select=id&order=visits.desc',
        {},
        { status: 200, body: ids('caio "o", (alto)', 'zoé', 'ana', 'bia') },
      );
      await says(
        '/users?select=id&order=country.asc.nullsfirst,id.desc',
        {},
        { status: 200, body: ids('caio "o", (alto)', 'bia', 'zoé', 'ana') },
      );
    });

    test('no answer has more than a thousand rows, and only who counts is told', async () => {
      const { body, headers, status } = await ask('/many?select=id&order=id');
      assert.deepEqual(
        [status, (JSON.parse(body) as unknown[]).length, headers.get('content-range')],
        [200, 1000, '0-999/*'],
      );
      await says(
        '/many?select=id&order=id&limit=1500',
        { prefer: 'count=exact' },
        { status: 206, range: `0-999/${manyRows}` },
      );
      const { headers: planned } = await ask('/many?select=id&limit=1', { prefer: 'count=planned' });
      assert.match(planned.get('content-range') ?? '', /^0-0\/\d+$/);
      await says('/many?order=id&limit=2&offset=2499', {}, { status: 200, range: '2499-2499/*' });
      await says('/many?id=eq.00000000-0000-4000-9000-000000000000', {}, { status: 200, range: '*/*', body: [] });
      await says(
        '/many?id=eq.00000000-0000-4000-9000-000000000000',
        { prefer: 'count=exact' },
        { status: 200, range: '*/0', body: [] },
      );
      const last = '00000000-0000-4000-8000-000000002498';
      await says(`/many?order=id.asc&id=gt.${last}&limit=1000`, {}, { status: 200, range: '0-0/*' });
      assert.equal((await ask('/many?limit=0')).body, '[]');
    });

    test('the answer repeats what was asked, its parameters by their names', async () => {
      await says(
        '/users?select=id&order=id.asc&id=in.(ana,bia)',
        {},
        { status: 200, echo: '/users?id=in.%28ana%2Cbia%29&order=id.asc&select=id' },
      );
      await says('/users?id=eq.zo%C3%A9&select=id', {}, { status: 200, echo: '/users?id=eq.zo%C3%83%C2%A9&select=id' });
      await says('/users', {}, { status: 200, echo: '/users' });
    });

    test('a query of what is not there is refused by its code', async () => {
      const not = 'does not exist';
      await says('/nobody', {}, { status: 404, body: refused('42P01', `relation "public.nobody" ${not}`) });
      for (const query of ['select=nothing', 'nothing=eq.1', 'order=nothing'])
        await says(`/users?${query}`, {}, { status: 400, body: refused('42703', `column users.nothing ${not}`) });
      await says(
        '/many?id=eq.ana',
        {},
        { status: 400, body: refused('22P02', 'invalid input syntax for type uuid: "ana"') },
      );
      await says(
        '/users?visits=eq.many',
        {},
        { status: 400, body: refused('22P02', 'invalid input syntax for type integer: "many"') },
      );
      await says(
        '/users?visits=eq.3000000000',
        {},
        { status: 400, body: refused('22003', 'value "3000000000" is out of range for type integer') },
      );
      await says(
        '/users?born=eq.soon',
        {},
        { status: 400, body: refused('22007', 'invalid input syntax for type date: "soon"') },
      );
      const { status, body } = await ask('/users?visits=foo.3');
      assert.deepEqual([status, (JSON.parse(body) as { code: string }).code], [400, 'PGRST100']);
    });

    test('rows are changed where the filters hold, and shown where it is asked', async () => {
      const told = { method: 'PATCH', prefer: 'return=representation' };
      await says(
        '/users?id=eq.bia&select=id,score',
        { ...told, body: { score: 0.1 } },
        { status: 200, body: [{ id: 'bia', score: 0.1 }], range: '0-0/*', applied: 'return=representation' },
      );
      await says(
        '/users?id=eq.bia&score=isdistinct.0.1&select=id',
        { ...told, body: { score: 0.1 } },
        { status: 200, body: [], range: '*/*' },
      );
      await says('/users?id=eq.nobody', { ...told, body: { score: 0.1 } }, { status: 200, body: [] });
      await says(
        '/users?id=eq.bia',
        { method: 'PATCH', body: { score: null, visits: '7' } },
        { status: 204, body: '' },
      );
      await says('/users?id=eq.bia&select=score,visits', {}, { status: 200, body: [{ score: null, visits: 7 }] });
      await says(
        '/users?id=eq.bia',
        { method: 'PATCH', prefer: 'return=minimal,count=exact', body: { visits: 0 } },
        { status: 204, range: '0-0/1' },
      );
    });

    test('a change that breaks a rule of the table is refused, and nothing of it is kept', async () => {
      const patch = { method: 'PATCH' };
      await says(
        '/users?id=eq.ana',
        { ...patch, body: { nothing: 1 } },
        {
          status: 400,
          body: refused('PGRST204', "Column 'nothing' of relation 'users' does not exist"),
        },
      );
      await says(
        '/users?id=eq.ana',
        { ...patch, body: { visits: 'many' } },
        { status: 400, body: refused('22P02', 'invalid input syntax for type integer: "many"') },
      );
      const broken = await ask('/users?id=in.(ana,zoé)', { ...patch, body: { score: 2 } });
      const { code, message } = JSON.parse(broken.body) as { code: string; message: string };
      assert.deepEqual(
        [broken.status, code, message],
        [400, '23514', 'new row for relation "users" violates check constraint "users_score_check"'],
      );
      const without = await ask('/users?id=eq.ana', { ...patch, body: { created_at: null } });
      assert.deepEqual([without.status, (JSON.parse(without.body) as { code: string }).code], [400, '23502']);
      await says('/users?id=eq.ana&select=score', {}, { status: 200, body: [{ score: 0.25 }] });
      const { status, body } = await ask('/users?id=eq.ana', { ...patch, body: '{"score":' });
      assert.deepEqual([status, (JSON.parse(body) as { code: string }).code], [400, 'PGRST102']);
    });

    test('rows are added; one that is there is refused, changed or left, as it is asked', async () => {
      const row = { id: 'new', created_at: '2026-09-05T00:00:00Z', score: 0.5 };
      const post = { method: 'POST', body: [row] };
      await says('/users', post, { status: 201, body: '' });
      await says('/users', post, {
        status: 409,
        body: refused('23505', 'duplicate key value violates unique constraint "users_pkey"', {
          details: 'Key (id)=(new) already exists.',
        }),
      });
      const merge = { method: 'POST', prefer: 'resolution=merge-duplicates,return=representation' };
      await says(
        '/users?on_conflict=id&select=id,score',
        { ...merge, body: [{ ...row, score: 0.6 }] },
        { status: 200, body: [{ id: 'new', score: 0.6 }] },
      );
      await says(
        '/users?on_conflict=id&select=id',
        { ...merge, body: [row, { ...row, id: 'newer' }] },
        { status: 201, body: ids('new', 'newer') },
      );
      const ignore = { method: 'POST', prefer: 'resolution=ignore-duplicates,return=representation' };
      await says(
        '/users?on_conflict=id&select=id',
        { ...ignore, body: [{ ...row, score: 0.9 }] },
        { status: 201, body: [] },
      );
      await says('/users?id=eq.new&select=score', {}, { status: 200, body: [{ score: 0.5 }] });
      await says(
        '/users?on_conflict=country',
        { ...merge, body: [row] },
        {
          status: 400,
          body: refused('42P10', 'there is no unique or exclusion constraint matching the ON CONFLICT specification'),
        },
      );
      const twice = await ask('/users?on_conflict=id', { ...merge, body: [row, row] });
      assert.deepEqual([twice.status, (JSON.parse(twice.body) as { code: string }).code], [400, '21000']);
      const none = { method: 'POST', prefer: 'resolution=ignore-duplicates,return=representation', body: [] };
      await says('/users?on_conflict=id&columns=id,score', none, { status: 201, body: [] });
      await says(
        '/users?id=is.null&id=not.is.null',
        { method: 'PATCH', prefer: 'return=representation', body: { score: 1 } },
        { status: 200, body: [] },
      );
      const uneven = await ask('/users', { method: 'POST', body: [row, { id: 'x' }] });
      assert.deepEqual([uneven.status, (JSON.parse(uneven.body) as { code: string }).code], [400, 'PGRST102']);
    });

    test('functions take a body as it is, or by name', async () => {
      await says('/rpc/counted', { method: 'POST', body: [{ a: 1 }, { a: 2 }] }, { status: 200, body: { rows: 2 } });
      await says('/rpc/doubled', { method: 'POST', body: { n: 21 } }, { status: 200, body: 42 });
      const { status, body } = await ask('/rpc/nothing', { method: 'POST', body: [{ a: 1 }] });
      assert.deepEqual([status, (JSON.parse(body) as { code: string }).code], [404, 'PGRST202']);
      assert.match(body, /Could not find the function public\.nothing/);
    });

    test('what a role may not is told from what is not there, and rows that it may not see are no rows', async () => {
      const denied = (name: string): object => refused('42501', `permission denied for table ${name}`);
      await says('/locked', {}, { status: 403, body: denied('locked') });
      await says('/read_only', {}, { status: 200, body: ids('one') });
      await says(
        '/read_only?id=eq.one',
        { method: 'PATCH', body: { id: 'two' } },
        { status: 403, body: denied('read_only') },
      );
      await says('/users', { role: 'anon' }, { status: 401, body: denied('users') });
      await says('/hidden', { role: 'anon' }, { status: 200, body: [] });
      await says('/hidden', { role: 'service' }, { status: 200, body: ids('one') });
      await says(
        '/hidden',
        { role: 'anon', method: 'POST', body: [{ id: 'x' }] },
        { status: 401, body: refused('42501', 'new row violates row-level security policy for table "hidden"') },
      );
      await says(
        '/rpc/doubled',
        { role: 'anon', method: 'POST', body: { n: 1 } },
        { status: 401, body: refused('42501', 'permission denied for function doubled') },
      );
      await says('/users', { headers: { authorization: undefined } }, { status: 401, body: denied('users') });
    });

    test('the gateway tells a key that is missing from one that is wrong, and PostgREST a token', async () => {
      const { anon, service } = server.keys;
      const mixed = [...anon.split('.').slice(0, 2), service.split('.')[2]].join('.');
      await says(
        '/users',
        { headers: { apikey: undefined, authorization: undefined } },
        {
          status: 401,
          body: { message: 'No API key found in request', hint: 'No `apikey` request header or url param was found.' },
        },
      );
      await says(
        '/users',
        { headers: { apikey: 'wrong' } },
        {
          status: 401,
          body: { message: 'Invalid API key', hint: 'Double check your Supabase `anon` or `service_role` API key.' },
        },
      );
      await says(
        '/users',
        { headers: { authorization: `Bearer ${mixed}` } },
        { status: 401, body: refused('PGRST301', 'JWSError JWSInvalidSignature') },
      );
      await says(
        '/users',
        { headers: { authorization: 'Bearer wrong' } },
        {
          status: 401,
          body: refused('PGRST301', 'JWSError (CompactDecodeError Invalid number of parts: Expected 3 parts; got 1)'),
        },
      );
    });

    test('a request line above 8 kB is nginx’ 414; a repeated query above its buffer is a 502', async () => {
      const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
      const asked = (count: number): Promise<Answered> =>
        ask(`/many?select=id&id=in.(${Array.from({ length: count }, (_, n) => id(n)).join(',')})`);
      assert.equal((await asked(95)).status, 200);
      const between = await asked(110);
      assert.deepEqual([between.status, /<title>502 Bad Gateway<\/title>/.test(between.body)], [502, true]);
      const long = await asked(300);
      assert.deepEqual([long.status, /<title>414 Request-URI Too Large<\/title>/.test(long.body)], [414, true]);
    });

    test('its root describes the tables that a role may read, with their types', async () => {
      const definitions = async (role: 'anon' | 'service') => {
        const { body } = await ask('/', { role });
        return (
          JSON.parse(body) as {
            definitions: Record<
              string,
              { required?: string[]; properties: Record<string, { format: string; description?: string }> }
            >;
          }
        ).definitions;
      };
      const service = await definitions('service');
      assert.deepEqual(Object.keys(service).sort(), ['hidden', 'many', 'read_only', 'users']);
      const { users } = service;
      assert.deepEqual(users?.required?.toSorted(), ['created_at', 'id']);
      assert.deepEqual(
        Object.entries(users?.properties ?? {})
          .map(([name, { format }]) => [name, format])
          .sort(),
        [
          ['active', 'boolean'],
          ['amount', 'numeric'],
          ['big', 'bigint'],
          ['born', 'date'],
          ['country', 'text'],
          ['created_at', 'timestamp with time zone'],
          ['id', 'text'],
          ['score', 'double precision'],
          ['visits', 'integer'],
        ],
      );
      assert.match(users?.properties['id']?.description ?? '', /<pk\/>/);
      assert.deepEqual(Object.keys(await definitions('anon')), ['hidden']);
    });
  });
}
