// Each trap is a stranger's computer: the two commands must work there. Run by name: npm test -- test/traps
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { bothCommands, coreutils, demo, folder, inCopy, isRoot, noNetwork, part, someone, tests } from './commands.ts';
import { copyTo, giveTo, machine, run, shelfOf } from './surroundings.ts';

test('both commands work with no Python, git, Java or apt on the PATH', async () => {
  const shelf = shelfOf(path.join(folder, 'bare'), coreutils);
  const shelves = `${machine(path.join(folder, 'oldest'), { node: '20.10.0', npm: '10.2.3' })}:${shelf}`;
  await inCopy('no tools', async (copy) => void (await bothCommands(copy, { path: shelves, only: true })));
});

for (const versions of [
  { node: '20.20.2', npm: '11.0.0' },
  { node: '22.23.3', npm: '10.9.9' },
  { node: '24.21.0', npm: '11.21.2' },
  { node: '26.9.0', npm: '12.2.0' },
]) {
  test(`both commands work with Node ${versions.node} and npm ${versions.npm}`, async () => {
    const tools = path.join(folder, `node ${versions.node}`);
    const shelf = machine(tools, versions);
    await inCopy('other', async (copy) => void (await bothCommands(copy, { path: shelf })));
    rmSync(tools, { recursive: true, force: true });
  });
}

test('both commands work in a folder whose name has a space and a ç', async () => {
  await inCopy('área de serviço', async (copy) => void (await bothCommands(copy)));
});

test('both commands work in a folder whose path has 200 characters', async () => {
  const deep = path.join('deep', 'x'.repeat(200 - folder.length - '/deep/'.length));
  await inCopy(deep, async (copy) => {
    assert.equal(copy.length, 200);
    await bothCommands(copy);
    // A Unix socket's path has at most 107 bytes, and the owner of a project listens on one.
    const owner = await run(copy, ['npm', 'test', '--', 'test/owner']);
    assert.equal(owner.code, 0, owner.output.slice(-4000));
  });
});

test('both commands work for a user who is not root', {
  skip: isRoot ? false : 'every trap ran as such a user',
}, async () => {
  const shelf = machine(path.join(folder, 'theirs'), { node: '20.20.2', npm: '10.9.9' });
  await inCopy('home of someone', async (copy) => {
    giveTo(copy, someone);
    await bothCommands(copy, { user: someone, path: shelf });
  });
});

test('two first commands at once install once', async () => {
  await inCopy('at once', async (copy) => {
    const [one, other] = await Promise.all([run(copy, tests), run(copy, part)]);
    assert.equal(one.code, 0, one.output.slice(-4000));
    assert.equal(other.code, 0, other.output.slice(-4000));
    assert.equal(`${one.output}${other.output}`.match(/setup: installing/g)?.length, 1);
  });
});

test('without a network the first time it says so within a minute', async () => {
  const copy = copyTo(path.join(folder, 'alone'));
  const done = await run(copy, demo, { env: noNetwork });
  assert.equal(done.code, 1);
  assert.match(done.output, /setup: npm ci failed/);
  assert.ok(done.seconds < 60, `${done.seconds} s`);
});
