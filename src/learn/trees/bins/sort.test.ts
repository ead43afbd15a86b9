import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../random.ts';
import { sorter } from './sort.ts';

test('numbers are sorted as the engine sorts them, of every size and sign', () => {
  const random = new Random(3);
  const bits = new BigUint64Array(10_000).map(
    () => BigInt(Math.floor(random.next() * 2 ** 53)) << BigInt(random.below(12)),
  );
  const any = new Float64Array(bits.buffer).map((value, at) =>
    Number.isNaN(value) ? at : at % 3 === 0 ? -value : value,
  );
  const sort = sorter(12_000);
  const odd = [0, -0, Number.MIN_VALUE, -Number.MIN_VALUE, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const tenths = Float64Array.from({ length: 10_000 }, () => Math.round(random.next() * 40 - 20) / 10);
  for (const values of [
    Float64Array.from([...any, ...odd]),
    tenths,
    new Float64Array(9000).fill(7),
    Float64Array.of(3, 1, 2),
  ]) {
    const wanted = values.toSorted();
    const found = sort(values);
    assert.ok(wanted.every((value, at) => Object.is(value, found[at])));
  }
});
