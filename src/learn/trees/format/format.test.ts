import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { given } from '../golden-rows.ts';
import { readModel } from './read.ts';
import { UnreadableModel } from './refusal.ts';
import { writeModel } from './write.ts';

const texts: Readonly<Record<string, string>> = given.models;
const binary = texts['binary'] as string;

test('a model that was written is read as the same model', () => {
  for (const [name, text] of Object.entries(texts)) {
    const model = readModel(text);
    assert.deepEqual(readModel(writeModel(model)), model, name);
    assert.equal(writeModel(readModel(writeModel(model))), writeModel(model), name);
  }
});

test('words of text features travel with the model', () => {
  const model = { ...readModel(binary), words: { c: ['São Paulo', '12:30 = noon'], d: ['"', 'ß', ''] } };
  assert.deepEqual(readModel(writeModel(model)).words, model.words);
  assert.match(writeModel(model), /^pandas_categorical:\[\["São Paulo"/m);
});

/** The text with one thing changed, and the sizes of the trees brought in line, so that what is wrong is only that. */
function changed(from: RegExp | string, to: string): string {
  const text = binary.replace(from, to);
  assert.notEqual(text, binary, String(from));
  const blocks = text.slice(text.indexOf('Tree=0'), text.indexOf('end of trees')).split(/(?=^Tree=)/m);
  return text.replace(/^tree_sizes=.*$/m, `tree_sizes=${blocks.map((block) => Buffer.byteLength(block)).join(' ')}`);
}
const lines = binary.split('\n');

describe('a file that cannot be trusted is refused', () => {
  const cases: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
    'an empty file': ['', /is none/],
    'another kind of file': ['{"weights": []}', /is none/],
    'a file cut off within a tree': [lines.slice(0, 60).join('\n'), /is cut off/],
    'a file cut off between two trees': [
      `${binary.slice(0, binary.indexOf('Tree=5'))}end of trees\n`,
      /says that it has 12 trees, and has 5/,
    ],
    'a tree of which a line is missing': [binary.replace(/^leaf_value=.*\n/m, ''), /bytes in tree 0/],
    'a tree with a digit less': [binary.replace(/^(threshold=\S+?)\d( |$)/m, '$1$2'), /bytes in tree 0/],
    'an unknown version': [binary.replace('version=v4', 'version=v9'), /unknown version/],
    'an unknown objective': [binary.replace('objective=binary', 'objective=cox'), /objective that is not known/],
    'no objective': [binary.replace(/^objective=.*\n/m, ''), /objective that is not known/],
    'a steepness of 0': [binary.replace('sigmoid:1', 'sigmoid:0'), /objective that cannot be/],
    'names and number of features that differ': [
      binary.replace('max_feature_idx=7', 'max_feature_idx=8'),
      /names 8 features/,
    ],
    'classes without their trees': [binary.replace('num_class=1', 'num_class=5'), /for 5 classes/],
    'linear trees': [changed('is_linear=0', 'is_linear=1'), /linear/],
    'a threshold that is not a number': [
      changed(/^threshold=\S+/m, 'threshold=nan'),
      /else than a number in threshold/,
    ],
    'a leaf without a finite value': [changed(/^leaf_value=\S+/m, 'leaf_value=inf'), /leaf without a finite value/],
    'a count that is no whole number': [
      changed(/^num_leaves=15/m, 'num_leaves=1e1'),
      /else than a number in num_leaves/,
    ],
    'fewer numbers than leaves': [changed(/^leaf_value=\S+ /m, 'leaf_value='), /14 numbers in leaf_value, and 15/],
    'a feature that is not there': [changed(/^split_feature=\d+/m, 'split_feature=8'), /feature that it does not have/],
    'a tree that goes in a circle': [changed(/^left_child=\S+ /m, 'left_child=0 '), /does not hang together/],
    'a leaf that two nodes lead to': [changed(/^(right_child=.*) \S+$/m, '$1 -1'), /does not hang together/],
    'a set of categories that is not there': [
      changed(/^(threshold=.*\n)decision_type=\d+/m, '$1decision_type=1'),
      /set of categories that it does not have/,
    ],
    'the same key twice': [changed('is_linear=0', 'is_linear=0\nis_linear=0'), /twice/],
    'words that are no lists': [
      binary.replace(/pandas_categorical:.*/, 'pandas_categorical:[1]'),
      /words that cannot be read/,
    ],
  };
  for (const [what, [text, message]] of Object.entries(cases)) {
    test(what, () => {
      assert.throws(
        () => readModel(text),
        (error) => error instanceof UnreadableModel && message.test(error.message),
      );
    });
  }
  test('cut after any line but the last ones', () => {
    const end = lines.indexOf('end of trees');
    for (let at = 0; at < end; at += 1)
      assert.throws(() => readModel(lines.slice(0, at).join('\n')), UnreadableModel, `${at}`);
  });
});

test('the reason says whether a file is cut off, contradicts itself, or is of another kind', () => {
  const reasonOf = (text: string): unknown => {
    try {
      return readModel(text);
    } catch (error) {
      return (error as UnreadableModel).reason;
    }
  };
  assert.equal(reasonOf(lines.slice(0, 60).join('\n')), 'cut off');
  assert.equal(reasonOf(binary.replace('max_feature_idx=7', 'max_feature_idx=8')), 'contradicts itself');
  assert.equal(reasonOf(binary.replace('objective=binary', 'objective=cox')), 'of a kind that is not known');
});

test('a threshold may be endless', () => {
  const endless = readModel(changed(/^threshold=\S+/m, 'threshold=inf'));
  assert.equal(endless.trees[0]?.threshold[0], Number.POSITIVE_INFINITY);
  assert.deepEqual(readModel(writeModel(endless)), endless);
});
