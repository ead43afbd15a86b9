import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { inside } from './inside.ts';

/** A package whose command line says which variables it sees, sets one of its own, and never ends where it is told so. */
const home = mkdtempSync(path.join(tmpdir(), 'inside-'));
after(() => rmSync(home, { recursive: true, force: true }));
mkdirSync(path.join(home, 'lib', 'cli'), { recursive: true });
writeFileSync(
  path.join(home, 'lib', 'cli', 'main.js'),
  `exports.perform = async ([word], home, terminal) => {
  terminal.write(JSON.stringify(process.env));
  process.env.TMPDIR = home;
  if (word === 'endless') await new Promise(() => {});
  return 0;
};
`,
);
writeFileSync(path.join(home, 'package.json'), '{ "type": "commonjs" }');
const surroundings = (): object => ({ folder: process.cwd(), ...process.env });

test('a command in the process of its test sees its own variables and no others, and leaves none', async () => {
  process.env['INSIDE_OF_THE_RUNNER'] = 'a-secret';
  const kept = surroundings();
  const { out } = await inside(home, ['status'], { cwd: home, env: { PATH: '/bin', GIVEN: '1', NOT: undefined } });
  assert.deepEqual(JSON.parse(out), { PATH: '/bin', GIVEN: '1' });
  assert.deepEqual(surroundings(), kept);
  delete process.env['INSIDE_OF_THE_RUNNER'];
});

test('a command that does not end is named, leaves nothing, and the next one has its turn', async () => {
  const kept = surroundings();
  const how = { cwd: home, env: {} };
  const [endless, next] = [
    inside(home, ['endless', '--json'], { ...how, patience: 50 }),
    inside(home, ['status'], how),
  ];
  await assert.rejects(endless, /esteira endless --json has not ended within 50 ms/);
  assert.equal((await next).exit, 0);
  assert.deepEqual(surroundings(), kept);
});
