import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Columns, col, judgements } from '../columns/index.ts';
import { holds } from './judge.ts';

/** The flags that are false for a value. */
const fails = (column: Columns[string], value: unknown): string[] =>
  judgements({ x: column })
    .filter((judgement) => !holds(judgement, value))
    .map(({ flag }) => flag);

test('a missing value fails present alone', () => {
  const column = col.real().min(0).max(1);
  assert.deepEqual(fails(column, null), ['x_present']);
  assert.deepEqual(fails(column, undefined), ['x_present']);
  assert.deepEqual(fails(column.optional(), null), []);
});

test('not-a-number fails kind, min and max', () => {
  assert.deepEqual(fails(col.real().min(0).max(1), Number.NaN), ['x_kind', 'x_min', 'x_max']);
  assert.deepEqual(fails(col.real().min(0), Number.POSITIVE_INFINITY), ['x_kind']);
});

test('bounds hold exactly, whatever the kind', () => {
  assert.deepEqual(fails(col.real().min(0), -0), []);
  assert.deepEqual(fails(col.real().max(0.3), 0.1 + 0.2), ['x_max']);
  assert.deepEqual(fails(col.decimal(3, 2).min(0.1), '0.10'), []);
  assert.deepEqual(fails(col.decimal(38, 20).min(0.1), '0.09999999999999999999'), ['x_min']);
  assert.deepEqual(fails(col.decimal(38, 20).max(0.1), '0.10000000000000000001'), ['x_max']);
  assert.deepEqual(fails(col.bigint().max(2 ** 53), 2n ** 53n + 1n), ['x_max']);
  assert.deepEqual(fails(col.bigint().min(0.5), 0n), ['x_min']);
});

test('each kind takes its own values and no others', () => {
  const day = Temporal.PlainDate.from('2024-02-29');
  const at = Temporal.Instant.from('2024-02-29T00:00:00Z');
  const cases: readonly (readonly [Columns[string], readonly unknown[], readonly unknown[]])[] = [
    [col.integer(), [0, -0, 2 ** 53, -(2 ** 53), 2n ** 53n], [0.5, Number.NaN, 2n ** 53n + 1n, '1']],
    [col.bigint(), [0n, 2n ** 63n - 1n, -(2n ** 63n)], [2n ** 63n, 0.5, '1']],
    [col.real(), [0.5, 1e300], [Number.NEGATIVE_INFINITY, '0.5', 1n]],
    [
      col.decimal(4, 2),
      ['12.34', '-0.5', '+1', '.5', '5.', '00012.3400'],
      ['123.4', '1.234', '1e1', '', '.', 'x', 1.5],
    ],
    [col.decimal(2, 2), ['0.50', '.5'], ['1.00', '0.005']],
    [col.boolean(), [true, false], [0, 'true']],
    [
      col.date(),
      [day],
      [Temporal.PlainDate.from('+010000-01-01'), Temporal.PlainDate.from('0000-12-31'), at, '2024-02-29'],
    ],
    [col.timestamp(), [at], [Temporal.Instant.from('+010000-01-01T00:00:00Z'), day]],
    [col.duration(), ['1 hour', '15 ms', '1.5 days'], ['1 year', '1 hour ', 60]],
    [col.list(col.text()), [[]], [{}, 'a']],
    [col.json(), [{}, [], 1, 'a'], []],
  ];
  for (const [column, right, wrong] of cases) {
    for (const value of right) assert.deepEqual(fails(column, value), [], `${column.facts.kind} ${value}`);
    for (const value of wrong) assert.deepEqual(fails(column, value), ['x_kind'], `${column.facts.kind} ${value}`);
  }
});

test('text is compared by code point, exactly', () => {
  const column = col.text().oneOf('é', 'SP', '');
  assert.deepEqual(fails(column, 'é'), []);
  assert.deepEqual(fails(column, ''), []);
  for (const value of ['e\u0301', 'sp', 'SP ', ' SP', 'ＳＰ'])
    assert.deepEqual(fails(column, value), ['x_one_of'], value);
});

test('a pattern goes by code points, its end too', () => {
  assert.deepEqual(fails(col.text().matches(/^.$/), '😀'), []);
  assert.deepEqual(fails(col.text().matches(/^.$/), '\n'), ['x_matches']);
  assert.deepEqual(fails(col.text().matches(/[^a]$/), 'x😀'), []);
  assert.deepEqual(fails(col.text().matches(/[\u{1f600}]$/u), '😀'), []);
  assert.deepEqual(fails(col.text().matches(/^[^@ ]+@[^@ ]+$/), 'ana@exemplo.com'), []);
  assert.deepEqual(fails(col.text().matches(/^a\$[$]$/), 'a$$'), []);
});
