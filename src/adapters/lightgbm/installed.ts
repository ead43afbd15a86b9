import { existsSync, globSync } from 'node:fs';
import path from 'node:path';

/**
 * For tests: where LightGBM's library is, and what koffi is imported as: by ESTEIRA_TEST_LIGHTGBM and ESTEIRA_TEST_KOFFI, else as
 * `bench/peers/install.sh lightgbm` installs them.
 */
const peer = path.join(import.meta.dirname, '../../..', '.esteira/peers/lightgbm');
const [found = ''] = globSync('lib/python*/site-packages/lightgbm/lib/lib_lightgbm.*', { cwd: peer });
const beside = path.join(peer, 'node_modules/koffi/index.js');

export const library = process.env['ESTEIRA_TEST_LIGHTGBM'] ?? (found && path.join(peer, found));
export const koffi = process.env['ESTEIRA_TEST_KOFFI'] ?? (existsSync(beside) ? beside : 'koffi');
export const skip =
  library === '' && 'the library is neither below .esteira/peers/lightgbm, nor does ESTEIRA_TEST_LIGHTGBM name one';
