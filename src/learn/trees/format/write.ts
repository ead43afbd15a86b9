import { importanceOf, type Objective, type Tree, type TreeModel } from '../model.ts';
import { textOf } from './numbers.ts';

const row = (values: ArrayLike<number>): string => Array.from(values, textOf).join(' ');

/** LightGBM's model.txt: what Python's lightgbm loads, and predicts the same from. */
export function writeModel(model: TreeModel): string {
  const blocks = model.trees.map((tree, index) => `Tree=${index}\n${treeText(tree)}\n`);
  const { split } = importanceOf(model);
  const used = model.features
    .filter((name) => (split[name] ?? 0) > 0)
    .toSorted((one, other) => (split[other] ?? 0) - (split[one] ?? 0));
  const lists = Object.values(model.words);
  return [
    'tree',
    'version=v4',
    `num_class=${model.objective.classes}`,
    `num_tree_per_iteration=${model.perRound}`,
    'label_index=0',
    `max_feature_idx=${model.features.length - 1}`,
    `objective=${objectiveText(model.objective)}`,
    ...(model.average ? ['average_output'] : []),
    `feature_names=${model.features.join(' ')}`,
    `feature_infos=${model.infos.join(' ')}`,
    `tree_sizes=${blocks.map((block) => Buffer.byteLength(block)).join(' ')}`,
    '',
    `${blocks.join('')}end of trees`,
    '',
    'feature_importances:',
    ...used.map((name) => `${name}=${split[name]}`),
    '',
    'parameters:',
    ...model.parameters,
    '',
    'end of parameters',
    '',
    `pandas_categorical:${lists.length > 0 ? JSON.stringify(lists) : 'null'}`,
    '',
  ].join('\n');
}

function objectiveText({ name, classes, sigmoid, root }: Objective): string {
  if (name === 'binary') return `binary sigmoid:${textOf(sigmoid)}`;
  if (classes > 1)
    return `${name} num_class:${classes}${name === 'multiclassova' ? ` sigmoid:${textOf(sigmoid)}` : ''}`;
  return root ? `${name} sqrt` : name;
}

function treeText(tree: Tree): string {
  const sets = tree.categoryEnds.length - 1;
  return [
    `num_leaves=${tree.leaves}`,
    `num_cat=${sets}`,
    `split_feature=${row(tree.feature)}`,
    `split_gain=${row(tree.gain)}`,
    `threshold=${row(tree.threshold)}`,
    `decision_type=${row(tree.decision)}`,
    `left_child=${row(tree.left)}`,
    `right_child=${row(tree.right)}`,
    `leaf_value=${row(tree.leafValue)}`,
    `leaf_weight=${row(tree.leafWeight)}`,
    `leaf_count=${row(tree.leafCount)}`,
    `internal_value=${row(tree.innerValue)}`,
    `internal_weight=${row(tree.innerWeight)}`,
    `internal_count=${row(tree.innerCount)}`,
    ...(sets > 0 ? [`cat_boundaries=${row(tree.categoryEnds)}`, `cat_threshold=${row(tree.categoryBits)}`] : []),
    'is_linear=0',
    `shrinkage=${textOf(tree.shrinkage)}`,
    '',
    '',
  ].join('\n');
}
