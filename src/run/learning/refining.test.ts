import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StepModel } from '../../plan/index.ts';
import type { StepRun } from '../step.ts';
import type { Predictor } from './predictor.ts';
import { whyAnew } from './refining.ts';

test('a champion of which it was not kept how the tables above it were defined is not gone on from, and that is the reason given', async () => {
  const whyOf = (about: object): Promise<string | undefined> => {
    const model = { node: { id: 'shop.ml.m' }, definition: 'code', above: 'tables' } as unknown as StepModel;
    const state = { models: { version: async () => ({ about: { code: 'code', ...about } }) } };
    const former: Predictor = { model: 'shop.ml.m', version: 'v1', members: [] };
    return whyAnew(model, { champion: 'v1', former }, { project: { state } } as unknown as StepRun);
  };
  assert.match(
    (await whyOf({})) ?? '',
    /^the champion v1 was trained by an earlier version of Esteira, which did not keep/,
  );
  assert.match((await whyOf({ above: 'others' })) ?? '', /^the champion v1 was trained with rows of tables or sources/);
});
