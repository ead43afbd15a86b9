import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Columns, col } from '../../columns/index.ts';
import { Refusal } from '../refusals.ts';
import { readerOf } from './read.ts';
import { schemaOf } from './schema.ts';
import { WrongAnswer, writerOf } from './write.ts';

const every = {
  text: col.text().matches(/^[a-z]+$/),
  whole: col.integer().min(1).max(5),
  long: col.bigint(),
  real: col.real(),
  exact: col.decimal(6, 2).min(0),
  yes: col.boolean(),
  day: col.date(),
  at: col.timestamp(),
  lasts: col.duration(),
  any: col.json<unknown>(),
  words: col.list(col.text().oneOf('a', 'b')),
  days: col.list(col.date().optional()),
  rows: col.list({ id: col.text(), deep: col.list({ n: col.real() }) }),
} satisfies Columns;
const sent = {
  ...{ text: 'abc', whole: 3, long: '9223372036854775807', real: -0.5, exact: '12.50', yes: false },
  ...{ day: '2028-02-29', at: '2028-02-29T12:00:00.000001Z', lasts: '15 minutes', any: { a: [1, null] } },
  ...{ words: ['a', 'b'], days: ['2028-02-29', null], rows: [{ id: 'x "y"\n', deep: [{ n: 1 }] }] },
};
const read = readerOf(every, { items: 3 });

/** What a body is refused with, where a part of it is another. */
function refused(change: object): { readonly where?: string; readonly got?: string; readonly code: string } {
  try {
    read(structuredClone({ ...sent, ...change }));
  } catch (error) {
    assert.ok(error instanceof Refusal);
    return { code: error.code, ...error.details };
  }
  assert.fail(`${JSON.stringify(change)} was taken`);
}

test('every kind of column comes as its value, and goes as it came', () => {
  const row = read(structuredClone(sent));
  assert.equal(row['long'], 9223372036854775807n);
  assert.ok((row['day'] as Temporal.PlainDate).equals('2028-02-29'));
  assert.equal((row['at'] as Temporal.Instant).epochNanoseconds % 1_000_000n, 1000n);
  assert.ok((row['days'] as Temporal.PlainDate[])[0]?.equals('2028-02-29'));
  assert.deepEqual(JSON.parse(writerOf(every)(row)), sent);
});

