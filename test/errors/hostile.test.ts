import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { perform } from '../../src/cli/main.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import { catalogue } from '../../src/errors.ts';
import { root, Sandbox } from '../sandbox.ts';
import { numbers, shop } from './case.ts';

const long = 'a'.repeat(5000);
/** What nobody would type on purpose; each ends with a code of the catalogue, or does what it says. */
const hostile: readonly (readonly string[])[] = [
  [''],
  ['--'],
  ['-'],
  ['--json'],
  ['help', 'nothing'],
  ['run', ''],
  ['run', long],
  ['run', 'constructor'],
  ['run', '../daily'],
  ['run', 'daily', '--select', '('],
  ['run', 'daily', '--select', '+'],
  ['run', 'daily', '--select', ','],
  ['run', 'daily', '--select', `${'*'.repeat(200)}x`],
  ['run', 'daily', '--param', 'constructor=1'],
  ['run', 'daily', '--param', 'a"\';=b'],
  ['run', 'daily', '--date', '0000-00-00'],
  ['plan', 'daily', '--date', '9999-12-31'],
  ['plan', 'daily', '--date', '0001-01-01'],
  ['plan', '__proto__'],
  ['show', ''],
  ['show', 'a.b.c.d'],
  ['show', '*'],
  ['show', 'constructor'],
  ['show', 'silver.numbers_invalidos'],
  ['show', '01ABCDEF'],
  ['show', '😀'],
  ['logs', ''],
  ['logs', '%'],
  ['logs', 'latest', "'; drop table log; --"],
  ['runs', 'nothing'],
  ['runs', '--limit', '999999999'],
  ['compile', '['],
  ['compile', ''],
  ['setup', '*'],
  ['setup', "'; drop table x; --"],
  ['settings', 'get', ''],
  ['settings', 'set', 'config.limits.constructor', '1'],
  ['settings', 'set', 'config.limits[x].floor', '1'],
  ['settings', 'set', 'config.limits.floor', 'NaN'],
  ['settings', 'set', 'config.limits.floor', '0x1'],
  ['settings', 'set', 'config.limits.floor', ''],
  ['settings', 'set', 'config.limits.floor', '0.5', '--reason', "'); drop table x; --"],
  ['query', ''],
  ['query', ';;;'],
  ['query', 'select'],
  ['query', "select '"],
  ['query', 'select 1 -- the end'],
  ['query', `select ${'1+'.repeat(5000)}1`],
  ['query', `select '${long}'`],
  ['query', 'select \u0000'],
  ['query', 'select * from range(10)', '--limit', '0'],
  ['query', "select cast('a' as integer)"],
  ['query', 'select 1 from "silver"".numbers"'],
  ['status', '--env', 'constructor'],
  ['status', '--env', '__proto__'],
  ['status', '--project', 'nowhere'],
  ['status', '--project', '\u0000'],
  ['init', '\u0000'],
  ['init', 'a'.repeat(300)],
];

describe('hostile words', { concurrency: false }, () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = new Sandbox(
      shop(`${numbers}export const limits = settings('config.limits', { floor: col.real().max(1).default(0.5) });`)
        .files,
    );
    await sandbox.succeed('setup');
    await sandbox.succeed('run', 'daily');
  });

  it('end with a code of the catalogue, or do what they say', async () => {
    const unnamed: string[] = [];
    for (const words of hostile) {
      let out = '';
      const terminal: Terminal = {
        columns: 80,
        rows: 24,
        color: false,
        unicode: true,
        live: false,
        write: (text) => {
          out += text;
        },
        tell: () => {},
        onResize: () => () => {},
      };
      const where = words.includes('--project') || words[0] === 'init' ? [] : ['--project', sandbox.folder];
      const exit = await perform([...words, ...where, '--json'], root, terminal);
      const { error } = JSON.parse(out) as { error?: { code: string; what: string } };
      const isNamed = exit === 0 ? error === undefined : error !== undefined && error.code in catalogue;
      if (!isNamed) unnamed.push(`${words.join(' ').slice(0, 80)}: ${exit} ${error?.code} ${error?.what}`);
    }
    assert.deepEqual(unnamed, []);
  });
});
