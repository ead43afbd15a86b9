import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { environment, inPython } from './environment.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'esteira-refusing-'));
after(() => rmSync(folder, { recursive: true, force: true }));
before(async () => {
  await environment();
  await inPython('small.py', folder);
});

/** As on a system whose users may make no namespaces: what is allowed there is none. */
const whereRefused = (file: string, ...words: readonly string[]) => {
  const here = path.join(import.meta.dirname, 'once.ts');
  const own = [
    'sh',
    '-c',
    'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"',
    'sh',
    process.execPath,
    here,
    file,
    ...words,
  ];
  const { stdout, stderr } = spawnSync('unshare', ['--user', '--map-root-user', ...own], { encoding: 'utf8' });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as {
    readonly code?: string;
    readonly what?: string;
    readonly got?: string;
    readonly isolation?: string;
  };
};

test('where the system keeps nothing apart, what the scan refuses is not loaded, and the reason is said', () => {
  const target = path.join(folder, 'written');
  const file = path.join(folder, 'hostile.pkl');
  writeFileSync(file, `cbuiltins\nexec\n(Vopen('${target}', 'w')\ntR.`);
  const { code, what, got } = whereRefused(file, 'unscanned');
  assert.equal(code, 'IMPORT_REFUSED');
  assert.match(what ?? '', /loaded only where the system keeps it apart, and this one does not/);
  assert.match(got ?? '', /unshare: No space left on device/);
  assert.ok(!existsSync(target));
});

test('where the system keeps nothing apart, what has passed the scan is loaded with limits, and that is said', () => {
  const { isolation, what } = whereRefused(path.join(folder, 'linear.joblib'));
  assert.match(isolation ?? what ?? '', /^limits only: unshare: No space left on device/);
});

test('without Python it is said what to install', () => {
  const here = path.join(import.meta.dirname, 'once.ts');
  const env = { ESTEIRA_TEST_PYTHON: 'no-such-python' };
  const { stdout } = spawnSync(process.execPath, [here, path.join(folder, 'linear.joblib')], { encoding: 'utf8', env });
  const { code, what, next } = JSON.parse(stdout);
  assert.deepEqual(
    [code, what],
    ['ENGINE_MISSING', 'Python is needed to convert what is pickled, and no-such-python is not there.'],
  );
  assert.match(next, /apt-get install python3 python3-venv/);
});