test('a value that is not of its column is refused with its place', () => {
  const wrong: readonly (readonly [string, object])[] = [
    ['text', { text: 'ABC' }],
    ['text', { text: '\ud800' }],
    ['whole', { whole: 0 }],
    ['whole', { whole: 2.5 }],
    ['long', { long: '9223372036854775808' }],
    ['long', { long: 2 ** 53 }],
    ['real', { real: '1' }],
    ['real', { real: Number.POSITIVE_INFINITY }],
    ['exact', { exact: '1.234' }],
    ['exact', { exact: 12.5 }],
    ['exact', { exact: '-1' }],
    ['yes', { yes: 0 }],
    ['day', { day: '2027-02-29' }],
    ['day', { day: '2028-02-29T00:00:00Z' }],
    ['at', { at: '2028-02-29T12:00:00' }],
    ['lasts', { lasts: '15 minuten' }],
    ['any', { any: JSON.parse('{"a":{"__proto__":1}}') }],
    ['any', { any: null }],
    ['words[1]', { words: ['a', 'c'] }],
    ['words', { words: { length: 1 } }],
    ['days[0]', { days: [1] }],
    ['rows[0].id', { rows: [{ deep: [] }] }],
    ['rows[0].deep[1].n', { rows: [{ id: 'x', deep: [{ n: 1 }, { n: null }] }] }],
    [
      'rows[1].other',
      {
        rows: [
          { id: 'x', deep: [] },
          { id: 'x', deep: [], other: 1 },
        ],
      },
    ],
    ['__proto__', JSON.parse('{"__proto__":{"text":"abc"}}')],
    ['toString', { toString: 1 }],
  ];
  for (const [where, change] of wrong) {
    const { code, where: found } = refused(change);
    assert.deepEqual([code, found], ['REQUEST_INVALID', where], JSON.stringify(change));
  }
  assert.equal(refused({ words: ['a', 'a', 'a', 'a'] }).code, 'REQUEST_TOO_LARGE');
  const deep = JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`);
  assert.equal(refused({ any: deep }).where, 'any');
});

test('what may be missing is null, or the value that its column has when nobody says otherwise', () => {
  const columns = {
    a: col.text().optional(),
    kind: col.text().default('x'),
    b: col.list({ n: col.real().optional() }),
  };
  const own = readerOf(columns, { items: 9 });
  assert.deepEqual(own({ b: [{}, { n: 1 }] }), { a: null, kind: 'x', b: [{ n: null }, { n: 1 }] });
  assert.deepEqual(own({ a: null, kind: 'y', b: [] }), { a: null, kind: 'y', b: [] });
  assert.throws(() => own({ b: [], kind: null }), /kind is not/);
});

test('a name that every object inherits is missing where it was not sent', () => {
  const own = readerOf({ constructor: col.json(), b: col.text() }, { items: 9 });
  assert.throws(() => own({ b: 'x' }), /constructor is missing/);
  assert.ok(own({ b: 'x', constructor: 1 }));
});

test('an answer has the declared columns and nothing else, and a wrong one is none', () => {
  const write = writerOf({ rows: col.list({ id: col.text(), score: col.real().optional() }), day: col.date() });
  const day = Temporal.PlainDate.from('2028-02-29');
  assert.equal(
    write({ rows: [{ id: 'a\u2028"', score: 0.1, secret: 1 }, { id: 'b' }], day, more: 1 }),
    '{"rows":[{"id":"a\u2028\\"","score":0.1},{"id":"b","score":null}],"day":"2028-02-29"}',
  );
  const rows = [{ id: 'a', score: 1 }];
  const wrong = [undefined, null, 'x', {}, { rows }, { rows: {}, day }, { rows, day: '2028-02-29' }];
  for (const answer of [...wrong, { rows: [{ id: 'a', score: Number.NaN }], day }, { rows: [null], day }])
    assert.throws(() => write(answer), WrongAnswer);
});

test('what is not JSON is no answer of a column of JSON, and what JSON can say of it is', () => {
  const write = writerOf({ x: col.json<unknown>() });
  const day = Temporal.PlainDate.from('2028-02-29');
  assert.equal(
    write({ x: { a: [1, 'b', true, null], day, left: undefined } }),
    '{"x":{"a":[1,"b",true,null],"day":"2028-02-29"}}',
  );
  const wrong = [() => 1, Symbol('x'), 1n, { deep: [() => 1] }, { a: Symbol('x') }, [2n], { toJSON: () => undefined }];
  for (const x of wrong) assert.throws(() => write({ x }), WrongAnswer, typeof x);
});

test('the schema says of each column what is taken', () => {
  const { properties, required, additionalProperties } = schemaOf(every, { items: 3 }) as {
    readonly properties: Readonly<Record<keyof typeof every, object>>;
    readonly required: readonly string[];
    readonly additionalProperties: boolean;
  };
  assert.equal(additionalProperties, false);
  assert.deepEqual(required, Object.keys(every));
  assert.deepEqual(properties.whole, { type: 'integer', minimum: 1, maximum: 5 });
  assert.deepEqual(properties.words, {
    ...{ type: 'array', maxItems: 3 },
    items: { type: 'string', enum: ['a', 'b'] },
  });
  const optional = schemaOf({ a: col.text().optional().describe('Who.'), b: col.real().default(2) });
  assert.deepEqual(optional['properties'], {
    a: { type: ['string', 'null'], description: 'Who.' },
    b: { type: 'number', format: 'double', default: 2 },
  });
  assert.equal(optional['required'], undefined);
});
