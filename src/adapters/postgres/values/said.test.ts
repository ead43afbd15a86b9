// Every value is compared with what Postgres itself says of it. Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- src/adapters/postgres
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { server, withoutServer } from '../testing.ts';
import { jsonOf, textOf } from './text.ts';
import { builtIn, type CatalogueType, catalogueQuery, type PostgresType, typesOf } from './types.ts';

/** By type: values as Postgres reads them. */
const values: Readonly<Record<string, readonly string[]>> = {
  bool: ['true', 'false'],
  int2: ['0', '-1', '32767', '-32768'],
  int4: ['0', '-1', '2147483647', '-2147483648'],
  int8: ['0', '-1', '9007199254740993', '9223372036854775807', '-9223372036854775808'],
  oid: ['0', '4294967295'],
  float4: [
    '0',
    '-0',
    '1',
    '0.1',
    '-1.5',
    '3.4028235e38',
    '1e-45',
    '16777216',
    '123456',
    '1234567',
    '0.0001',
    '0.00001',
    'NaN',
    'Infinity',
    '-Infinity',
  ],
  float8: [
    '0',
    '-0',
    '0.1',
    '1e15',
    '123456789012345',
    '1234567890123456',
    '1.5e-5',
    '0.00015',
    '-2.5e-300',
    '1.7976931348623157e308',
    '5e-324',
    '100',
    '1e22',
    '12345.678',
    'NaN',
    'Infinity',
    '-Infinity',
  ],
  numeric: [
    '0',
    '0.00',
    '-0.5',
    '12.50',
    '1e10',
    '0.0000001',
    '123456789012345678901234567890.123456789',
    '-99999999999999999999999999999999999999',
    '10000',
    '9999.9999',
    '0.00010002',
    `1e${1000}`,
    `1e-${400}`,
    '1e131071',
    'NaN',
    'Infinity',
    '-Infinity',
  ],
  text: ['', 'a', 'wörld', '😀', 'a "quoted" \\ text', "it''s", 'a\nb\tc'],
  varchar: ['abc'],
  'bpchar(5)': ['ab'],
  name: ['abc'],
  date: [
    '2026-01-31',
    '1970-01-01',
    '1969-12-31',
    '2000-02-29',
    '0001-01-01',
    '0044-03-15 BC',
    '4713-01-01 BC',
    '9999-12-31',
    '10000-01-01',
    '5874897-12-31',
    'infinity',
    '-infinity',
  ],
  time: ['00:00:00', '23:59:59.999999', '24:00:00', '12:34:56.7'],
  timetz: ['12:34:56.789+00', '12:34:56-03', '00:00:00+05:30', '01:02:03+15:59:59'],
  timestamp: [
    '2026-01-31 10:00:00.123456',
    '1999-12-31 23:59:59.999999',
    '0001-01-01 00:00:00',
    '0044-03-15 12:00:00.5 BC',
    '4713-11-24 00:00:00 BC',
    '294276-12-31 23:59:59.999999',
    'infinity',
    '-infinity',
  ],
  timestamptz: [
    '2026-01-31 10:00:00.123456-03',
    '1969-12-31 23:59:59.999999+00',
    '2026-01-31',
    '0044-03-15 12:00:00+00 BC',
    '294276-12-31 23:59:59.999999+00',
    'infinity',
    '-infinity',
  ],
  interval: [
    '0',
    '1 day',
    '2 days',
    '1 mon',
    '14 mons',
    '-14 mons',
    '1 year 2 mons 3 days 04:05:06.789',
    '-1 day +02:03:00',
    '1 mon -1 day',
    '-1 year -2 mons +3 days -04:05:06.7',
    '00:00:00.000001',
    '-00:00:01',
    '1000000:00:00',
    '-1 mon +1 year',
    '178000000 years',
  ],
  uuid: ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '00000000-0000-0000-0000-000000000000'],
  bytea: ['\\x', '\\xdeadbeef00ff'],
  json: ['{"a": 9007199254740993,  "b":1.10}', 'null', '[1, 2]', '"\\u00e9"', ' {"a":1,"a":2} '],
  jsonb: ['{"a": 9007199254740993, "b": 1.10}', 'null', '[1, 2]', '"é"'],
};

