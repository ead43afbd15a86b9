import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import type { EsteiraError } from '../../errors.ts';
import { filesConformance } from '../../ports/conformance/files.ts';
import { keptConformance } from '../../ports/conformance/kept.ts';
import { within } from '../../ports/within.ts';
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

keptConformance('a folder', async () => {
  const root = path.join(await folder(), 'store');
  return { store: folderStore({ path: root }), another: async () => folderStore({ path: root }) };
});

keptConformance('what stands below a folder of a store', async () => {
  const root = path.join(await folder(), 'store');
  const open = async () => within(folderStore({ path: root }), 'published/here');
  return { store: await open(), another: open };
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

test('** does not follow links: a file is found once, however the folders lead to each other', async () => {
  const root = await folder();
  await mkdir(path.join(root, 'a', 'b'), { recursive: true });
  await writeFile(path.join(root, 'a', 'b', '1.csv'), 'x\n');
  await symlink('.', path.join(root, 'a', 'loop'));
  await symlink('..', path.join(root, 'a', 'b', 'up'));
  await symlink('b', path.join(root, 'a', 'latest'));
  const found = await folderStore({ path: root }).list('**/*.csv');
  assert.deepEqual(
    found.map((file) => file.path),
    ['a/b/1.csv'],
  );
});

test('only files are listed: a pipe would be waited for, a link to nowhere is nothing', async () => {
  const root = await folder();
  await mkdir(path.join(root, 'folder.csv'));
  execFileSync('mkfifo', [path.join(root, 'pipe.csv')]);
  await symlink('/dev/null', path.join(root, 'device.csv'));
  await symlink('itself.csv', path.join(root, 'itself.csv'));
  await symlink('gone', path.join(root, 'broken.csv'));
  assert.deepEqual(await folderStore({ path: root }).list('*.csv'), []);
});

test('a file whose name is no UTF-8 is listed, so that its reader names it', async () => {
  const root = await folder();
  await writeFile(Buffer.concat([Buffer.from(`${root}/odd`), Buffer.from([0xff]), Buffer.from('.csv')]), 'x\n');
  const [file] = await folderStore({ path: root }).list('*.csv');
  assert.equal(file?.path, 'odd\uFFFD.csv');
});

test('a folder that cannot be listed is a coded error that names it', async () => {
  const beyond = path.join(await folder(), 'x'.repeat(300));
  await assert.rejects(
    folderStore({ path: beyond }).list('*.csv'),
    (error: EsteiraError) => error.code === 'FILES_UNREADABLE' && error.details.where === beyond,
  );
});

test('what a process that died has left beside a file goes with the next that takes its place, and nothing else', async () => {
  const root = path.join(await folder(), 'store');
  const store = folderStore({ path: root });
  const rows = path.join(await folder(), 'rows');
  await writeFile(rows, 'new');
  await store.put('out/a.csv', rows);
  for (const [name, hours] of [
    ['.a.csv.new-1', 30],
    ['.a.csv.new-2', 1],
    ['.b.csv.new-3', 30],
  ] as const) {
    await writeFile(path.join(root, 'out', name), 'half');
    const then = Date.now() / 1000 - hours * 3600;
    await utimes(path.join(root, 'out', name), then, then);
  }
  await store.put('out/a.csv', rows);
  assert.deepEqual((await readdir(path.join(root, 'out'))).toSorted(), ['.a.csv.new-2', '.b.csv.new-3', 'a.csv']);
});
