import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apart, golden, matrixOfRows } from './golden.ts';
import { leastSquares } from './least-squares.ts';
import { matrixOf } from './matrix.ts';

const withOnes = (rows: readonly (readonly number[])[]) => matrixOfRows(rows.map((row) => [1, ...row]));

test("coefficients, standard errors and what is left are statsmodels'", () => {
  const given = golden('least-squares');
  const found = leastSquares(withOnes(given.x), given.y);
  assert.ok(apart(found.coefficients, given.coefficients) < 1e-11);
  assert.ok(apart(found.standardErrors, given.errors) < 1e-11);
  assert.ok(apart([found.residual, found.r2], [given.residual, given.r2]) < 1e-11);
  assert.equal(found.freedom, 396);
});

// Longley (1967), with the values certified by NIST's Statistical Reference Datasets.
const longley = [
  [60323, 83.0, 234289, 2356, 1590, 107608, 1947],
  [61122, 88.5, 259426, 2325, 1456, 108632, 1948],
  [60171, 88.2, 258054, 3682, 1616, 109773, 1949],
  [61187, 89.5, 284599, 3351, 1650, 110929, 1950],
  [63221, 96.2, 328975, 2099, 3099, 112075, 1951],
  [63639, 98.1, 346999, 1932, 3594, 113270, 1952],
  [64989, 99.0, 365385, 1870, 3547, 115094, 1953],
  [63761, 100.0, 363112, 3578, 3350, 116219, 1954],
  [66019, 101.2, 397469, 2904, 3048, 117388, 1955],
  [67857, 104.6, 419180, 2822, 2857, 118734, 1956],
  [68169, 108.4, 442769, 2936, 2798, 120445, 1957],
  [66513, 110.8, 444546, 4681, 2637, 121950, 1958],
  [68655, 112.6, 482704, 3813, 2552, 123366, 1959],
  [69564, 114.2, 502601, 3931, 2514, 125368, 1960],
  [69331, 115.7, 518173, 4806, 2572, 127852, 1961],
  [70551, 116.9, 554894, 4007, 2827, 130081, 1962],
];

test('columns that nearly determine each other keep the digits that are certified', () => {
  const found = leastSquares(
    withOnes(longley.map((row) => row.slice(1))),
    longley.map(([first = 0]) => first),
  );
  const certified = [
    -3482258.63459582, 15.0618722713733, -0.035819179292591, -2.02022980381683, -1.03322686717359, -0.0511041056535807,
    1829.15146461355,
  ];
  const errors = [
    890420.383607373, 84.9149257747669, 0.0334910077722432, 0.488399681651699, 0.214274163161675, 0.22607320006937,
    455.478499142212,
  ];
  assert.ok(apart(found.coefficients, certified) < 1e-8, `${apart(found.coefficients, certified)}`);
  assert.ok(apart(found.standardErrors, errors) < 1e-8);
  assert.ok(apart([Math.sqrt(found.residual / found.freedom)], [304.854073561965]) < 1e-10);
  assert.ok(apart([found.r2], [0.995479004577296]) < 1e-12);
});

test('a column that others determine is named, and the others are found', () => {
  const [one, two] = [
    [1, 1, 1, 1],
    [1, 2, 3, 4],
  ];
  const found = leastSquares(matrixOf([one, two, two.map((value) => 3 - value)]), [3, 5, 7, 9]);
  assert.deepEqual(found.dependent, [2]);
  assert.ok(apart(found.coefficients.subarray(0, 2), [1, 2]) < 1e-12);
  assert.ok(Number.isNaN(found.coefficients[2]));
  assert.equal(found.freedom, 2);
});

test('fewer rows than columns are refused', () => {
  assert.throws(() => leastSquares(matrixOf([[1], [2]]), [1]), /1 rows do not determine 2 coefficients/);
});
