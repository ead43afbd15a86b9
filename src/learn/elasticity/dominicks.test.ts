import assert from 'node:assert/strict';
import { test } from 'node:test';
import { golden } from '../golden.ts';
import { priceElasticity } from '../learners/elasticity.ts';
import { textOf, without } from '../trees/golden-sets.ts';

const file = 'dominicks_oj.csv.gz';
const wanted = golden('dominicks');

test("orange juice in 83 stores: each brand's elasticities, naive and treated, are statsmodels', each with its interval", {
  skip: without(file),
}, () => {
  const [head = '', ...lines] = textOf(file).trim().split(/\r?\n/);
  const names = head.split(',');
  const cells = lines.map((line) => line.split(',').map(Number));
  const column = (name: string): readonly number[] => cells.map((row) => row[names.indexOf(name)] as number);
  const numbers = (values: Iterable<number>) => ({ of: 'numbers', values: Float64Array.from(values) }) as const;
  const flags = (name: string) =>
    ({ of: 'booleans', values: Uint8Array.from(column(name), (value) => (value > 0 ? 1 : 0)) }) as const;
  const brands = column('brand');
  const first = names.indexOf('price1');
  const logs = cells.map((row) => row.slice(first, first + 11).map(Math.log));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const columns = {
    brand: numbers(brands),
    store: numbers(column('store')),
    deal: flags('deal'),
    feature: flags('feat'),
    price: numbers(logs.map((row, at) => Math.exp(row[(brands[at] as number) - 1] as number))),
    rival: numbers(logs.map((row, at) => Math.exp(mean(row.toSpliced((brands[at] as number) - 1, 1))))),
  };
  const found = priceElasticity({
    options: { by: 'brand', price: 'price', rival: 'rival', events: ['deal', 'feature'], season: ['store'] },
    features: Object.keys(columns).map((name) => ({ name })),
    columns,
    target: numbers(column('logmove').map(Math.exp)),
  });
  assert.equal(found.rows, wanted.rows);
  for (const of of wanted.brands) {
    const row = found.inside.find(({ brand }) => brand === String(of.brand)) ?? {};
    const near = (name: string, value: number): void =>
      assert.ok(Math.abs(Number(row[name]) / value - 1) < 1e-7, `${of.brand} ${name}: ${row[name]}, ${value}`);
    near('own_elasticity', of.elasticity);
    near('own_std_error', of.error);
    near('elasticity_naive', of.naive);
    near('naive_low', of.naiveLow);
    near('naive_high', of.naiveHigh);
    // Thousands of rows say more than the other brands.
    assert.ok(Math.abs(Number(row['elasticity']) - of.elasticity) < of.error);
    assert.ok(Number(row['elasticity_high']) < -1 && Number(row['elasticity_low']) > of.elasticity - 3 * of.error);
  }
});
