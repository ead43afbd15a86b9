import assert from 'node:assert/strict';
import { test } from 'node:test';
import { golden } from '../golden.ts';
import { matched } from './matching.ts';

interface Case {
  readonly fresh: readonly (readonly number[])[];
  readonly former: readonly (readonly number[])[];
  readonly cost: number;
}
const flat = (rows: readonly (readonly number[])[]): Float64Array => Float64Array.from(rows.flat());

for (const { fresh, former, cost } of golden('matching').cases as readonly Case[]) {
  test(`${fresh.length} new centres and ${former.length} old ones are paired at the cost that scipy finds`, () => {
    const found = [...matched(flat(fresh), flat(former), 3)];
    const pairs = found.flatMap((old, one) => (old < 0 ? [] : [[fresh[one] ?? [], former[old] ?? []] as const]));
    const sum = pairs.reduce((all, [one, old]) => all + one.reduce((s, v, at) => s + (v - (old[at] ?? 0)) ** 2, 0), 0);
    assert.ok(Math.abs(sum - cost) < 1e-12, `${sum} and ${cost}`);
    assert.equal(pairs.length, Math.min(fresh.length, former.length));
    assert.equal(new Set(found.filter((old) => old >= 0)).size, pairs.length);
  });
}

test('centres in another order are found again', () => {
  const old = Float64Array.of(0, 0, 5, 5, 9, 1);
  assert.deepEqual([...matched(Float64Array.of(9, 1, 0, 0, 5, 5), old, 2)], [2, 0, 1]);
});
