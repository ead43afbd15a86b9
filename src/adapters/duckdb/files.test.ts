import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Desk, lines, rid } from '../../../test/reading.ts';
import { col } from '../../columns/index.ts';
import type { SourceFile } from '../../ports/index.ts';

const desk = new Desk();
const one = { a: col.text().optional() };

describe('long lines', () => {
  test('a line of 20 megabytes is read', async () => {
    const long = 'é'.repeat(10 * 2 ** 20);
    const json = await desk.stage(one, [await desk.file('1.jsonl', lines(`{"a":"${long}"}`, '{"a":"2"}'))]);
    assert.deepEqual(
      json.rows.map(([, value]) => String(value).length),
      [long.length, 1],
    );
    const csv = await desk.stage({ ...one, b: col.integer() }, [await desk.file('1.csv', `a,b\n${long},1\n2,2\n`)]);
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
      await desk.file('1.jsonl', '{"a":"1"}\n'),
      await desk.file('cut.jsonl.gz', packed.subarray(0, packed.length - 20)),
      await desk.file(
        'flipped.jsonl.gz',
        packed.map((byte, index) => (index === packed.length - 6 ? byte ^ 255 : byte)),
      ),
      await desk.file('plain.jsonl.gz', '{"a":"1"}\n'),
      await desk.file('latin1.jsonl', Buffer.from('{"a":"\xe7"}\n', 'latin1')),
      { ...(await desk.file('gone.jsonl', '')), location: `${desk.folder}/gone.jsonl`, bytes: 1 },
      await desk.file('text.parquet', 'no parquet'),
      await desk.file('empty.parquet', ''),
      await desk.file('latin1.csv', Buffer.from('a\n\xe7\n', 'latin1')),
      // Met only when its records are taken apart one by one.
      await desk.file('half.csv', Buffer.from('a\n1\n\xc3', 'latin1')),
      await desk.file('9.jsonl', '{"a":"9"}\n'),
    ];
    const { rows, read, bad } = await desk.stage(one, files);
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
      bad.every(({ why }) => !why.includes(desk.folder)),
      'reasons do not repeat where the file is',
    );
  });

  test('no file at all is no row', async () => {
    assert.deepEqual(await desk.stage(one, []), { rows: [], read: [], bad: [], differences: [] });
  });
});

