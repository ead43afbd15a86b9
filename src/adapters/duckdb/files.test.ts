import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type Columns, col } from '../../columns/index.ts';
import {
  hostileDecimal,
  hostileReal,
  hostileText,
  hostileWhole,
  pick,
  randomFrom,
} from '../../ports/conformance/hostile.ts';
import type { SourceFile } from '../../ports/index.ts';
import { stageFiles, tablesBeneath } from './files.ts';
import { readRows } from './values.ts';

let connection: DuckDBConnection;
let instance: DuckDBInstance;
let folder: string;
before(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
  await connection.run("set TimeZone = 'UTC'");
  folder = await mkdtemp(path.join(tmpdir(), "esteira reader ç ' "));
});
after(async () => {
  connection.closeSync();
  instance.closeSync();
  await rm(folder, { recursive: true, force: true });
});

let count = 0;
async function file(name: string, content: string | Uint8Array): Promise<SourceFile> {
  count += 1;
  const location = path.join(folder, `${count}-${name}`);
  await writeFile(location, content);
  const bytes = Buffer.from(content).length;
  const format = /\.csv/.test(name) ? 'csv' : /\.parquet$/.test(name) ? 'parquet' : 'jsonl';
  return { path: `landing/${name}`, location, format, bytes, fingerprint: `${count}` };
}
const gone = async (name: string): Promise<SourceFile> => {
  const made = await file(name, '');
  await rm(made.location);
  return { ...made, bytes: 1 };
};

/** What was staged: rows by `_rid`, each as values, `_original` and `_unread`. */
async function stage(columns: Columns, files: readonly SourceFile[]) {
  const result = await stageFiles(connection, { relation: 'r', source: 's', columns, files, once: true }, 'r');
  const { rows } = await readRows(await connection.run('select _rid, * exclude (_rid) from r order by _rid'), {
    columns,
  });
  const beneath = tablesBeneath('r').map((name) => `drop table if exists "${name}"`);
  await connection.run(['drop view r', ...beneath].join('; '));
  const left = await readRows(
    await connection.run("select table_name from duckdb_tables() where table_name like 'r%'"),
  );
  assert.deepEqual(left.rows, [], 'no other table is left');
  return { ...result, rows: rows.map(([rid, ...row]) => [String(rid).replace('landing/', ''), ...row.map(shown)]) };
}
const shown = (value: unknown): unknown =>
  typeof value === 'object' && value?.toString !== Object.prototype.toString && !Array.isArray(value) && value !== null
    ? String(value)
    : value;
