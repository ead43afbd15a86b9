// Each trap is a stranger's computer: the two commands must work there. Run by name: npm test -- test/traps
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { bothCommands, folder, noNetwork } from './commands.ts';
import { copyTo, run } from './surroundings.ts';

const clone = path.join(folder, 'clone');
before(() => void copyTo(clone));

// All of the demo leaves nothing, either: the block `demo` says so.
test('a fresh copy without .git, as from a zip, shows a part of the demo within three minutes, and passes its tests', async () => {
  const { output, seconds } = await bothCommands(clone);
  assert.equal(output.match(/setup: installing/g)?.length, 1);
  assert.ok(seconds < 180, `the demo took ${seconds} s`);
});

test('the second time needs no network, in São Paulo, where a file says that it is the 29th of February', async () => {
  const clock = path.join(folder, 'clock');
  writeFileSync(clock, '2028-02-29T12:00:00Z\n');
  const env = { ...noNetwork, TZ: 'America/Sao_Paulo', ESTEIRA_NOW: clock };
  const { output } = await bothCommands(clone, { env });
  assert.ok(!output.includes('installing'));
});

test('both commands work where HOME is not set, the language is C, the time zone is Pacific/Apia, a variable says that it is the 29th of February, NODE_ENV is production and NODE_OPTIONS asks for warnings', async () => {
  const place = { HOME: undefined, LANG: 'C', LC_ALL: 'C', TZ: 'Pacific/Apia', ESTEIRA_NOW: '2028-02-29T23:30:00Z' };
  await bothCommands(clone, { env: { ...place, NODE_ENV: 'production', NODE_OPTIONS: '--trace-warnings' } });
});

const terminal = ['/usr/bin/script', '/bin/script'].find((file) => existsSync(file));
const direct = ['node', 'scripts/setup.mjs', 'demo', 'credit'];
test(`the demo works without npm${terminal ? ', on a terminal' : '; on a terminal it was not tried, there is no command `script` here'}`, async () => {
  const command = terminal ? [terminal, '-qefc', direct.join(' '), '/dev/null'] : direct;
  const done = await run(clone, command, { env: { ...noNetwork, TERM: 'xterm-256color' } });
  assert.equal(done.code, 0, done.output.slice(-4000));
  assert.deepEqual(done.left, []);
});
