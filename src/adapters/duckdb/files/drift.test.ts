import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Desk } from '../../../../test/reading.ts';
import { type Columns, col } from '../../../columns/index.ts';
import type { SourceFile } from '../../../ports/index.ts';
import { isNever } from '../stored.ts';
import { quickSql } from './jsonl.ts';
import { Staging } from './staging.ts';

const desk = new Desk();
const columns = { id: col.integer(), note: col.text().optional() };

test('what JSON lines hold besides is kept, its numbers to the last digit, however a line is read', async () => {
  const content = [
    '{"id":1,"note":"a"}',
    '{"id":2,"more":0.12345678901234567890123,"note":"1.10","list":[1.50, {"x": 1e2}]}',
    '{"id":3,"more":1.5}',
    '{"id":"x","more":{"a":null},"q\\"":"{,}"}',
  ];
  // A line that is no JSON has all others read one by one.
  for (const last of ['', 'broken\n']) {
    const file = await desk.file('1.jsonl', `${content.join('\n')}\n${last}`);
    const { rows, differences } = await desk.stage({ ...columns, _extra: col.text().optional() }, [file], {
      extra: '_extra',
    });
    assert.deepEqual(
      rows.slice(0, 4).map((row) => row[3]),
      [
        null,
        '{"more":0.12345678901234567890123,"list":[1.50,{"x":1e2}]}',
        '{"more":1.5}',
        '{"more":{"a":null},"q\\"":"{,}"}',
      ],
    );
    assert.deepEqual(
      differences.map(({ how, column }) => `${how} ${column}`),
      ['new list', 'new more', 'new q"'],
    );
  }
});

test('what CSV holds besides is kept by the names of its header, where any of it says something', async () => {
  const own = { ...columns, _extra: col.text().optional() };
  const content = 'x,id,x,y\n1,1,"",\n,2,,\n"a ""b""",3,2,é\n';
  // A record that the engine refuses has all others taken apart one by one.
  for (const last of ['', '1,2\n']) {
    const { rows } = await desk.stage(own, [await desk.file('1.csv', content + last)], { extra: '_extra' });
    assert.deepEqual(
      rows.slice(0, 3).map((row) => row[3] && JSON.parse(String(row[3]))),
      [{ x: '1', 'x#2': '', y: null }, null, { x: 'a "b"', 'x#2': '2', y: 'é' }],
    );
  }
});

test('the engine reads whole files, whatever it is asked of their keys', async () => {
  const file = await desk.file('1.jsonl', '{"id":1,"note":"a"}\n{"id":2,"more":1}\n');
  for (const sampled of [false, true]) {
    const input = { relation: 'r', source: 's', columns, files: [file], once: true };
    const query = quickSql(new Staging(desk.connection, input, 'r'), [file], { usual: ['id', 'note'], sampled });
    const result = await desk.connection.runAndReadAll(query);
    assert.equal(result.currentRowCount, 2);
  }
});

test('keys that only some lines have are found, and a column that only some have is not gone', async () => {
  const lines = Array.from({ length: 3000 }, (_, id) => `{"id":${id}${id === 2500 ? ',"late":1,"note":null' : ''}}\n`);
  const { differences } = await desk.stage(columns, [await desk.file('1.jsonl', lines.join(''))]);
  assert.deepEqual(
    differences.map(({ how, column }) => [how, column]),
    [['new', 'late']],
  );
  const gone = await desk.stage(columns, [await desk.file('2.jsonl', '{"id":1}\n{"id":2}\n')]);
  assert.deepEqual(
    gone.differences.map(({ how, column }) => [how, column]),
    [['gone', 'note']],
  );
});

test('a file of JSON lines with a column that is refused leaves nothing of itself', async () => {
  const files = [
    await desk.file('1.jsonl', '{"id":1,"note":"a"}\n'),
    await desk.file('2.jsonl', '{"id":2,"note":"b","more":1}\n'),
    await desk.file('3.jsonl', '{"id":3,"note":"c"}\n'),
  ];
  const { rows, read, bad } = await desk.stage(columns, files, { refusesNew: true });
  assert.deepEqual(
    rows.map((row) => row[1]),
    [1, 3],
  );
  assert.equal(read.length, 2);
  assert.deepEqual(bad, [{ path: 'landing/2.jsonl', why: 'it has more, which is not declared', breaks: true }]);
});

test('a line, a record or a header that the file ends in the middle of sets the file aside', async () => {
  const files = [
    await desk.file('1.jsonl', '{"id":1}\n{"id":2,"no'),
    await desk.file('2.csv', 'id,note\n1,a\n2'),
    await desk.file('3.csv', 'id,note\n1,a\n2,"b\nc'),
    await desk.file('4.csv', 'id,no'),
    // Whole, for all that can be known.
    await desk.file('5.jsonl', '{"id":5,"note":"]"}\n{"id":6,"note":"{"}'),
    await desk.file('6.csv', 'id,note\n7,a'),
    await desk.file('7.csv', 'id,note\n8,a\n9'.concat('\n')),
  ];
  const { rows, bad } = await desk.stage(columns, files);
  assert.deepEqual(
    bad.map(({ path, why, breaks }) => [path, why, breaks]),
    [
      ['landing/1.jsonl', 'it is cut off: its last line ends in the middle', undefined],
      ['landing/4.csv', 'it is cut off in its header', undefined],
      ['landing/2.csv', 'it is cut off: its last line ends in the middle', undefined],
      ['landing/3.csv', 'it is cut off: its last line ends in the middle', undefined],
    ],
  );
  assert.deepEqual(
    rows.map((row) => row[1]),
    [5, 6, 7, 8, null],
  );
});

