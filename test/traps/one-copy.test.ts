// Each trap is a stranger's computer: the two commands must work there. Run by name: npm test -- test/traps
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { bothCommands, folder, noNetwork, part } from './commands.ts';
import { copyTo, run, type Surroundings } from './surroundings.ts';

const clone = path.join(folder, 'clone');
before(() => void copyTo(clone));

// All of the demo leaves nothing, either: the block `demo` says so.
test('a fresh copy without .git, as from a zip, shows a part of the demo within three minutes, and passes its tests', async () => {
  const first = await run(clone, part);
  assert.equal(first.code, 0, first.output.slice(-4000));
  assert.ok(first.seconds < 180, `the demo took ${first.seconds} s`);
  await bothCommands(clone);
});

test('the second time needs no network', async () => {
  const output = await bothCommands(clone, { env: noNetwork });
  assert.ok(!output.includes('installing'));
  const direct = await run(clone, ['node', 'scripts/setup.mjs', 'demo', 'credit'], { env: noNetwork });
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
  const done = await run(clone, [terminal ?? '', '-qefc', part.join(' '), '/dev/null'], {
    env: { TERM: 'xterm-256color' },
  });
  assert.equal(done.code, 0, done.output.slice(-4000));
});
