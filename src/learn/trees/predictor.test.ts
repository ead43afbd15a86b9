import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readModel } from './format/read.ts';
import { writeModel } from './format/write.ts';
import { columns, given, rows } from './golden-rows.ts';
import { columnsOf, doublesOf, textOf, without } from './golden-sets.ts';
import { importanceOf, type Tree, type TreeModel } from './model.ts';
import { Predictor } from './predictor.ts';

/** The largest distance between what is found and wanted. */
function off(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  assert.equal(found.length, wanted.length);
  let most = 0;
  for (let at = 0; at < wanted.length; at += 1) {
    const distance = Math.abs((found[at] as number) - (wanted[at] as number));
    most = distance <= most ? most : distance;
  }
  return most;
}
const rowAt = (of: readonly ArrayLike<number>[], row: number): number[] => of.map((column) => column[row] as number);

test('predictions are those of LightGBM, of all rows and of one', () => {
  for (const [name, text] of Object.entries<string>(given.models)) {
    const predictor = new Predictor(readModel(text));
    const wanted: readonly number[] = given.predictions[name];
    const found = predictor.predict(columns);
    assert.ok(off(found.subarray(0, wanted.length), wanted) < 1e-14, name);
    assert.equal(found.length, rows);
    for (const row of [0, 7, 49])
      assert.ok(off(predictor.one(rowAt(columns, row)), [wanted[row] as number]) < 1e-14, name);
  }
});

for (const [name, what] of Object.entries({
  bincat: 'probabilities, with categories and missing values',
  regzero: 'values, zero being what is missing',
  multi: 'three classes',
})) {
  test(`predictions are those of LightGBM on 20,000 rows: ${what}`, {
    skip: without(`golden/${name}.model.txt.gz`),
  }, () => {
    const read = readModel(textOf(`golden/${name}.model.txt.gz`));
    const values = columnsOf(doublesOf(`golden/${name}.X.f64.gz`), read.features.length);
    const wanted = doublesOf(`golden/${name}.pred.f64.gz`);
    for (const model of [read, readModel(writeModel(read))]) {
      const predictor = new Predictor(model);
      assert.ok(off(predictor.predict(values), wanted) < 1e-12);
      const classes = model.perRound;
      for (let row = 0; row < 100; row += 1)
        assert.ok(off(predictor.one(rowAt(values, row)), wanted.subarray(row * classes, (row + 1) * classes)) < 1e-12);
    }
  });
}

/** A model of one tree of one question: 1 on the left, 2 on the right. */
function stumpModel(threshold: number, decision: number, bits: readonly number[] = []): TreeModel {
  const tree = {
    ...{ leaves: 2, feature: Int32Array.of(0), gain: Float64Array.of(1), threshold: Float64Array.of(threshold) },
    ...{ decision: Uint8Array.of(decision), left: Int32Array.of(-1), right: Int32Array.of(-2) },
    ...{ innerValue: new Float64Array(1), innerWeight: new Float64Array(1), innerCount: new Float64Array(1) },
    ...{ leafValue: Float64Array.of(1, 2), leafWeight: new Float64Array(2), leafCount: new Float64Array(2) },
    ...{ categoryEnds: Int32Array.of(0, bits.length), categoryBits: Uint32Array.from(bits), shrinkage: 1 },
  };
  const objective = { name: 'regression', classes: 1, sigmoid: 1, root: false };
  return {
    objective,
    perRound: 1,
    features: ['x'],
    infos: ['[0:1]'],
    trees: [tree],
    average: false,
    words: {},
    parameters: [],
  };
}

function stump(threshold: number, decision: number, bits: readonly number[] = []) {
  const predictor = new Predictor(stumpModel(threshold, decision, bits));
  return (values: readonly number[]): string => {
    const all = predictor.predict([values]);
    assert.deepEqual(
      [...all],
      values.map((value) => predictor.one([value])[0]),
    );
    return [...all].map((value) => (value === 1 ? 'l' : 'r')).join('');
  };
}

test('what is missing goes where the node says', () => {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
  const values = [-1, 0, 0.5, 0.6, nan, 1e-36, -0, inf, -inf];
  assert.equal(stump(0.5, 0)(values), 'lllrlllrl', 'without a word about it, as 0');
  assert.equal(stump(-0.5, 0)(values), 'lrrrrrrrl', 'as 0, which is above');
  assert.equal(stump(0.5, 8)(values), 'lllrrllrl', 'to the right');
  assert.equal(stump(-0.5, 10)(values), 'lrrrlrrrl', 'to the left');
  assert.equal(stump(0.5, 4)(values), 'lrlrrrrrl', 'zero is missing, and goes right');
  assert.equal(stump(-0.5, 6)(values), 'llrrlllrl', 'zero is missing, and goes left');
});

test('categories go by their bits, and what is none goes right', () => {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
  const values = [0, 1, 31, 32, 33, 64, -1, -0.5, 1.9, nan, inf, -inf, 1e10, 2 ** 31];
  assert.equal(stump(0, 1, [2 ** 31 + 1, 2])(values), 'lrlrlrrlrrrrrr');
  assert.equal(stump(0, 9, [2])(values), 'rlrrrrrrlrrrrr');
});

test('sums of a forest that averages are divided by its rounds', () => {
  const model = stumpModel(0.5, 0);
  const two = { ...model, trees: [...model.trees, ...stumpModel(1.5, 0).trees], average: true };
  assert.deepEqual([...new Predictor(two).predict([[0, 1, 2]])], [1, 1.5, 2]);
  assert.deepEqual([...new Predictor(two).one([1])], [1.5]);
});

test('a model without a question says the same of all rows', () => {
  const { trees, ...model } = stumpModel(0.5, 0);
  const leaf = { ...(trees[0] as Tree), leaves: 1, feature: new Int32Array(0), leafValue: Float64Array.of(7) };
  const predictor = new Predictor({ ...model, trees: [leaf] });
  assert.deepEqual([[...predictor.predict([[1, 2, 3, 4, 5]])], [...predictor.one([1])]], [[7, 7, 7, 7, 7], [7]]);
  assert.deepEqual([...new Predictor({ ...model, trees: [] }).predict([[1, 2]])], [0, 0]);
});

test('a division that gains nothing is of no importance', () => {
  const model = stumpModel(0.5, 0);
  assert.deepEqual(importanceOf(model), { gain: { x: 1 }, split: { x: 1 } });
  const nothing = { ...model, trees: [{ ...(model.trees[0] as Tree), gain: Float64Array.of(0) }] };
  assert.deepEqual(importanceOf(nothing), { gain: { x: 0 }, split: { x: 0 } });
});
