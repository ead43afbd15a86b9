// Each value is compared with what Postgres says of it. Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/servers/postgres
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { withoutServer } from '../../../../src/adapters/postgres/testing.ts';
import { Shop } from './shop.ts';

interface Kept {
  /** As a definition says it. */
  readonly kind: string;
  /** By value as Postgres reads it: what the table has, as text; absent where it is what Postgres says, null where it is none of the kind. */
  readonly values: readonly (string | readonly [value: string, kept: string | null])[];
}
const wide = '12345678901234567890123456.789012345678';

/** By type of Postgres: kinds that a column may have, and values at the edges of them. */
const kept: Readonly<Record<string, readonly Kept[]>> = {
  int2: [
    { kind: 'integer', values: ['32767', '-32768'] },
    {
      kind: 'decimal(4, 2)',
      values: [
        ['99', '99.00'],
        ['100', null],
      ],
    },
  ],
  int4: [
    { kind: 'integer', values: ['2147483647', '-2147483648'] },
    { kind: 'bigint', values: ['-1'] },
    { kind: 'real', values: [['7', '7.0']] },
    { kind: 'json', values: ['-3'] },
    { kind: 'decimal(9, 0)', values: ['999999999', ['1000000000', null]] },
  ],
  int8: [
    { kind: 'bigint', values: ['9223372036854775807', '-9223372036854775808', '9007199254740993', '0'] },
    {
      kind: 'integer',
      values: ['9007199254740991', '-9007199254740992', ['9007199254740993', null], ['-9223372036854775808', null]],
    },
    { kind: 'decimal(38, 2)', values: [['-9223372036854775808', '-9223372036854775808.00']] },
    { kind: 'decimal(18, 0)', values: ['999999999999999999', ['1000000000000000000', null]] },
    { kind: 'json', values: ['9007199254740993'] },
  ],
  oid: [
    { kind: 'integer', values: ['4294967295'] },
    { kind: 'bigint', values: ['4294967295'] },
    { kind: 'decimal(10, 0)', values: ['4294967295'] },
  ],
  numeric: [
    {
      kind: 'decimal(12, 2)',
      values: [
        '12.50',
        ['0.5', '0.50'],
        ['-9999999999.99', '-9999999999.99'],
        ['12.500', '12.50'],
        ['12.505', null],
        ['10000000000', null],
        ['NaN', null],
        ['Infinity', null],
        ['-Infinity', null],
        ['0', '0.00'],
        ['1e-20', null],
        ['5e2', '500.00'],
        ['0.01', '0.01'],
        ['-0.01', '-0.01'],
      ],
    },
    { kind: 'decimal(38, 12)', values: [wide, [`-${wide}`, `-${wide}`], ['1e26', null], ['1', '1.000000000000']] },
    { kind: 'decimal(18, 6)', values: ['123456789012.345678', '-999999999999.999999'] },
    { kind: 'decimal(16, 0)', values: ['9007199254740993', '9999999999999999'] },
    { kind: 'decimal(4, 1)', values: ['-999.9', ['1000', null]] },
    { kind: 'decimal(9, 4)', values: ['99999.9999', '-0.0001'] },
    { kind: 'integer', values: ['9007199254740992', ['3.0', '3'], ['3.5', null], ['1e30', null]] },
    { kind: 'bigint', values: ['9223372036854775807', ['9223372036854775808', null]] },
    {
      kind: 'real',
      values: [
        ['0.1', '0.1'],
        ['NaN', null],
        ['1e400', null],
      ],
    },
    { kind: 'text', values: [wide, 'NaN', 'Infinity', '-Infinity', '1.10', '0.00'] },
    { kind: 'json', values: [wide, ['NaN', null]] },
  ],
  float4: [
    {
      kind: 'real',
      values: [
        ['1.5', '1.5'],
        ['NaN', null],
        ['-Infinity', null],
      ],
    },
    { kind: 'text', values: ['0.1', '3.4028235e+38', 'NaN'] },
    {
      kind: 'integer',
      values: [
        ['3', '3'],
        ['3.5', null],
      ],
    },
  ],
  float8: [
    {
      kind: 'real',
      values: [
        ['0.1', '0.1'],
        ['-0', '-0.0'],
        ['1.7976931348623157e308', '1.7976931348623157e+308'],
        ['5e-324', '5e-324'],
        ['NaN', null],
        ['Infinity', null],
      ],
    },
    {
      kind: 'bigint',
      values: [
        ['9007199254740992', '9007199254740992'],
        ['9223372036854775808', null],
      ],
    },
    {
      kind: 'decimal(10, 2)',
      values: [
        ['12.5', '12.50'],
        ['12.345', null],
        ['1e20', null],
      ],
    },
    { kind: 'json', values: ['0.1', ['NaN', null]] },
  ],
  bool: [
    { kind: 'boolean', values: ['true', 'false'] },
    { kind: 'text', values: ['true'] },
    { kind: 'json', values: ['false'] },
  ],
  text: [
    { kind: 'text', values: ['', 'wörld 😀', 'exactly 12 ch', 'exactly 12 c', 'a\nb\t"\\', 'x'.repeat(100_000)] },
    {
      kind: 'integer',
      values: ['12', ['-3', '-3'], ['+4', '4'], ['3.0', '3'], ['3.7', null], [' 5', null], ['', null]],
    },
    { kind: 'decimal(12, 2)', values: ['12.50', ['012.5', '12.50'], ['12.505', null]] },
    {
      kind: 'real',
      values: [
        ['1e3', '1000.0'],
        ['nan', null],
      ],
    },
    { kind: 'boolean', values: ['true', ['t', null]] },
    { kind: 'date', values: ['2026-01-31', ['2026-02-30', null], ['2026-1-31', null]] },
    {
      kind: 'timestamp',
      values: [
        ['2026-01-31T10:00:00.123456-03:00', '2026-01-31 13:00:00.123456+00'],
        ['2026-01-31', '2026-01-31 00:00:00+00'],
        ['2026-01-31 24:00:00Z', '2026-02-01 00:00:00+00'],
        ['now', null],
      ],
    },
    { kind: 'duration', values: ['15 ms', ['2 weeks', null]] },
    { kind: 'list(col.text())', values: ['[1, "a"]', ['{}', null]] },
    { kind: 'json', values: ['{"a": [1, 2.50]}', ['{', null]] },
  ],
  varchar: [{ kind: 'text', values: ['abc'] }],
  'char(5)': [{ kind: 'text', values: [['ab', 'ab   ']] }],
  mood: [{ kind: 'text', values: ['very happy'] }],
  date: [
    {
      kind: 'date',
      values: [
        '2026-01-31',
        '0001-01-01',
        '9999-12-31',
        '1969-12-31',
        ['0044-03-15 BC', null],
        ['10000-01-01', null],
        ['infinity', null],
        ['-infinity', null],
      ],
    },
    {
      kind: 'timestamp',
      values: [
        ['2026-01-31', '2026-01-31 00:00:00+00'],
        ['infinity', null],
      ],
    },
    { kind: 'text', values: ['0044-03-15 BC', 'infinity', '5874897-12-31'] },
  ],
  timestamptz: [
    {
      kind: 'timestamp',
      values: [
        '2026-01-31 10:00:00.123456+00',
        '0001-01-01 00:00:00+00',
        '9999-12-31 23:59:59.999999+00',
        '1969-12-31 23:59:59.999999+00',
        ['10000-01-01 00:00:00+00', null],
        ['0001-12-31 23:59:59.999999+00 BC', null],
        ['infinity', null],
        ['-infinity', null],
      ],
    },
    {
      kind: 'date',
      values: [
        ['2026-01-31 00:00:00+00', '2026-01-31'],
        ['2026-01-31 00:00:00.000001+00', null],
        ['infinity', null],
      ],
    },
    { kind: 'text', values: ['0044-03-15 12:00:00.5+00 BC', '294276-12-31 23:59:59.999999+00', '-infinity'] },
  ],
  timestamp: [
    {
      kind: 'timestamp',
      values: [
        ['2026-01-31 10:00:00.000001', '2026-01-31 10:00:00.000001+00'],
        ['infinity', null],
      ],
    },
    { kind: 'text', values: ['2026-01-31 10:00:00.1', 'infinity'] },
  ],
  time: [{ kind: 'text', values: ['24:00:00', '10:00:00.000001'] }],
  timetz: [{ kind: 'text', values: ['10:00:00-03'] }],
  interval: [
    { kind: 'text', values: ['1 year 2 mons -3 days -04:05:06.789', '00:00:00'] },
    {
      kind: 'duration',
      values: [
        ['14 mons', '14 months'],
        ['1 day', '1 day'],
        ['2 days', '2 days'],
        ['02:00:00', '2 hours'],
        ['01:30:00', '90 minutes'],
        ['00:00:01', '1 second'],
        ['00:00:00.0015', '1.5 ms'],
        ['00:00:00', '0 days'],
        ['1 mon 2 days', null],
        ['-1 day', null],
      ],
    },
  ],
  uuid: [{ kind: 'text', values: ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'] }],
  bytea: [{ kind: 'text', values: ['\\xdeadbeef00ff', '\\x'] }],
  json: [
    {
      kind: 'json',
      values: [
        '{"a": 9007199254740993,  "b":1.10, "a":2}',
        'null',
        ['"\\ud800"', null],
        '{"a":"\\u0000"}',
        '"\\ud83d\\ude00"',
        '"\\u00e9"',
      ],
    },
    { kind: 'text', values: [' {"a" : 1}'] },
    { kind: 'list(col.integer())', values: ['[1, 2]', ['{"a":1}', null]] },
  ],
  jsonb: [
    {
      kind: 'json',
      values: ['{"a": 9007199254740993, "b": 1.10}', '"é"', '123456789012345678901234567890'],
    },
    { kind: 'text', values: ['{"a": 1}'] },
  ],
  'int4[]': [
    {
      kind: 'list(col.integer())',
      values: [
        ['{1,NULL,3}', '[1,null,3]'],
        ['{}', '[]'],
        ['{{1},{2}}', '[[1],[2]]'],
      ],
    },
    { kind: 'text', values: [['{1}', '[1]']] },
  ],
  'numeric[]': [
    {
      kind: 'list(col.real())',
      values: [
        ['{1.50,2}', '[1.50,2]'],
        ['{1,NaN}', null],
      ],
    },
  ],
  'json[]': [
    {
      kind: 'list(col.json())',
      values: [
        ['{"{\\"a\\": 1}",null}', '[{"a": 1},null]'],
        ['{"\\"\\\\ud800\\""}', null],
      ],
    },
  ],
  'text[]': [{ kind: 'json', values: [['{"a\\"b",NULL,""}', '["a\\"b",null,""]']] }],
  'mood[]': [{ kind: 'list(col.text())', values: [['{sad,"very happy"}', '["sad","very happy"]']] }],
  'timestamptz[]': [
    {
      kind: 'list(col.text())',
      values: [['{"2026-01-31 10:00:00+00",infinity}', '["2026-01-31 10:00:00+00","infinity"]']],
    },
  ],
  money_of: [{ kind: 'decimal(12, 2)', values: ['12.50'] }],
  names: [{ kind: 'list(col.text())', values: [['{a,b}', '["a","b"]']] }],
  inet: [{ kind: 'text', values: ['192.168.0.1/24', '::1/128'] }],
  'inet[]': [{ kind: 'list(col.text())', values: [['{10.0.0.1}', '["10.0.0.1/32"]']] }],
  int4range: [{ kind: 'text', values: ['[1,5)'] }],
  point: [{ kind: 'text', values: ['(1,2)'] }],
  'bit(4)': [{ kind: 'text', values: ['0101'] }],
};

const cases = Object.entries(kept).flatMap(([type, kinds]) => kinds.map((one) => ({ type, ...one })));
const kindOf = (kind: string): string => `col.${kind.includes('(') ? kind : `${kind}()`}.optional()`;

describe('each type of Postgres, as a column of each kind that may hold it', { skip: withoutServer }, () => {
  let shop: Shop;
  /** By case: the rows of its table. */
  const rows: (readonly (readonly unknown[])[])[] = [];
  before(async () => {
    const sql = cases.flatMap(({ type, values }, index) => {
      const list = values.map((one, n) => `(${n}, $q$${typeof one === 'string' ? one : one[0]}$q$)`);
      return [
        `create table t${index} (id int primary key, v ${type}); insert into t${index} select n, x::${type} from (values ${list.join(', ')}, (${list.length}, null)) as t(n, x)`,
      ];
    });
    const definitions = cases.flatMap(({ kind }, index) => [
      `export const s${index} = source('app.t${index}', { reader: app.table('$.t${index}'), columns: { id: col.integer(), v: ${kindOf(kind)} } });`,
      `export const b${index} = table('bronze.t${index}', { columns: s${index}.columns, rows: sql\`select * from \${s${index}}\`, write: 'append' });`,
    ]);
    const build = cases.map((_, index) => `b${index}`).join(', ');
    shop = await Shop.open({
      sql: `create type mood as enum ('sad', 'very happy'); create domain money_of as numeric(12, 2); create domain names as text[]; set datestyle = 'ISO, YMD'; set timezone = 'UTC'; ${sql.join('; ')}`,
      definitions: `${definitions.join('\n')}\nexport const daily = job('daily', { when: byHand, build: [${build}] });`,
    });
    await shop.run();
    for (const index of cases.keys())
      rows.push(await shop.rows(`select v::varchar, _unread::varchar, _original from bronze.t${index} order by id`));
  });
  after(() => shop?.close());

  for (const [index, { type, kind, values }] of cases.entries()) {
    test(`${type} as ${kind}`, async () => {
      const found = rows[index] ?? [];
      assert.equal(found.length, values.length + 1);
      for (const [place, one] of values.entries()) {
        const [value, wanted] = typeof one === 'string' ? [one, one] : one;
        const [is, unread, original] = found[place] ?? [];
        assert.equal(is, wanted, value.slice(0, 60));
        assert.equal(unread, wanted === null ? '[v]' : null, value);
        assert.equal(original !== null, wanted === null);
        if (wanted === null) assert.match(String(original), new RegExp(`^\\{"id":${place},"v":.+\\}$`, 's'));
      }
      assert.deepEqual(found.at(-1), [null, null, null], 'a null is none, and was none');
    });
  }
});