const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`;
const rid = (name: string, line: number): string => `${name}:${String(line).padStart(10, '0')}`;
const one = { a: col.text().optional() };

describe('JSON lines', () => {
  test('values become those of their columns, each by its documented spelling', async () => {
    const columns = {
      t: col.text().optional(),
      i: col.integer().optional(),
      b: col.bigint().optional(),
      r: col.real().optional(),
      d: col.decimal(12, 2).optional(),
      f: col.boolean().optional(),
      day: col.date().optional(),
      at: col.timestamp().optional(),
      u: col.duration().optional(),
      l: col.list(col.text()).optional(),
      j: col.json().optional(),
    };
    const first =
      '{"t":"ç","i":3,"b":9223372036854775807,"r":1.5,"d":12.5,"f":true,"day":"2026-01-31","at":"2026-01-31T10:00:00-03:00","u":"2 hours","l":["a"],"j":{"k":[1]}}';
    const second =
      '{"t":"","i":"-3","b":"1","r":"1e3","d":"0012.500","f":"false","at":"2026-01-31 10:00:00.123456789","j":"s","other":1}';
    const { rows, read, bad } = await stage(columns, [await file('a.jsonl', lines(first, second))]);
    assert.deepEqual(rows, [
      [
        rid('a.jsonl', 1),
        'ç',
        3,
        '9223372036854775807',
        1.5,
        '12.50',
        true,
        '2026-01-31',
        '2026-01-31T13:00:00Z',
        '2 hours',
        ['a'],
        rows[0]?.[11],
        null,
        null,
      ].map((value, index) => (index === 3 ? 9223372036854775807n : value)),
      [
        rid('a.jsonl', 2),
        '',
        -3,
        1n,
        1000,
        '12.50',
        false,
        null,
        '2026-01-31T10:00:00.123456Z',
        null,
        null,
        's',
        null,
        null,
      ],
    ]);
    assert.deepEqual(rows[0]?.[11], { k: [1] });
    assert.deepEqual([read.length, bad], [1, []]);
  });

  const unread: readonly (readonly [string, Columns[string], readonly string[]])[] = [
    [
      'integer',
      col.integer(),
      ['3.7', '"3.7"', '" 3"', '"1_000"', '"0x1F"', 'true', '9007199254740993', '1e2', '"a"', '{}', '[1]', '""'],
    ],
    ['bigint', col.bigint(), ['9223372036854775808', '1.5', '""']],
    ['real', col.real(), ['1e400', '"nan"', '"inf"', '"1_0"', '" 1"', 'true', '""']],
    ['decimal', col.decimal(6, 2), ['12345', '1.005', '1.50000000000000000000001', '"1,5"', '1e2', 'NaN', '""']],
    ['boolean', col.boolean(), ['1', '"t"', '"TRUE"', '"yes"', '""']],
    [
      'date',
      col.date(),
      [
        '"2026-02-30"',
        '"2026-1-3"',
        '"2026-01-3:"',
        '"31/01/2026"',
        '20260131',
        '"infinity"',
        '"0000-01-01"',
        '"2026-01-31T00:00:00Z"',
        '""',
      ],
    ],
    [
      'timestamp',
      col.timestamp(),
      [
        '"2026-01-31T25:00:00Z"',
        '"2026-01-31T10:00:60Z"',
        '" 2026-01-31T10:00:00Z"',
        '"2026-01-31T10:00:00 America/Bahia"',
        '1700000000',
        '"epoch"',
        '"9999-12-31T23:59:59-03:00"',
        '"2026-01-31T10:00:00+99:00"',
        '""',
      ],
    ],
    ['duration', col.duration(), ['"2 years"', '"1 hour "', '5']],
    ['list', col.list(col.text()), ['{}', '"a"', '1']],
  ];
  for (const [kind, column, values] of unread) {
    test(`what is no ${kind} is null, with the line beside`, async () => {
      const written = values.map((value) => `{"x": ${value}, "a": "é"}`);
      const { rows } = await stage({ x: column, ...one }, [await file('a.jsonl', lines(...written))]);
      const expected = written.map((line, index) => {
        const original = line.includes('NaN') ? JSON.stringify(line) : line;
        return [rid('a.jsonl', index + 1), null, 'é', original, ['x']];
      });
      assert.deepEqual(rows, expected);
    });
  }

  test('numbers keep their spelling where the column keeps it', async () => {
    const columns = { t: col.text().optional(), d: col.decimal(38, 20).optional() };
    const numbers = ['1.10', '-0', '1E5', '100', '0.1234567890123456789', '123456789012345678.12345678901234567890'];
    const written = numbers.map((number) => `{"x":{"t":9.90,"d":9.90},"t":${number},"d":${number},"s":"\\"t\\":8.80"}`);
    const { rows } = await stage(columns, [await file('a.jsonl', lines(...written))]);
    assert.deepEqual(
      rows.map((row) => row[1]),
      numbers,
    );
    assert.deepEqual(
      rows.map((row) => row[2]),
      [
        '1.10000000000000000000',
        '0.00000000000000000000',
        null,
        '100.00000000000000000000',
        '0.12345678901234567890',
        '123456789012345678.12345678901234567890',
      ],
    );
  });

  test('a key may be written with escapes, and of a key given twice the first counts', async () => {
    const columns = { código: col.text(), b: col.decimal(4, 3) };
    const { rows } = await stage(columns, [
      await file('a.jsonl', lines('{"c\\u00f3digo": 1.10, "b": 1.000000000000000000, "b": 2}')),
    ]);
    assert.deepEqual(rows, [[rid('a.jsonl', 1), '1.10', '1.000', null, null]]);
  });

  test('a missing key is null', async () => {
    const { rows } = await stage(one, [await file('a.jsonl', lines('{}', '{"a":null}'))]);
    assert.deepEqual(rows, [
      [rid('a.jsonl', 1), null, null, null],
      [rid('a.jsonl', 2), null, null, null],
    ]);
  });

  test('a line that is no JSON object is a row of its own, the others of the file are read', async () => {
    const broken = ['not json', '{"a":1', '{"a":1}{"a":2}', '{"a":"\\ud83d"}', '[1]', '"s"', 'null', '{"a":"\u0001"}'];
    const { rows, bad } = await stage({ ...one, i: col.integer() }, [
      await file('a.jsonl', lines('{"a":"x","i":1}', ...broken, '{"a":"y","i":2}')),
    ]);
    const json = new Set(['[1]', '"s"', 'null']);
    assert.deepEqual(rows, [
      [rid('a.jsonl', 1), 'x', 1, null, null],
      ...broken.map((line, index) => [
        rid('a.jsonl', index + 2),
        null,
        null,
        json.has(line) ? line : JSON.stringify(line),
        ['a', 'i'],
      ]),
      [rid('a.jsonl', 10), 'y', 2, null, null],
    ]);
    assert.deepEqual(bad, []);
  });

  test('the number is that of the line in its file, blank lines, ends of lines and other files notwithstanding', async () => {
    const files = [
      await file('1.jsonl', '{"a":"1"}\n\n{"a":"3"}'),
      await file('2.jsonl', '\ufeff{"a":"1"}\r\n{"a":"2"}\r\n'),
      await file('3.jsonl', ''),
      await file('4.jsonl', '  {"a":"1"}  \n   \n\n{"a":"4"}\n'),
      await file('5.jsonl.gz', gzipSync(lines('{"a":"1"}', '{"a":"2"}'))),
      await file('6.jsonl', lines('x', '{"a":"2"}')),
      await file('7.jsonl.gz', Buffer.concat([gzipSync('{"a":"1"}\n'), gzipSync('\n{"a":"3"}\n')])),
    ];
    const whole = await stage(one, files);
    assert.deepEqual(
      whole.rows.map(([id]) => id),
      [
        rid('1.jsonl', 1),
        rid('1.jsonl', 3),
        rid('2.jsonl', 1),
        rid('2.jsonl', 2),
        rid('4.jsonl', 1),
        rid('4.jsonl', 4),
        rid('5.jsonl.gz', 1),
        rid('5.jsonl.gz', 2),
        rid('6.jsonl', 1),
        rid('6.jsonl', 2),
        rid('7.jsonl.gz', 1),
        rid('7.jsonl.gz', 3),
      ],
    );
    const apart = [];
    for (const each of files) apart.push(...(await stage(one, [each])).rows);
    assert.deepEqual(apart, whole.rows);
    assert.equal(whole.read.length, files.length);
  });

  test('a line says the same whether its file is read in one go or line by line', async (context) => {
    const seed = Number(process.env.ESTEIRA_SEED ?? Date.now() % 1_000_000);
    context.diagnostic(`ESTEIRA_SEED=${seed}`);
    const random = randomFrom(seed);
    const columns = {
      t: col.text().optional(),
      i: col.integer().optional(),
      d: col.decimal(20, 4).optional(),
      r: col.real().optional(),
      day: col.date().optional(),
      at: col.timestamp().optional(),
      f: col.boolean().optional(),
      j: col.json().optional(),
    };
    const value = (): string => {
      const numbers = [hostileReal(random), hostileWhole(random, 64), hostileDecimal(random, 24, 6)].map(String);
      const plain = [
        ...numbers,
        'true',
        'null',
        '-0',
        '1.10',
        '1.000000000000000000001',
        '[1,2.50]',
        '{"t":1.10}',
      ].filter((text) => !/NaN|Inf/.test(text));
      if (random() < 0.5) return pick(random, plain).replace(/^(-?)0+(?=\d)/, '$1');
      return JSON.stringify(
        random() < 0.5
          ? hostileText(random)
          : pick(random, [...plain, '2026-01-31', '2026-01-31T10:00:00Z', '2026-01-31T10:00-03']),
      );
    };
    const written = Array.from(
      { length: 2000 },
      () =>
        `{${Object.keys(columns)
          .map((name) => `"${name}":${value()}`)
          .join(',')}}`,
    );
    const quick = await stage(columns, [await file('a.jsonl', lines(...written))]);
    const careful = await stage(columns, [await file('a.jsonl', lines('not json', ...written))]);
    assert.equal(quick.rows.length, written.length);
    const rest = careful.rows.slice(1).map(([, ...row]) => row);
    for (const [index, [, ...row]] of quick.rows.entries())
      assert.deepEqual(row, rest[index], `seed ${seed}: ${written[index]}`);
  });
});

describe('long lines', () => {
  test('a line of 20 megabytes is read', async () => {
    const long = 'é'.repeat(10 * 2 ** 20);
    const json = await stage(one, [await file('1.jsonl', lines(`{"a":"${long}"}`, '{"a":"2"}'))]);
    assert.deepEqual(
      json.rows.map(([, value]) => String(value).length),
      [long.length, 1],
    );
    const csv = await stage({ ...one, b: col.integer() }, [await file('1.csv', `a,b\n${long},1\n2,2\n`)]);
    assert.deepEqual(
      csv.rows.map(([, value]) => String(value).length),
      [long.length, 1],
    );
  });
});

describe('files that cannot be read', () => {
  test('each is named with the reason, and the others go on', async () => {
    const packed = gzipSync(lines(...Array.from({ length: 500 }, (_, index) => `{"a":"${index * 7919}"}`)));
    const files = [
      await file('1.jsonl', '{"a":"1"}\n'),
      await file('cut.jsonl.gz', packed.subarray(0, packed.length - 20)),
      await file(
        'flipped.jsonl.gz',
        packed.map((byte, index) => (index === packed.length - 6 ? byte ^ 255 : byte)),
      ),
      await file('plain.jsonl.gz', '{"a":"1"}\n'),
      await file('latin1.jsonl', Buffer.from('{"a":"\xe7"}\n', 'latin1')),
      await gone('gone.jsonl'),
      await file('text.parquet', 'no parquet'),
      await file('empty.parquet', ''),
      await file('latin1.csv', Buffer.from('a\n\xe7\n', 'latin1')),
      await file('9.jsonl', '{"a":"9"}\n'),
    ];
    const { rows, read, bad } = await stage(one, files);
    assert.deepEqual(
      rows.map(([id]) => id),
      [rid('1.jsonl', 1), rid('9.jsonl', 1)],
    );
    assert.deepEqual(
      read.map((each) => each.path),
      ['landing/1.jsonl', 'landing/9.jsonl'],
    );
    const reasons = Object.fromEntries(bad.map((each) => [each.path.replace('landing/', ''), each.why]));
    assert.deepEqual(
      Object.keys(reasons).sort(),
      files
        .slice(1, -1)
        .map((each) => each.path.replace('landing/', ''))
        .sort(),
    );
    assert.match(reasons['cut.jsonl.gz'] ?? '', /cut off/);
    assert.match(reasons['flipped.jsonl.gz'] ?? '', /damaged/);
    assert.match(reasons['plain.jsonl.gz'] ?? '', /not a gzip stream/);
    assert.match(reasons['latin1.jsonl'] ?? '', /not UTF-8/);
    assert.match(reasons['gone.jsonl'] ?? '', /not there any more/);
    assert.match(reasons['latin1.csv'] ?? '', /not UTF-8/);
    assert.ok(
      bad.every(({ why }) => !why.includes(folder)),
      'reasons do not repeat where the file is',
    );
  });

  test('no file at all is no row', async () => {
    assert.deepEqual(await stage(one, []), { rows: [], read: [], bad: [] });
  });
});

describe('CSV', () => {
  const columns = { id: col.integer(), name: col.text().optional(), value: col.decimal(10, 2) };

  test('columns go by the names of the header, whatever their order and delimiter', async () => {
    const files = [
      await file('1.csv', 'id,name,value\n1,"b, ""x""\ny",1.50\n\n2,,"2.5"\n3,"",3\n'),
      await file('2.csv', 'value;extra;id\r\n4.25;x;4\r\n'),
      await file('3.csv.gz', gzipSync('\ufeffid\tname\tvalue\n5\té\t5')),
      await file('4.csv', ''),
      await file('5.csv', 'id,name,value\n'),
    ];
    const { rows, bad } = await stage(columns, files);
    assert.deepEqual(rows, [
      [rid('1.csv', 1), 1, 'b, "x"\ny', '1.50', null, null],
      [rid('1.csv', 2), 2, null, '2.50', null, null],
      [rid('1.csv', 3), 3, '', '3.00', null, null],
      [rid('2.csv', 1), 4, null, '4.25', null, null],
      [rid('3.csv.gz', 1), 5, 'é', '5.00', null, null],
    ]);
    assert.deepEqual(bad, []);
  });

  test('a value that is not of its kind is null, with the row by its header', async () => {
    const { rows } = await stage(columns, [await file('1.csv', 'id,name,value,more\n1,a,"1,5",z\n""," ",2,\n')]);
    assert.deepEqual(rows, [
      [rid('1.csv', 1), 1, 'a', null, '{"id":"1","name":"a","value":"1,5","more":"z"}', ['value']],
      [rid('1.csv', 2), null, ' ', '2.00', null, null],
    ]);
  });

  test('a record with too many or too few fields, or quotes out of place, is a row that cannot be read', async () => {
    const content = 'id,name,value\n1,a,1\n2,b\n3,c,3,\n"4"x,d,4\n5,e"e,5\n6,"f\n7,g,7\n';
    const { rows } = await stage(columns, [await file('1.csv', content)]);
    const all = ['id', 'name', 'value'];
    assert.deepEqual(rows, [
      [rid('1.csv', 1), 1, 'a', '1.00', null, null],
      [rid('1.csv', 2), null, null, null, '["2","b"]', all],
      [rid('1.csv', 3), null, null, null, '["3","c","3",null]', all],
      [rid('1.csv', 4), null, null, null, JSON.stringify('"4"x,d,4'), all],
      [rid('1.csv', 5), 5, 'e"e', '5.00', null, null],
      [rid('1.csv', 6), null, null, null, JSON.stringify('6,"f\n7,g,7\n'), all],
    ]);
  });

  test('a header without a column that must be there makes a bad file; one that is optional is null', async () => {
    const files = [
      await file('1.csv', 'id,name\n1,a\n'),
      await file('2.csv', 'id,value\n2,2\n'),
      await file('3.csv', 'id,id,value\n1,2,3\n'),
    ];
    const { rows, bad } = await stage(columns, files);
    assert.deepEqual(rows, [[rid('2.csv', 1), 2, null, '2.00', null, null]]);
    assert.deepEqual(bad, [
      { path: 'landing/1.csv', why: 'its header has no column value' },
      { path: 'landing/3.csv', why: 'its header names id twice' },
    ]);
  });

  test('a file of one column is read', async () => {
    const { rows } = await stage({ id: col.integer() }, [await file('1.csv', 'id\n1\n2\n')]);
    assert.deepEqual(
      rows.map((row) => row[1]),
      [1, 2],
    );
  });
});

describe('Parquet', () => {
  async function parquet(name: string, query: string): Promise<SourceFile> {
    const made = await file(name, '');
    await connection.run(`copy (${query}) to '${made.location.replaceAll("'", "''")}' (format parquet)`);
    return made;
  }
  const columns = {
    id: col.integer(),
    name: col.text().optional(),
    value: col.decimal(10, 2).optional(),
    at: col.timestamp().optional(),
    r: col.real().optional(),
  };

  test('columns go by name and are made of their kind; what cannot be is null, with the row beside', async () => {
    const files = [
      await parquet(
        '1.parquet',
        "select 1.5::double as r, 7::tinyint as id, 'ç' as name, 1.5::decimal(5,3) as value, timestamptz '2026-01-31 10:00:00-03' as at",
      ),
      await parquet(
        '2.parquet',
        "select '8' as id, 5 as name, 1.005::decimal(5,3) as value, timestamp '2026-01-31 10:00:00' as at, 'nan'::double as r union all select 'x', null, null, null, null",
      ),
      await parquet('3.parquet', 'select 1 as other'),
    ];
    const { rows, bad } = await stage(columns, files);
    assert.deepEqual(rows, [
      [rid('1.parquet', 1), 7, 'ç', '1.50', '2026-01-31T13:00:00Z', 1.5, null, null],
      [
        rid('2.parquet', 1),
        8,
        '5',
        null,
        '2026-01-31T10:00:00Z',
        null,
        '{"id":"8","name":5,"value":1.005,"at":"2026-01-31 10:00:00","r":"nan"}',
        ['value', 'r'],
      ],
      [
        rid('2.parquet', 2),
        null,
        null,
        null,
        null,
        null,
        '{"id":"x","name":null,"value":null,"at":null,"r":null}',
        ['id'],
      ],
    ]);
    assert.deepEqual(bad, [{ path: 'landing/3.parquet', why: 'it has no column id' }]);
  });
});
