import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fakeTerminal } from '../../../test/cli/samples.ts';
import { perform } from '../main.ts';

const home = path.join(import.meta.dirname, '..', '..', '..');
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'esteira-init-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (...names: readonly string[]): string => path.join(folder, ...names);
const read = (...names: readonly string[]): string => readFileSync(at(...names), 'utf8');
const manifest = (): Record<string, Record<string, string>> => JSON.parse(read('package.json'));
async function init(target: string, ...options: string[]): Promise<{ code: number; written: string; told: string }> {
  const terminal = fakeTerminal();
  const code = await perform(['init', target, ...options], home, terminal);
  return { code, written: terminal.written, told: terminal.told };
}

describe('init', () => {
  it('writes the template, package.json, .gitignore and .env.example, and says what to do next', async () => {
    const { code, written } = await init(at('loja da pra\u00e7a'));
    assert.equal(code, 0);
    for (const file of ['esteira.config.ts', 'tsconfig.json', '.env.example', '.gitignore', 'package.json'])
      assert.ok(existsSync(at('loja da pra\u00e7a', file)), file);
    assert.ok(!existsSync(at('loja da pra\u00e7a', 'manifest.json')));
    assert.ok(!existsSync(at('loja da pra\u00e7a', 'gitignore')));
    assert.match(
      written,
      /Next:\n {2}cd ".*loja da pra\u00e7a" && npm install\n {2}npx esteira setup\n {2}npx esteira run daily\n$/,
    );
  });

  it('names commands that the template has', async () => {
    await init(folder);
    assert.match(read('README.md'), /npx esteira run daily/);
    assert.match(read('.gitignore'), /^\.env$/m);
    assert.match(read('.gitignore'), /^\.esteira\/$/m);
  });

  it('adds to a package.json and .gitignore that are there, and changes nothing of them but the type', async () => {
    const present = {
      name: 'loja',
      type: 'commonjs',
      scripts: { test: 'mine' },
      dependencies: { esteira: 'file:x.tgz' },
    };
    writeFileSync(at('package.json'), JSON.stringify(present));
    writeFileSync(at('.gitignore'), 'mine\n.env');
    assert.equal((await init(folder)).code, 0);
    const { name, type, scripts, dependencies, devDependencies } = manifest();
    assert.deepEqual(
      [name, type, scripts?.['test'], dependencies?.['esteira']],
      ['loja', 'module', 'mine', 'file:x.tgz'],
    );
    assert.ok(scripts?.['types'] && devDependencies?.['typescript']);
    assert.match(read('.gitignore'), /^mine\n\.env\nnode_modules\/\n/);
    assert.equal(read('.gitignore').match(/^\.env$/gm)?.length, 1);
  });

  it('puts its own test script in the place of the one that npm init writes', async () => {
    const script = 'echo "Error: no test specified" && exit 1';
    writeFileSync(at('package.json'), JSON.stringify({ scripts: { test: script, other: 'mine' } }));
    await init(folder);
    const { scripts } = manifest();
    assert.match(scripts?.['test'] ?? '', /^esteira-node --test/);
    assert.equal(scripts?.['other'], 'mine');
  });

  it('refuses to overwrite, names the files, and writes nothing', async () => {
    writeFileSync(at('esteira.config.ts'), 'mine');
    const { code, told } = await init(folder);
    assert.equal(code, 2);
    assert.match(told, /^FOLDER_NOT_EMPTY:.*\n(.*\n)* {2}got {5}esteira\.config\.ts\n/);
    assert.equal(read('esteira.config.ts'), 'mine');
    assert.ok(!existsSync(at('package.json')) && !existsSync(at('tsconfig.json')));
  });

  it('refuses where a file stands in the place of a folder', async () => {
    writeFileSync(at('pipelines'), '');
    assert.match((await init(folder)).told, /FOLDER_NOT_EMPTY/);
    writeFileSync(at('file'), '');
    assert.match((await init(at('file'))).told, /FOLDER_NOT_EMPTY/);
  });

  it('says at once that a folder cannot be written, with a code', { skip: !existsSync('/proc/self') }, async () => {
    for (const place of ['/proc/shop', '/proc/shop/one', '/proc', '/dev/null/shop']) {
      const { code, told } = await init(place);
      assert.equal(code, place.startsWith('/dev') ? 2 : 1, told);
      assert.match(told, place.startsWith('/dev') ? /^FOLDER_NOT_EMPTY: / : /^FILE_UNUSABLE: /);
    }
  });

  it('refuses a package.json that it cannot read, before it writes', async () => {
    writeFileSync(at('package.json'), '{ mine }');
    const { code, written } = await init(folder, '--json');
    assert.equal(code, 2);
    assert.equal(JSON.parse(written).error.code, 'FOLDER_NOT_EMPTY');
    assert.equal(read('package.json'), '{ mine }');
    assert.ok(!existsSync(at('tsconfig.json')));
  });

  it('gives what it wrote as JSON', async () => {
    mkdirSync(at('shop'));
    const { written } = await init(at('shop'), '--json');
    const result = JSON.parse(written) as { folder: string; wrote: string[]; next: string[] };
    assert.equal(result.folder, at('shop'));
    for (const file of result.wrote) assert.ok(existsSync(at('shop', file)), file);
    assert.equal(result.next.length, 3);
  });
});
