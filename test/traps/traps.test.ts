// Each trap is a stranger's computer: the two commands must work there. Run by name: npm test -- test/traps
import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { copyTo, giveTo, machine, outside, run, type Surroundings, shelfOf } from './surroundings.ts';

const folder = outside();
const clone = path.join(folder, 'clone');
const small = 'test/setup/surroundings.test.ts';
const demo = ['npm', 'run', 'demo'];
const tests = ['npm', 'test', '--', small];
const noNetwork = {
  npm_config_registry: 'http://127.0.0.1:9',
  https_proxy: 'http://127.0.0.1:9',
  http_proxy: 'http://127.0.0.1:9',
};

async function bothCommands(copy: string, how: Surroundings = {}): Promise<string> {
  let output = '';
  for (const command of [demo, tests]) {
    const done = await run(copy, command, how);
    output += done.output;
    assert.equal(done.code, 0, `${command.join(' ')}\n${done.output.slice(-4000)}`);
    assert.deepEqual(done.left, [], `${command.join(' ')} left files in HOME or the folder for temporary files`);
    assert.ok(!done.output.includes('\u001b'), `${command.join(' ')} wrote to a pipe as to a terminal`);
  }
  assert.match(output, /pass [1-9]/);
  return output;
}

/** A copy that installs for itself what the first one downloaded, in a folder that is gone afterwards. */
async function inCopy(name: string, work: (copy: string) => Promise<void>): Promise<void> {
  const copy = path.join(folder, name);
  try {
    await work(copyTo(copy, clone));
  } finally {
    rmSync(path.join(folder, name.split(path.sep)[0] ?? name), { recursive: true, force: true });
  }
}

before(() => void copyTo(clone));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a fresh copy without .git, as from a zip, shows the demo within three minutes, and passes its tests', async () => {
  const first = await run(clone, demo);
  assert.equal(first.code, 0, first.output.slice(-4000));
  assert.ok(first.seconds < 180, `the demo took ${first.seconds} s`);
  assert.deepEqual(first.left, [], 'left in HOME or the folder for temporary files');
  await bothCommands(clone);
});

test('the second time needs no network', async () => {
  const output = await bothCommands(clone, { env: noNetwork });
  assert.ok(!output.includes('installing'));
  const direct = await run(clone, ['node', 'scripts/setup.mjs', 'demo'], { env: noNetwork });
  assert.deepEqual([direct.code, direct.left], [0, []]);
});

const machines: Readonly<Record<string, Surroundings['env']>> = {
  'HOME is not set': { HOME: undefined },
  'the language is C': { LANG: 'C', LC_ALL: 'C' },
  'the time zone is America/Sao_Paulo': { TZ: 'America/Sao_Paulo' },
  'the time zone is Pacific/Apia': { TZ: 'Pacific/Apia' },
  'it is the 29th of February': { ESTEIRA_NOW: '2028-02-29T23:30:00Z' },
  'NODE_ENV is production and NODE_OPTIONS asks for warnings': {
    NODE_ENV: 'production',
    NODE_OPTIONS: '--trace-warnings',
  },
};
for (const [title, env] of Object.entries(machines)) {
  test(`both commands work where ${title}`, async () => void (await bothCommands(clone, { ...(env ? { env } : {}) })));
}

test('both commands work where a file says what day it is', async () => {
  const clock = path.join(folder, 'clock');
  writeFileSync(clock, '2028-02-29T12:00:00Z\n');
  await bothCommands(clone, { env: { ESTEIRA_NOW: clock } });
});

const terminal = ['/usr/bin/script', '/bin/script'].find((file) => existsSync(file));
test('the demo works on a terminal', { skip: terminal ? false : 'there is no command `script` here' }, async () => {
  const done = await run(clone, [terminal ?? '', '-qefc', demo.join(' '), '/dev/null'], {
    env: { TERM: 'xterm-256color' },
  });
  assert.equal(done.code, 0, done.output.slice(-4000));
});

const coreutils = [
  'sh',
  'env',
  'cat',
  'ls',
  'mkdir',
  'rm',
  'cp',
  'mv',
  'uname',
  'dirname',
  'basename',
  'sleep',
  'true',
  'false',
];
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

const root = process.getuid?.() === 0;
const someone = 65_534;
test('both commands work for a user who is not root', {
  skip: root ? false : 'every trap ran as such a user',
}, async () => {
  const shelf = machine(path.join(folder, 'theirs'), { node: '20.20.2', npm: '10.9.9' });
  await inCopy('home of someone', async (copy) => {
    giveTo(copy, someone);
    await bothCommands(copy, { user: someone, path: shelf });
  });
});

test('two first commands at once install once', async () => {
  await inCopy('at once', async (copy) => {
    const [one, other] = await Promise.all([run(copy, tests), run(copy, demo)]);
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

test('every test passes where everything is unfavourable at once', async () => {
  const name = 'tudo de uma só vez';
  const shelf = shelfOf(path.join(folder, 'little'), coreutils);
  const shelves = `${machine(path.join(folder, 'unfavourable'), { node: '20.10.0', npm: '10.2.3' })}:${shelf}`;
  await inCopy(name, async (copy) => {
    if (root) giveTo(copy, someone);
    const env = { HOME: undefined, LANG: 'C', LC_ALL: 'C', TZ: 'Pacific/Apia' };
    const done = await run(copy, ['npm', 'test'], {
      env,
      path: shelves,
      only: true,
      ...(root ? { user: someone } : {}),
    });
    assert.equal(done.code, 0, done.output.slice(-8000));
  });
});
