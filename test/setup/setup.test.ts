import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';

const root = path.join(import.meta.dirname, '..', '..');
const setup = (...words: string[]) =>
  spawnSync(process.execPath, [path.join(root, 'scripts', 'setup.mjs'), ...words], {
    encoding: 'utf8',
    cwd: os.tmpdir(),
  });

const folder = mkdtempSync(path.join(os.tmpdir(), 'setup-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Chosen {
  readonly options: readonly string[];
  readonly files: readonly string[];
}
const { testFiles } = (await import(pathToFileURL(path.join(root, 'scripts', 'tests.mjs')).href)) as {
  testFiles(root: string, words: readonly string[]): Chosen;
};

test('a name that setup does not know is refused with those that it knows', () => {
  const done = setup('tests');
  assert.equal(done.status, 2);
  assert.match(done.stderr, /one of demo, test, lint/);
});

test('a test file that is not there fails, and so does a folder without tests', () => {
  assert.equal(setup('test', 'test/nothing.test.ts').status, 1);
  assert.match(setup('test', 'test/nothing.test.ts').stderr, /no test matches test\/nothing\.test\.ts/);
  assert.match(setup('test', 'bin/').stderr, /no test matches bin/);
});

test('npm test runs the tests of test, src and pipelines, and leaves those apart that need more than this machine', () => {
  for (const file of [
    'test/a.test.ts',
    'src/run/b.test.ts',
    'pipelines/x/tests/c.test.ts',
    'test/servers/d.test.ts',
    'src/e.ts',
  ]) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder, file), '');
  }
  const all = ['pipelines/x/tests/c.test.ts', 'src/run/b.test.ts', 'test/a.test.ts'];
  assert.deepEqual(testFiles(folder, []), { options: [], files: all });
  assert.deepEqual(testFiles(folder, ['test/servers']).files, ['test/servers/d.test.ts']);
});

test('options of Node come before the files, in whatever order they were given', () => {
  const chosen = testFiles(folder, ['test/a.test.ts', '--test-name-pattern=x', 'src']);
  assert.deepEqual(chosen, { options: ['--test-name-pattern=x'], files: ['src/run/b.test.ts', 'test/a.test.ts'] });
});

test('a folder without any test is an error, not a success with none', () => {
  mkdirSync(path.join(folder, 'empty'));
  assert.throws(() => testFiles(path.join(folder, 'empty'), []), /no test matches test, src, pipelines, template/);
});

const starter = `
import { become } from ${JSON.stringify(pathToFileURL(path.join(root, 'bin', 'node.mjs')).href)};
process.exitCode = await become(process.execPath, process.argv.slice(2));
`;
const child = `
import { diesWithParent } from ${JSON.stringify(pathToFileURL(path.join(root, 'bin', 'node.mjs')).href)};
diesWithParent();
console.log(process.pid);
setTimeout(() => process.exit(7), Number(process.argv[2]));
`;
writeFileSync(path.join(folder, 'starter.mjs'), starter);
writeFileSync(path.join(folder, 'child.mjs'), child);

async function started(milliseconds: number) {
  const files = ['starter.mjs', 'child.mjs'].map((name) => path.join(folder, name));
  const outer = spawn(process.execPath, [...files, String(milliseconds)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    outer.on('exit', (code, signal) => resolve(code ?? signal)),
  );
  const inner = Number(String((await outer.stdout.take(1).toArray())[0]));
  assert.ok(inner > 0);
  return { outer, inner, ended };
}
const lives = (process_: number): boolean => {
  try {
    return process.kill(process_, 0);
  } catch {
    return false;
  }
};

test('the starter ends as the pinned Node ended', async () => {
  const { ended } = await started(10);
  assert.equal(await ended, 7);
});

test('a signal to the starter reaches the pinned Node', async () => {
  const { outer, inner, ended } = await started(20_000);
  outer.kill('SIGTERM');
  assert.equal(await ended, 128 + 15);
  assert.ok(!lives(inner));
});

test('the pinned Node, which owns files, does not outlive its starter, not even a killed one', async () => {
  const { outer, inner, ended } = await started(20_000);
  outer.kill('SIGKILL');
  assert.equal(await ended, 'SIGKILL');
  for (let tries = 0; tries < 100 && lives(inner); tries++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(!lives(inner));
});
