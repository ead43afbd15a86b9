import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../../columns/index.ts';
import { type AnyModel, imported, model, sql, table } from '../../define/index.ts';
import type { Node } from '../../graph/index.ts';

import type { Project } from '../project.ts';
import { missingToPredict } from './engine.ts';

const people = table('silver.people', { columns: { id: col.text().key(), days: col.real() }, rows: sql`select 1` });
const node = (file: string): Node<AnyModel> => {
  const learner = imported(file, { output: { score: col.real() } });
  return { id: 'shop.ml.m', definition: model('ml.m', { from: people, features: ['days'], learner }) } as never;
};
/** Where nothing carries out models of the ONNX format, and the champion was brought as one of this. */
const projectOf = (format?: string): Project => {
  const champions = async () => new Map(format === undefined ? [] : [['shop.ml.m', { version: 'v1' }]]);
  return { state: { models: { champions, version: async () => ({ about: { brought: { format } } }) } } } as never;
};

test('what predicts is asked for as the champion needs it, and not as the file that the definition names', async () => {
  const missing = async (file: string, champion?: string) =>
    (await missingToPredict(node(file), projectOf(champion)))?.what;
  const nothing = 'Nothing here carries out models of the ONNX format.';
  assert.equal(await missing('one.joblib', 'model.txt'), undefined);
  for (const format of ['onnx', 'scikit-learn 1.7.2']) assert.equal(await missing('one.txt', format), nothing);
  assert.equal(await missing('one.txt'), undefined);
  assert.equal(await missing('one.joblib'), nothing);
});
