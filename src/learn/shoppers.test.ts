import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apart, golden } from './golden.ts';
import { lloyd } from './kmeans/lloyd.ts';
import { logistic } from './logistic.ts';
import { type Matrix, matrixOf, scaleOf, standardised } from './matrix.ts';
import { textOf, without } from './trees/golden-sets.ts';

const file = 'online_shoppers_intention.csv.gz';
const skip = without(file);
const wanted = golden('shoppers');

function columnsOf(names: readonly string[]): readonly Float64Array[] {
  const [head = '', ...lines] = textOf(file).trim().split(/\r?\n/);
  const cells = lines.map((line) => line.split(','));
  return names.map((name) => {
    const at = head.split(',').indexOf(name);
    return Float64Array.from(cells, (row) => Number(row[at] === 'TRUE' ? 1 : row[at] === 'FALSE' ? 0 : row[at]));
  });
}

test("visits of shoppers: from the same start the clusters have scikit-learn's inertia", { skip }, () => {
  const matrix = matrixOf(columnsOf(wanted.clustered));
  assert.equal(matrix.rows, wanted.rows);
  const rows = standardised(matrix, scaleOf(matrix));
  const start = Float64Array.from(wanted.start.flatMap((row: number) => [...rowOf(rows, row)]));
  const found = lloyd(rows, start, { iterations: 300, tolerance: 1e-4 });
  assert.ok(apart([found.inertia], [wanted.inertia]) < 1e-9, `${found.inertia} and ${wanted.inertia}`);
  assert.equal(found.iterations, wanted.iterations);
});

test("visits of shoppers: coefficients and standard errors are statsmodels'", { skip }, () => {
  const [revenue] = columnsOf(['Revenue']);
  const found = logistic(matrixOf(columnsOf(wanted.predicting)), revenue as Float64Array);
  assert.equal(found.ended, 'converged');
  assert.ok(apart(found.coefficients, wanted.coefficients) < 1e-8);
  assert.ok(apart(found.standardErrors, wanted.errors) < 1e-8);
  assert.ok(apart([found.logLikelihood], [wanted.likelihood]) < 1e-12);
});

const rowOf = ({ columns, values }: Matrix, row: number): Float64Array =>
  values.subarray(row * columns, (row + 1) * columns);