describe('CSV', () => {
  const columns = { id: col.integer(), name: col.text().optional(), value: col.decimal(10, 2) };

  test('columns go by the names of the header, whatever their order and delimiter', async () => {
    const files = [
      await desk.file('1.csv', 'id,name,value\n1,"b, ""x""\ny",1.50\n\n2,,"2.5"\n3,"",3\n'),
      await desk.file('2.csv', 'value;extra;id\r\n4.25;x;4\r\n'),
      await desk.file('3.csv.gz', gzipSync('\ufeffid\tname\tvalue\n5\té\t5')),
      await desk.file('4.csv', ''),
      await desk.file('5.csv', 'id,name,value\n'),
      await desk.file('6.csv', '\ufeff\r\n\nid,name,value\n6,f,6\n'),
    ];
    const { rows, bad } = await desk.stage(columns, files);
    assert.deepEqual(rows, [
      [rid('1.csv', 1), 1, 'b, "x"\ny', '1.50', null, null],
      [rid('1.csv', 2), 2, null, '2.50', null, null],
      [rid('1.csv', 3), 3, '', '3.00', null, null],
      [rid('2.csv', 1), 4, null, '4.25', null, null],
      [rid('3.csv.gz', 1), 5, 'é', '5.00', null, null],
      [rid('6.csv', 1), 6, 'f', '6.00', null, null],
    ]);
    assert.deepEqual(bad, []);
  });

  test('a value that is not of its kind is null, with the row by its header', async () => {
    const { rows } = await desk.stage(columns, [
      await desk.file('1.csv', 'id,name,value,more\n1,a,"1,5",z\n""," ",2,\n'),
    ]);
    assert.deepEqual(rows, [
      [rid('1.csv', 1), 1, 'a', null, '{"id":"1","name":"a","value":"1,5","more":"z"}', ['value']],
      [rid('1.csv', 2), null, ' ', '2.00', null, null],
    ]);
  });

  test('a record with too many or too few fields, or quotes out of place, is a row that cannot be read', async () => {
    const content = 'id,name,value\n1,a,1\n2,b\n3,c,3,""\n"4"x,d,4\n5,e"e,5\n6,  "f",6\n7, "g" ,7\n8,"h\n9,i,9\n';
    const { rows } = await desk.stage(columns, [await desk.file('1.csv', content)]);
    const all = ['id', 'name', 'value'];
    assert.deepEqual(rows, [
      [rid('1.csv', 1), 1, 'a', '1.00', null, null],
      [rid('1.csv', 2), null, null, null, '["2","b"]', all],
      [rid('1.csv', 3), null, null, null, '["3","c","3",""]', all],
      [rid('1.csv', 4), null, null, null, JSON.stringify('"4"x,d,4'), all],
      [rid('1.csv', 5), 5, 'e"e', '5.00', null, null],
      [rid('1.csv', 6), 6, '  "f"', '6.00', null, null],
      [rid('1.csv', 7), 7, 'g', '7.00', null, null],
      [rid('1.csv', 8), null, null, null, JSON.stringify('8,"h\n9,i,9\n'), all],
    ]);
    // The engine alone takes the same quotes in the same way.
    const quick = await desk.stage(columns, [await desk.file('1.csv', 'id,name,value\n6,  "f",6\n7, "g" ,7\n')]);
    assert.deepEqual(
      quick.rows.map((row) => row[2]),
      ['  "f"', 'g'],
    );
  });

  test('delimiters after the last field mean nothing, whatever else the file holds', async () => {
    const content = 'id,name,value,,\n1,a,1,\n2,b,2\n3,,3,,,\n';
    for (const more of ['', '4,d\n']) {
      const { rows } = await desk.stage(columns, [await desk.file('1.csv', content + more)]);
      assert.deepEqual(rows.slice(0, 3), [
        [rid('1.csv', 1), 1, 'a', '1.00', null, null],
        [rid('1.csv', 2), 2, 'b', '2.00', null, null],
        [rid('1.csv', 3), 3, null, '3.00', null, null],
      ]);
    }
  });

  test('a header without a column that must be there makes a bad file; one that is optional is null', async () => {
    const files = [
      await desk.file('1.csv', 'id,name\n1,a\n'),
      await desk.file('2.csv', 'id,value\n2,2\n'),
      await desk.file('3.csv', 'id,id,value\n1,2,3\n'),
    ];
    const { rows, bad } = await desk.stage(columns, files);
    assert.deepEqual(rows, [[rid('2.csv', 1), 2, null, '2.00', null, null]]);
    assert.deepEqual(bad, [
      { path: 'landing/1.csv', why: 'its header has no column value', breaks: true },
      { path: 'landing/3.csv', why: 'its header names id twice', breaks: true },
    ]);
  });

  test('a file that has none of the columns is set aside, though each of them may be missing', async () => {
    const optional = { id: col.integer().optional(), name: col.text().optional() };
    const files = [
      await desk.file('1.csv', 'ID,NAME\n1,a\n'),
      await desk.file('2.csv', 'id\n1\n'),
      await desk.file('3.csv', 'name,other\nb,c\n'),
    ];
    const { rows, bad } = await desk.stage(optional, files);
    assert.deepEqual(rows, [
      [rid('2.csv', 1), 1, null, null, null],
      [rid('3.csv', 1), null, 'b', null, null],
    ]);
    const why = "its header has none of the columns id, name; is id called ID now? Then declare it with .alias('ID')";
    assert.deepEqual(bad, [{ path: 'landing/1.csv', why, breaks: true }]);
  });

  test('a file of one column is read', async () => {
    const { rows } = await desk.stage({ id: col.integer() }, [await desk.file('1.csv', 'id\n1\n2\n')]);
    assert.deepEqual(
      rows.map((row) => row[1]),
      [1, 2],
    );
  });
});

describe('Parquet', () => {
  async function parquet(name: string, query: string): Promise<SourceFile> {
    const made = await desk.file(name, '');
    await desk.connection.run(`copy (${query}) to '${made.location.replaceAll("'", "''")}' (format parquet)`);
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
    const { rows, bad } = await desk.stage(columns, files);
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
    assert.deepEqual(bad, [
      {
        path: 'landing/3.parquet',
        why: 'it has no column id (and has other, which is not declared)',
        breaks: true,
      },
    ]);
  });

  test('bytes that spell text are text, lists and structs their JSON; an original is JSON, whatever it holds', async () => {
    const file = await parquet(
      '1.parquet',
      `select * from (values (1, encode('ç'), [1, null], {'a': 'nan'::double}), (null, '\\xFF'::blob, [], {'a': 1})) as v(id, b, l, s)`,
    );
    const own = { id: col.integer(), b: col.text(), l: col.text(), s: col.json() };
    const { rows } = await desk.stage(own, [file]);
    assert.deepEqual(rows, [
      [
        rid('1.parquet', 1),
        1,
        'ç',
        '[1,null]',
        null,
        '{"id":1,"b":"\\\\xC3\\\\xA7","l":[1,null],"s":"{\'a\': nan}"}',
        ['s'],
      ],
      [rid('1.parquet', 2), null, '\\xFF', '[]', { a: 1 }, null, null],
    ]);
  });
});
