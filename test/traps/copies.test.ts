// Each trap is a stranger's computer: the two commands must work there. Run by name: npm test -- test/traps
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { bothCommands, coreutils, demo, folder, inCopy, isRoot, noNetwork, someone } from './commands.ts';
import { copyTo, giveTo, machine, run, shelfOf } from './surroundings.ts';

type How = NonNullable<Parameters<typeof bothCommands>[1]>;

/** A copy that installs on a machine of these versions. */
function onMachine(
  node: string,
  npm: string,
  { where, title, work }: { where: string; title: string; work(copy: string, how: How): Promise<unknown> },
): void {
  test(`both commands work with Node ${node} and npm ${npm}, ${title}`, async () => {
    const tools = path.join(folder, `node ${node}`);
    const shelf = machine(tools, { node, npm });
    await inCopy(where, async (copy) => void (await work(copy, { path: shelf, system: 'engagement' })));
    rmSync(tools, { recursive: true, force: true });
  });
}

onMachine('20.10.0', '10.2.3', {
  where: 'no tools',
  title: 'with no Python, git, Java or apt on the PATH',
  work: (copy, { path: shelf, ...how }) => {
    const bare = shelfOf(path.join(folder, 'bare'), coreutils);
    return bothCommands(copy, { ...how, path: `${shelf}:${bare}`, only: true });
  },
});

onMachine('20.20.2', '11.0.0', {
  where: 'área de serviço',
  title: 'in a folder whose name has a space and a ç',
  work: bothCommands,
});

onMachine('22.23.3', '10.9.9', {
  where: path.join('deep', 'x'.repeat(200 - folder.length - '/deep/'.length)),
  title: 'in a folder whose path has 200 characters',
  work: async (copy, how) => {
    assert.equal(copy.length, 200);
    await bothCommands(copy, how);
    // A Unix socket's path has at most 107 bytes, and the owner of a project listens on one.
    const owner = await run(copy, ['npm', 'test', '--', 'test/owner'], how);
    assert.equal(owner.code, 0, owner.output.slice(-4000));
  },
});

onMachine('24.21.0', '11.21.2', {
  where: 'home of someone',
  title: 'for a user who is not root',
  work: (copy, how) => {
    if (isRoot) giveTo(copy, someone);
    return bothCommands(copy, isRoot ? { ...how, user: someone } : how);
  },
});

onMachine('26.9.0', '12.2.0', {
  where: 'at once',
  title: 'both at once, and install once',
  work: async (copy, how) => {
    const { output } = await bothCommands(copy, { ...how, atOnce: true });
    assert.equal(output.match(/setup: installing/g)?.length, 1);
  },
});

test('without a network the first time it says so within a minute', async () => {
  const copy = copyTo(path.join(folder, 'alone'));
  const done = await run(copy, demo, { env: noNetwork });
  assert.equal(done.code, 1);
  assert.match(done.output, /setup: npm ci failed/);
  assert.ok(done.seconds < 60, `${done.seconds} s`);
});
