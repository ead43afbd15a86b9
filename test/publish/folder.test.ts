import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { folderStore } from '../../src/adapters/files/store.ts';
import { publishingSuite } from './suite.ts';

const root = await mkdtemp(path.join(tmpdir(), 'esteira-publish-'));
after(() => rm(root, { recursive: true }));
let made = 0;

publishingSuite('a folder', async () => {
  made += 1;
  const folder = path.join(root, String(made));
  return { store: folderStore({ path: folder }), another: async () => folderStore({ path: folder }) };
});