test('a file that is written while it is read is set aside, and what was read of it is not there', async () => {
  const files = [await desk.file('1.jsonl', '{"id":1}\n'), await desk.file('2.jsonl', '{"id":2}\n')];
  const isAsListed = async ({ path }: SourceFile): Promise<boolean> => path !== 'landing/1.jsonl';
  const { rows, read, bad } = await desk.stage({ id: col.integer() }, files, { isAsListed });
  assert.deepEqual([rows.map((row) => row[1]), read.map(({ path }) => path)], [[2], ['landing/2.jsonl']]);
  assert.deepEqual(bad, [{ path: 'landing/1.jsonl', why: 'it was written while it was read' }]);
});

/** By the type of a Parquet file: kinds that a value of it can be, each with one that is and, where not all are, one that is not. */
const pairs: Readonly<Record<string, Readonly<Record<string, readonly [string, string?]>>>> = {
  INTEGER: { integer: ['7'], bigint: ['7'], real: ['7'], decimal: ['7', '1234567890'], text: ['7'], json: ['7'] },
  BIGINT: {
    integer: ['7', '9007199254740994'],
    bigint: ['7'],
    real: ['7'],
    decimal: ['7', '1234567890'],
    text: ['7'],
    json: ['7'],
  },
  DOUBLE: {
    integer: ['7', '7.5'],
    bigint: ['7', '7.5'],
    real: ['7.5', "'inf'"],
    decimal: ['7.5', '7.555'],
    text: ['7'],
    json: ['7', "'nan'"],
  },
  'DECIMAL(9,3)': {
    integer: ['7', '7.5'],
    bigint: ['7', '7.5'],
    real: ['7.5'],
    decimal: ['7.5', '7.555'],
    text: ['7'],
    json: ['7'],
  },
  BOOLEAN: { boolean: ['true'], text: ['true'], json: ['true'] },
  DATE: { date: ["'2026-01-31'"], timestamp: ["'2026-01-31'"], text: ["'2026-01-31'"] },
  TIMESTAMP: { date: ["'2026-01-31'", "'2026-01-31 10:00:00'"], timestamp: ["'2026-01-31'"], text: ["'2026-01-31'"] },
  'TIMESTAMP WITH TIME ZONE': {
    date: ["'2026-01-31'", "'2026-01-31 10:00:00Z'"],
    timestamp: ["'2026-01-31'"],
    text: ["'2026-01-31'"],
  },
  'INTEGER[]': { list: ['[1]'], json: ['[1]'], text: ['[1]'] },
  'STRUCT(a INTEGER)': { json: ['{a: 1}'], text: ['{a: 1}'] },
  VARCHAR: {
    integer: ["'7'", "'x'"],
    bigint: ["'7'", "'x'"],
    real: ["'7'", "'x'"],
    decimal: ["'7'", "'x'"],
    boolean: ["'true'", "'x'"],
    date: ["'2026-01-31'", "'x'"],
    timestamp: ["'2026-01-31'", "'x'"],
    duration: ["'1 day'", "'x'"],
    list: ["'[1]'", "'x'"],
    json: ["'1'", "'x'"],
    text: ["'x'"],
  },
};

const kinds: Columns = {
  ...{ integer: col.integer(), bigint: col.bigint(), real: col.real(), decimal: col.decimal(10, 2), text: col.text() },
  ...{ boolean: col.boolean(), date: col.date(), timestamp: col.timestamp(), duration: col.duration() },
  ...{ list: col.list(col.integer()), json: col.json() },
};

for (const [type, possible] of Object.entries(pairs)) {
  test(`Parquet of type ${type} is every kind that one of its values can be, and breaks the contract of the others`, async () => {
    const parquet = async (value: string): Promise<SourceFile> => {
      const file = await desk.file('1.parquet', '');
      const location = file.location.replaceAll("'", "''");
      await desk.connection.run(`copy (select cast(${value} as ${type}) as v) to '${location}' (format parquet)`);
      return file;
    };
    const [some = ['null']] = Object.values(possible);
    for (const [kind, column] of Object.entries(kinds)) {
      const values = possible[kind];
      assert.equal(isNever(column.facts, type), values === undefined, kind);
      const { rows, bad } = await desk.stage({ v: column }, [await parquet(values?.[0] ?? some[0])]);
      const why = `its column v is ${type}, which is never ${kind}`;
      assert.deepEqual(bad, values ? [] : [{ path: 'landing/1.parquet', why, breaks: true }]);
      assert.ok(!values || rows[0]?.[1] !== null, `${kind}: ${values?.[0]} is read`);
      // A column without any value has no type that means something.
      const none = await desk.stage({ v: column }, [await parquet('null')]);
      assert.deepEqual([none.bad, none.rows.map((row) => row[1])], [[], [null]]);
      if (values?.[1] === undefined) continue;
      const other = await desk.stage({ v: column }, [await parquet(values[1])]);
      assert.deepEqual([other.bad, other.rows[0]?.[1], other.rows[0]?.[3]], [[], null, ['v']], `${kind}: ${values[1]}`);
    }
  });
}
