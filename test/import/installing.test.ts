import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { made, pythonOf } from '../../src/adapters/sklearn/environment/environment.ts';
import { usual } from '../../src/adapters/sklearn/environment/pins.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'esteira-installing-'));
const began = process.cwd();
after(() => {
  process.chdir(began);
  rmSync(folder, { recursive: true, force: true });
});

test('what is called as a part of Python in the folder that an import is begun in is not carried out', async () => {
  const python = await pythonOf(process.env['ESTEIRA_TEST_PYTHON'] ?? 'python3');
  assert.ok('command' in python);
  const trace = path.join(folder, 'carried-out');
  for (const name of ['pip', 'random', 'runpy', 'tempfile', 'typing'])
    writeFileSync(path.join(folder, `${name}.py`), `open(${JSON.stringify(trace)}, 'w').write(__name__)\n`);
  process.chdir(folder);
  // An index that nobody answers at: pip looks for it, and ends.
  Object.assign(process.env, { PIP_INDEX_URL: 'http://127.0.0.1:9/', PIP_RETRIES: '0' });
  await assert.rejects(made(python, usual, { folder: path.join(folder, 'python') }), /cannot be installed/);
  assert.equal(existsSync(trace), false);
});
