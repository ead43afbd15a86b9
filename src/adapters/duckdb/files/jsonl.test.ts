import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Desk, lines, rid } from '../../../../test/reading.ts';
import { type Columns, col } from '../../../columns/index.ts';
import {
  hostileDecimal,
  hostileReal,
  hostileText,
  hostileWhole,
  pick,
  randomFrom,
} from '../../../ports/conformance/hostile.ts';

const desk = new Desk();
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
    const { rows, read, bad } = await desk.stage(columns, [await desk.file('a.jsonl', lines(first, second))]);
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
      const { rows } = await desk.stage({ x: column, ...one }, [await desk.file('a.jsonl', lines(...written))]);
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
    const { rows } = await desk.stage(columns, [await desk.file('a.jsonl', lines(...written))]);
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
    const { rows } = await desk.stage(columns, [
      await desk.file('a.jsonl', lines('{"c\\u00f3digo": 1.10, "b": 1.000000000000000000, "b": 2}')),
    ]);
    assert.deepEqual(rows, [[rid('a.jsonl', 1), '1.10', '1.000', null, null]]);
  });

  test('a missing key is null', async () => {
    const { rows } = await desk.stage(one, [await desk.file('a.jsonl', lines('{}', '{"a":null}'))]);
    assert.deepEqual(rows, [
      [rid('a.jsonl', 1), null, null, null],
      [rid('a.jsonl', 2), null, null, null],
    ]);
  });

  test('a line that is no JSON object is a row of its own, the others of the file are read', async () => {
    const broken = ['not json', '{"a":1', '{"a":1}{"a":2}', '{"a":"\\ud83d"}', '[1]', '"s"', 'null', '{"a":"\u0001"}'];
    const { rows, bad } = await desk.stage({ ...one, i: col.integer() }, [
      await desk.file('a.jsonl', lines('{"a":"x","i":1}', ...broken, '{"a":"y","i":2}')),
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
      await desk.file('1.jsonl', '{"a":"1"}\n\n{"a":"3"}'),
      await desk.file('2.jsonl', '\ufeff{"a":"1"}\r\n{"a":"2"}\r\n'),
      await desk.file('3.jsonl', ''),
      await desk.file('4.jsonl', '  {"a":"1"}  \n   \n\n{"a":"4"}\n'),
      await desk.file('5.jsonl.gz', gzipSync(lines('{"a":"1"}', '{"a":"2"}'))),
      await desk.file('6.jsonl', lines('x', '{"a":"2"}')),
      await desk.file('7.jsonl.gz', Buffer.concat([gzipSync('{"a":"1"}\n'), gzipSync('\n{"a":"3"}\n')])),
    ];
    const whole = await desk.stage(one, files);
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
    for (const each of files) apart.push(...(await desk.stage(one, [each])).rows);
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
    const quick = await desk.stage(columns, [await desk.file('a.jsonl', lines(...written))]);
    const careful = await desk.stage(columns, [await desk.file('a.jsonl', lines('not json', ...written))]);
    assert.equal(quick.rows.length, written.length);
    const rest = careful.rows.slice(1).map(([, ...row]) => row);
    for (const [index, [, ...row]] of quick.rows.entries())
      assert.deepEqual(row, rest[index], `seed ${seed}: ${written[index]}`);
  });
});
