import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { EsteiraError } from '../../errors.ts';
import { filesConformance } from '../../ports/conformance/files.ts';
import { folderStore } from './store.ts';

const made: string[] = [];
const folder = async (): Promise<string> => {
  const found = await mkdtemp(path.join(tmpdir(), 'esteira files ç '));
  made.push(found);
  return found;
};
test.after(async () => {
  for (const one of made) await rm(one, { recursive: true, force: true });
});

filesConformance('a folder', async () => {
  const root = await folder();
  let time = 1_700_000_000;
  return {
    store: folderStore({ path: path.join(root, 'store') }),
    async put(below, content) {
      const location = path.join(root, 'store', below);
      await mkdir(path.dirname(location), { recursive: true });
      await writeFile(location, content);
      time += 1;
      await utimes(location, time, time);
    },
    remove: (below) => rm(path.join(root, 'store', below)),
  };
});

test('the location is where the file is, and a link to a folder is followed', async () => {
  const root = await folder();
  await mkdir(path.join(root, 'real'));
  await writeFile(path.join(root, 'real', '1.csv'), 'a\n');
  await symlink(path.join(root, 'real'), path.join(root, 'linked'));
  const [file] = await folderStore({ path: root }).list('linked/*.csv');
  assert.equal(file?.path, 'linked/1.csv');
  assert.equal(file?.location, path.join(root, 'linked', '1.csv'));
});

test('a folder that cannot be listed is a coded error that names it', async () => {
  const beyond = path.join(await folder(), 'x'.repeat(300));
  await assert.rejects(
    folderStore({ path: beyond }).list('*.csv'),
    (error: EsteiraError) => error.code === 'FILES_UNREADABLE' && error.details.where === beyond,
  );
});
