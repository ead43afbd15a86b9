import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { commands } from '../../src/cli/commands.ts';

const root = path.join(import.meta.dirname, '..', '..');
/** Names every module that is loaded, on standard error. */
const naming = `data:text/javascript,${encodeURIComponent(
  "import { registerHooks } from 'node:module'; registerHooks({ load(url, context, next) { process._rawDebug(url); return next(url, context); } });",
)}`;

for (const args of [['--help'], ['--version'], ['run', '--help'], ['runn']]) {
  test(`esteira ${args.join(' ')} loads no engine, configuration or command`, () => {
    const { stderr } = spawnSync(
      process.execPath,
      ['--import', naming, path.join(root, 'bin', 'esteira.mjs'), ...args],
      {
        encoding: 'utf8',
        cwd: root,
      },
    );
    const loaded = stderr.split('\n').filter((line) => /^(file|node):/.test(line));
    const files = loaded.filter((url) => url.startsWith('file:')).map((url) => path.relative(root, fileURLToPath(url)));
    assert.ok(files.includes('src/cli/main.ts'), files.join('\n'));
    const allowed = /^(bin\/[\w-]+\.mjs|src\/errors\.ts|src\/columns\/nearest\.ts|src\/cli\/(entries\/)?[\w-]+\.ts)$/;
    assert.deepEqual(
      files.filter((file) => !allowed.test(file)),
      [],
    );
    assert.ok(files.length <= 17, `${files.length} files: ${files.join(', ')}`);
  });
}

test('each command is loaded by its name, from a file of its own', async () => {
  const loaded = await Promise.all(commands.map((entry) => entry.load()));
  assert.equal(new Set(loaded).size, commands.length);
});
