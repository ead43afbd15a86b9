import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { duckdb, sqlite } from './adapters.ts';
import { makeFolder } from './make-folder.ts';

const root = mkdtempSync(path.join(tmpdir(), 'esteira-folder-'));
after(() => rmSync(root, { recursive: true, force: true }));
const at = (name: string): string => path.join(root, name);
const place = {
  folder: root,
  environment: 'local',
  project: 'shop',
  prefix: '',
  catalogs: [],
  value: (of: string) => of,
  secret: (of: string) => of,
  trace: () => {},
};

test('a folder is made with those above it, and one that is there stays', () => {
  makeFolder(at('a/b/c'));
  writeFileSync(at('a/b/c/file'), '');
  makeFolder(at('a/b/c'));
  assert.ok(existsSync(at('a/b/c/file')));
  assert.throws(() => makeFolder(at('a/b/c/file')), { code: 'EEXIST' });
  assert.throws(() => makeFolder(at('a/b/c/file/d')), { code: 'ENOTDIR' });
  assert.ok(statSync(at('a/b/c/file')).isFile());
});

const skip = !existsSync('/proc/self');
test('a place where nobody can make a folder is refused at once, by the stores that would be there too', {
  skip,
}, async () => {
  assert.throws(() => makeFolder('/proc/esteira/deeper'), { code: 'ENOENT' });
  await assert.rejects(duckdb({ folder: '/proc/esteira/deeper' }).open(place), { code: 'ENOENT' });
  await assert.rejects(sqlite({ file: '/proc/esteira/deeper/state.sqlite' }).open(place), { code: 'ENOENT' });
});
