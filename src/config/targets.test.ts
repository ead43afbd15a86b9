import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderStore } from '../adapters/files/store.ts';
import type { Graph } from '../graph/index.ts';
import { publishedIn } from './targets.ts';

const files = folderStore({ path: '/nowhere' });
const graph = (endpoints: number) =>
  ({ endpoints: new Map(Array.from({ length: endpoints }, (_, at) => [at, at])) }) as unknown as Graph;

test('where there are endpoints, and no store of models is named, versions are published below the file store', async () => {
  const [own, ...others] = publishedIn(graph(1), { targets: [], files });
  assert.deepEqual([own?.name, others.length, (await own?.open())?.describe], ['published', 0, '/nowhere/published']);
  assert.deepEqual(publishedIn(graph(0), { targets: [], files }), []);
  const targets = [{ name: 's3', open: async () => files }];
  assert.equal(publishedIn(graph(1), { targets, files }), targets);
});
