import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { runChild } from '../../src/adapters/sklearn/child/run.ts';

// Below a folder that everybody may enter: the tests' own is theirs alone.
const folder = mkdtempSync(path.join('/var/tmp', 'esteira-limits-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const site = path.join(folder, 'site');
mkdirSync(path.join(site, 'numpy'), { recursive: true });
// The first that is imported where something is loaded.
writeFileSync(
  path.join(site, 'numpy', '__init__.py'),
  `import os
raise Exception(' '.join(map(str, [os.getuid(), os.getgid(), os.getgroups(), os.access(${JSON.stringify(path.join(folder, 'secret'))}, os.R_OK)])))
`,
);
writeFileSync(path.join(folder, 'secret'), 'secret', { mode: 0o600 });
const loaded = async (command: string): Promise<string> => {
  const sent = { header: { rows: 0, columns: [], bytes: 0, names: [] }, parts: [] };
  const limits = { memory: 2 ** 31, seconds: 20 };
  return String((await runChild({ command, site }, sent, { apart: false, limits })).header['failed']);
};
const python = '/usr/bin/python3';
const isRoot = process.getuid?.() === 0 && spawnSync(python, ['-c', '']).status === 0;

test('with limits only, what root has loaded is nobody, who reads no file of others', { skip: !isRoot }, async () => {
  chmodSync(folder, 0o755);
  assert.equal(await loaded(python), 'Exception: 65534 65534 [] False');
});

test('where nobody may read what is needed, it is loaded all the same', { skip: !isRoot }, async () => {
  chmodSync(folder, 0o700);
  assert.equal(await loaded(python), 'Exception: 0 0 [] True');
});
