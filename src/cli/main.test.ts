import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { fakeTerminal } from '../../test/cli/samples.ts';
import { perform } from './main.ts';
import { showsUnicode } from './terminal.ts';

const home = path.join(import.meta.dirname, '..', '..');
async function typed(...args: string[]): Promise<{ code: number; written: string; told: string }> {
  const terminal = fakeTerminal();
  const code = await perform(args, home, terminal);
  return { code, written: terminal.written, told: terminal.told };
}

describe('the command line', () => {
  it('gives its help without a command, with --help and with help', async () => {
    const [none, option, word] = [await typed(), await typed('--help'), await typed('help')];
    assert.equal(none.code, 0);
    assert.match(none.written, /^esteira <command>/);
    assert.deepEqual([option, word], [none, none]);
    assert.match((await typed('help', 'run')).written, /^esteira run <job>/);
  });

  it('gives its version', async () => {
    const { version } = (await import('../../package.json', { with: { type: 'json' } })).default;
    assert.deepEqual(await typed('--version'), { code: 0, written: `${version}\n`, told: '' });
    assert.equal(JSON.parse((await typed('-v', '--json')).written).version, version);
  });

  it('describes itself as JSON', async () => {
    const { commands, exits } = JSON.parse((await typed('--help', '--json')).written);
    assert.ok(commands.some(({ name }: { name: string }) => name === 'run'));
    assert.equal(exits[0].code, 0);
  });

  it('tells an error on standard error, with its exit code', async () => {
    const { code, written, told } = await typed('runn');
    assert.deepEqual([code, written], [2, '']);
    assert.match(told, /^COMMAND_UNKNOWN: There is no command "runn"\.\n/);
  });

  it('with --json prints the error as the one document on standard output, with the same exit code', async () => {
    const { code, written, told } = await typed('runn', '--json');
    assert.deepEqual([code, told], [2, '']);
    const { error } = JSON.parse(written);
    assert.deepEqual(
      [error.code, error.nature, error.next],
      ['COMMAND_UNKNOWN', 'terminal', 'Did you mean: esteira run'],
    );
  });

  it('says where it looked for a project', async () => {
    // `npm test` keeps temporary files below this project, which would be found.
    const folder = mkdtempSync(path.join(process.env['ESTEIRA_OUTSIDE'] ?? tmpdir(), 'esteira-none-'));
    try {
      const { code, told } = await typed('status', '--project', folder);
      assert.equal(code, 2);
      assert.match(told, /^PROJECT_NOT_FOUND: /);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('does not sync for ever yet: --once must be said', async () => {
    const { code, told } = await typed('sync', 'v_credit_sincronizacao');
    assert.equal(code, 2);
    assert.match(told, /next {4}esteira sync --once v_credit_sincronizacao/);
  });
});

describe('marks such as \u2713', () => {
  it('are shown unless the locale or the terminal says otherwise', () => {
    assert.equal(showsUnicode({}, 'linux'), true);
    assert.equal(showsUnicode({ LANG: 'pt_BR.UTF-8' }, 'linux'), true);
    assert.equal(showsUnicode({ LANG: 'C' }, 'linux'), false);
    assert.equal(showsUnicode({ LANG: 'C', LC_ALL: 'C.UTF-8' }, 'linux'), true);
    assert.equal(showsUnicode({ TERM: 'linux' }, 'linux'), false);
    assert.equal(showsUnicode({ LANG: 'C' }, 'win32'), true);
  });
});
