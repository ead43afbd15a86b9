import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Project } from '../../run/index.ts';
import { peopleFinding } from './people.ts';

const project = (sales: readonly string[], pricing: readonly string[]) => {
  const spec = { approval: { of: { name: 'prices' }, group: 'sales', second: { by: 'pricing' } } };
  const nodes = new Map([['shop.prices', { definition: { kind: 'table', spec } }]]);
  return { graph: { nodes }, groups: new Map(Object.entries({ sales, pricing })) } as unknown as Project;
};

test('what waits for a group of nobody, or for a second person where there is only one, is found', () => {
  assert.equal(peopleFinding(project(['ana'], ['rui'])), 'somebody in each of 2 groups');
  assert.throws(() => peopleFinding(project([], ['rui'])), {
    message: 'Rows of prices wait for the approval of sales, which has nobody',
    next: 'Add the name of somebody to groups.sales in esteira.config.ts.',
  });
  assert.throws(() => peopleFinding(project(['ana'], ['ana'])), {
    message: 'Rows of prices wait for two people, one of sales and one of pricing: there is only one',
    next: 'Add the name of somebody to groups.pricing in esteira.config.ts.',
  });
  assert.equal(peopleFinding({ graph: { nodes: new Map() } } as unknown as Project), 'nothing waits for any');
});