describe('a value in binary is said as Postgres says it', { skip: withoutServer }, () => {
  let client: pg.Client;
  let types: (names: readonly string[]) => Promise<readonly PostgresType[]>;
  before(async () => {
    client = new pg.Client(server);
    await client.connect();
    await client.query(
      "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set bytea_output = 'hex'; set extra_float_digits = 1",
    );
    await client.query("create type pg_temp.mood as enum ('sad', 'very happy')");
    await client.query('create domain pg_temp.money_of as numeric(12, 2); create domain pg_temp.names as text[]');
    types = async (names) => {
      const { rows } = await client.query(
        'select name::regtype::oid::int8::float8 as oid from unnest($1::text[]) with ordinality as t(name, n) order by n',
        [names],
      );
      const ask = async (oids: readonly number[]) => (await client.query<CatalogueType>(catalogueQuery, [oids])).rows;
      return typesOf(
        ask,
        rows.map(({ oid }) => ({ oid, modifier: -1 })),
      );
    };
  });
  after(() => client.end());

  /** As it is sent, and as it is said. */
  async function both(name: string, value: string): Promise<readonly [Buffer, string]> {
    // Made a text, `character(5)` loses its blanks.
    const said = name.startsWith('bpchar') ? `format('%s', $1::${name})` : `$1::${name}::text`;
    const [row] = (
      await client.query({
        text: `select ${send(name)}($1::${name}) as sent, ${said} as said`,
        values: [value],
      })
    ).rows;
    return [row.sent, row.said];
  }
  const base = (name: string): string => name.replace(/\(.*/, '');
  const send = (name: string): string => {
    if (name.endsWith('[]')) return 'array_send';
    const named: Readonly<Record<string, string>> = {
      bpchar: 'bpcharsend',
      text: 'textsend',
      varchar: 'varcharsend',
      name: 'namesend',
      int2: 'int2send',
      int4: 'int4send',
      int8: 'int8send',
      float4: 'float4send',
      float8: 'float8send',
      bool: 'boolsend',
      oid: 'oidsend',
      bytea: 'byteasend',
    };
    return named[base(name)] ?? `${base(name)}_send`;
  };

  for (const [name, some] of Object.entries(values)) {
    test(name, async () => {
      const [type] = await types([base(name)]);
      assert.ok(type);
      for (const value of some) {
        const [sent, said] = await both(name, value);
        assert.equal(textOf(type, sent, 0, sent.length), said, value);
        const around = Buffer.concat([Buffer.from('xyz'), sent, Buffer.from('xyz')]);
        assert.equal(textOf(type, around, 3, sent.length), said, `${value}, elsewhere`);
        const json = JSON.parse(jsonOf(type, sent, 0, sent.length)) as unknown;
        if (!['json', 'jsonb', 'bool'].includes(name))
          assert.equal(typeof json === 'number' ? Number(said) : said, json, `${value} as JSON`);
      }
    });
  }

  test('arrays are lists within lists, each item as it is alone', async () => {
    const lists: readonly (readonly [string, string, string])[] = [
      ['int4[]', '{}', '[]'],
      ['int4[]', '{1,NULL,3}', '[1,null,3]'],
      ['int8[]', '{{1,2},{3,9007199254740993}}', '[[1,2],[3,9007199254740993]]'],
      ['int4[]', '[0:1]={5,6}', '[5,6]'],
      ['text[]', '{"a b","",NULL,"NULL","q\\"q"}', '["a b","",null,"NULL","q\\"q"]'],
      ['numeric[]', '{1.50,NaN}', '[1.50,"NaN"]'],
      ['float8[]', '{0.1,Infinity}', '[0.1,"Infinity"]'],
      ['bool[]', '{t,f}', '[true,false]'],
      ['date[]', '{2026-01-31,infinity}', '["2026-01-31","infinity"]'],
      ['jsonb[]', '{"{\\"a\\": 1}"}', '[{"a": 1}]'],
      ['uuid[]', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}', '["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]'],
      ['text[]', '{{{a},{b}},{{c},{d}}}', '[[["a"],["b"]],[["c"],["d"]]]'],
    ];
    for (const [name, value, said] of lists) {
      const [type] = await types([name]);
      const [sent] = await both(name, value);
      assert.equal(textOf(type as PostgresType, sent, 0, sent.length), said);
    }
  });

  test('a type of the database is known by its catalogue: an enum, a domain, an array of either; one without a decoder is said as its bytes', async () => {
    const [mood, money, names, moods, point] = await types([
      'pg_temp.mood',
      'pg_temp.money_of',
      'pg_temp.names',
      'pg_temp.mood[]',
      'point',
    ]);
    assert.deepEqual(
      [mood?.shape, money?.shape, names?.shape, moods?.element?.shape, point?.shape],
      ['text', 'numeric', 'array', 'text', 'unknown'],
    );
    assert.equal(names?.element?.shape, 'text');
    assert.match(mood?.name ?? '', /mood$/);
    const [row] = (
      await client.query("select enum_send('very happy'::pg_temp.mood) as sent, point_send('(1,2)') as point")
    ).rows;
    assert.equal(textOf(mood as PostgresType, row.sent, 0, row.sent.length), 'very happy');
    assert.equal(textOf(point as PostgresType, row.point, 0, 16), `\\x${row.point.toString('hex')}`);
  });
});

test('a number of the catalogue says its digits', () => {
  assert.equal(builtIn({ oid: 1700, modifier: ((12 << 16) | 2) + 4 })?.name, 'numeric(12,2)');
  assert.equal(builtIn({ oid: 1700, modifier: ((3 << 16) | (-2 & 0x7ff)) + 4 })?.name, 'numeric(3,-2)');
  assert.equal(builtIn({ oid: 1700, modifier: -1 })?.name, 'numeric');
  assert.equal(builtIn({ oid: 1231, modifier: -1 })?.name, 'numeric[]');
  assert.equal(builtIn({ oid: 600, modifier: -1 }), undefined);
});
