import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesName } from './select.ts';

test('a pattern matches a name with or without its catalog; * stands for any characters, also none', () => {
  const id = 'shop.silver.orders_kept';
  const fits = [
    'shop.silver.orders_kept',
    'silver.orders_kept',
    'silver.*',
    '*',
    '*kept',
    '*.silver.*',
    's*r.o*s_*t',
    '**',
  ];
  const others = [
    'orders_kept',
    'silver.orders',
    'silver',
    '',
    'gold.*',
    'silver.*x',
    'silver.orders_kept*t',
    'silver?orders_kept',
  ];
  assert.deepEqual(
    fits.filter((pattern) => !matchesName(pattern, id)),
    [],
  );
  assert.deepEqual(
    others.filter((pattern) => matchesName(pattern, id)),
    [],
  );
});

test('a pattern of many * is judged at once', () => {
  const began = performance.now();
  assert.ok(!matchesName(`${'*a'.repeat(2000)}b`, `shop.silver.${'a'.repeat(3000)}`));
  assert.ok(performance.now() - began < 1000);
});
