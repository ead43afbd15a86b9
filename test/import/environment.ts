import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { Sklearn, type SklearnOptions } from '../../src/adapters/sklearn/converter.ts';
import { made, pythonOf } from '../../src/adapters/sklearn/environment/environment.ts';
import { usual } from '../../src/adapters/sklearn/environment/pins.ts';

const root = path.join(import.meta.dirname, '../..');
const options: SklearnOptions = {
  folder: path.join(root, '.esteira', 'python'),
  python: process.env['ESTEIRA_TEST_PYTHON'] ?? 'python3',
  memory: 3 * 1024 ** 3,
  seconds: 120,
};
export const converter = (of: Partial<SklearnOptions> = {}): Sklearn => new Sklearn({ ...options, ...of });

/** The environment that a file without a version is loaded in; made before the first test that needs it. */
export async function environment() {
  const python = await pythonOf(options.python);
  if ('what' in python) throw new Error(`${python.what} ${python.next}`);
  return made(python, usual, { folder: options.folder });
}

/** A script of this folder, in that environment. */
export async function inPython(script: string, ...words: readonly string[]): Promise<void> {
  const { python, site } = await environment();
  const start = `import sys, runpy; sys.path.insert(0, ${JSON.stringify(site)}); sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')`;
  const done = spawnSync(python.command, ['-I', '-S', '-c', start, path.join(import.meta.dirname, script), ...words]);
  if (done.status !== 0) throw new Error(String(done.stderr));
}
