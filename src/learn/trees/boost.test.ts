import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tableOf } from './bins/table.ts';
import { boost } from './boost.ts';
import { readModel } from './format/read.ts';
import { categories, columns, given, groups, targets, weights } from './golden-rows.ts';
import { ranking, textOf, without } from './golden-sets.ts';
import type { Tree } from './model.ts';
import { lossOf } from './objectives/loss.ts';
import { settled, type TreesObjective, type TreesOptions } from './options.ts';

const parts = [
  'feature',
  'threshold',
  'decision',
  'left',
  'right',
  'leafCount',
  'innerCount',
  'categoryEnds',
  'categoryBits',
] as const;

/** Trees of the golden rows, by the objective that the case's name begins with. */
function grown(name: string, more: Partial<TreesOptions>, seed = 0): Tree[] {
  const objective = name.split(' ')[0] as TreesObjective;
  const options = settled({ objective, leaves: 15, ...more }, seed);
  const table = tableOf(columns, { categories, bins: options.bins, rowsInLeaf: options.rowsInLeaf, seed: 1 });
  const rows = { values: targets[objective], groups, weights: name.endsWith('weighted') ? weights : undefined };
  return [...boost(table, lossOf(objective, rows, options), { options })];
}

function same(found: readonly Tree[], wanted: readonly Tree[]): void {
  assert.equal(found.length, wanted.length);
  for (const [index, tree] of wanted.entries()) {
    const own = found[index] as Tree;
    for (const part of parts) assert.deepEqual([...own[part]], [...tree[part]], `${part} of tree ${index}`);
    assert.deepEqual(own.leafValue, tree.leafValue, `leaves of tree ${index}`);
    // Written with six digits.
    for (const [node, gain] of tree.gain.entries()) assert.ok(Math.abs((own.gain[node] as number) / gain - 1) < 1e-5);
    for (const [node, value] of tree.innerValue.entries())
      assert.ok(
        Math.abs((own.innerValue[node] as number) - value) <= 1e-5 * Math.abs(value) + 1e-12,
        `${node} of ${index}`,
      );
  }
}

describe('trees are those of LightGBM, to the last bit of each leaf', () => {
  const cases: Readonly<Record<string, readonly [Partial<TreesOptions>, seed?: number]>> = {
    regression: [{ trees: 12 }],
    'regression weighted': [{ trees: 8, l1: 0.5, l2: 3, gainToSplit: 0.5 }],
    binary: [{ trees: 12, rowsInLeaf: 5 }],
    'binary weighted': [{ trees: 8, depth: 3, bins: 31 }],
    'binary drawn': [{ trees: 12, bagging: 0.7, baggingEvery: 2, features: 0.6 }, 7],
    lambdarank: [{ trees: 8, truncation: 5 }],
    'lambdarank weighted': [{ trees: 6, bagging: 0.4 }, 3],
  };
  for (const [name, [options, seed]] of Object.entries(cases)) {
    test(name, () => {
      const { trees } = readModel(given.models[name]);
      assert.ok(
        trees.some((tree) => tree.decision.some((decision) => decision & 1)),
        'some divide by a category',
      );
      same(grown(name, options, seed), trees);
    });
  }
  test('of its own example of a ranking', { skip: without('golden/rank.model.nobag.txt.gz') }, () => {
    const { grades, columns: values, groups: queries } = ranking('train');
    const options = settled({ objective: 'lambdarank', rowsInLeaf: 50, weightInLeaf: 5 }, 0);
    const table = tableOf(values, { categories: new Set(), bins: options.bins, rowsInLeaf: 50, seed: 1 });
    const loss = lossOf('lambdarank', { values: grades, groups: queries }, options);
    const found = [...boost(table, loss, { options })];
    same(found, readModel(textOf('golden/rank.model.nobag.txt.gz')).trees);
  });
});

test('the same seed gives the same trees, another one others', () => {
  const drawn = { trees: 3, bagging: 0.5, features: 0.5 };
  assert.deepEqual(grown('binary', drawn, 1), grown('binary', drawn, 1));
  assert.notDeepEqual(grown('binary', drawn, 1), grown('binary', drawn, 2));
});
