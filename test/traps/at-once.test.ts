// Each trap is a stranger's computer: the two commands must work there. Run by name: npm test -- test/traps
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { coreutils, folder, inCopy, isRoot, someone } from './commands.ts';
import { giveTo, machine, run, shelfOf } from './surroundings.ts';

const environments = ['environments', 'links', 'secrets'].map((name) => `test/environments/${name}.test.ts`);
/** What meets the machine: files, processes, sockets, clocks, names. What only computes runs elsewhere so, in the block `test`. */
const meeting = ['src/config', 'src/adapters/files', 'test/cli', ...environments, 'test/owner', 'test/processes'];

test('what meets the machine passes its tests where everything is unfavourable at once', async () => {
  const name = 'tudo de uma só vez';
  const shelf = shelfOf(path.join(folder, 'little'), coreutils);
  const shelves = `${machine(path.join(folder, 'unfavourable'), { node: '20.10.0', npm: '10.2.3' })}:${shelf}`;
  await inCopy(name, async (copy) => {
    if (isRoot) giveTo(copy, someone);
    const env = { HOME: undefined, LANG: 'C', LC_ALL: 'C', TZ: 'Pacific/Apia' };
    const done = await run(copy, ['npm', 'test', '--', ...meeting], {
      env,
      path: shelves,
      only: true,
      ...(isRoot ? { user: someone } : {}),
    });
    assert.equal(done.code, 0, done.output.slice(-8000));
  });
});
