import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Sketch } from './sketch.ts';

const values = Array.from({ length: 10_000 }, (_, at) => Math.exp(((at * 7919) % 10_007) / 500 - 10));
const sorted = values.toSorted((one, other) => one - other);

test('quantiles are right to one percent, over nine orders of magnitude', () => {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  for (const share of [0.001, 0.05, 0.5, 0.95, 0.99, 1]) {
    const right = sorted[Math.max(1, Math.ceil(share * values.length)) - 1] as number;
    const found = sketch.quantile(share);
    assert.ok(Math.abs(found / right - 1) <= 0.0101, `${share}: ${found} and ${right}`);
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(Math.abs(sketch.mean / mean - 1) < 1e-12);
});

test('those of several processes, kept as JSON, are one', () => {
  const [whole, some, others] = [new Sketch(), new Sketch(), new Sketch()];
  for (const [at, value] of values.entries()) {
    whole.add(value);
    (at % 3 === 0 ? some : others).add(value);
  }
  const kept = [some, others].map((one) => JSON.parse(JSON.stringify(one)) as ReturnType<Sketch['toJSON']>);
  const { sum, ...all } = Sketch.of(kept).toJSON();
  const { sum: right, ...same } = whole.toJSON();
  assert.deepEqual(all, same);
  assert.ok(Math.abs(sum / right - 1) < 1e-12);
});

test('what is no number from 0 up is not taken, and without values nothing is known', () => {
  const sketch = new Sketch();
  for (const value of [Number.NaN, -1, Number.POSITIVE_INFINITY]) sketch.add(value);
  assert.equal(sketch.count, 0);
  assert.ok(Number.isNaN(sketch.quantile(0.5)) && Number.isNaN(sketch.mean));
  for (const value of [0, 0, 0, 5]) sketch.add(value);
  assert.equal(sketch.quantile(0.75), 0);
  assert.ok(Math.abs(sketch.quantile(0.95) - 5) <= 0.05);
});
