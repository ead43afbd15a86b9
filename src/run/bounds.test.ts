import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Progress } from './bounds.ts';
import type { Project } from './project.ts';

test('what an earlier attempt published takes no table back behind what a later run has', async () => {
  const fences = new Map([['silver.t', { token: 1n, sequence: 5n }]]);
  const position = async () => ({ fences, generations: new Map(), watermarks: new Map(), latest: new Map() });
  const progress = await Progress.load({ warehouse: { position } } as unknown as Project, ['one']);
  progress.published('one.silver.t', 3n);
  assert.equal(progress.sequenceOf('one.silver.t'), 5n);
  progress.published('one.silver.t', 6n);
  assert.equal(progress.sequenceOf('one.silver.t'), 6n);
});
