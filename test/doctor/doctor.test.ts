import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { root, Sandbox } from '../sandbox.ts';
import { definitions, Shop } from './shop.ts';

// Outside of this repository, whose packages would be found from below it.
const scratch = mkdtempSync(path.join(process.env['ESTEIRA_OUTSIDE'] ?? os.tmpdir(), 'esteira-doctor-'));
after(() => {
  if (disk !== undefined) spawnSync('umount', [disk]);
  rmSync(scratch, { recursive: true, force: true });
});

/** The sources beside all of their packages but one. */
function without(missing: string): string {
  const home = path.join(scratch, `without-${missing}`);
  const packages = path.join(home, 'node_modules');
  mkdirSync(packages, { recursive: true });
  for (const name of ['src', 'bin', 'package.json'])
    cpSync(path.join(root, name), path.join(home, name), { recursive: true });
  for (const name of readdirSync(path.join(root, 'node_modules')))
    if (name !== missing) symlinkSync(path.join(root, 'node_modules', name), path.join(packages, name));
  return home;
}

/** A disk of 4 MB, where this machine lets one be made. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(path.join(scratch, 'disk-'));
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]).status !== 0) return undefined;
  return folder;
}
const disk = smallDisk();

describe('what the doctor says', { concurrency: 2 }, () => {
  test('of each variable whether it is set and who needs it, and never its value', async () => {
    const shop = await Shop.open();
    const key = shop.app.keys.service;
    const of = async (value: string | undefined) => (await shop.found('variable APP_KEY', { APP_KEY: value }))[0];
    assert.deepEqual(await of(key), { what: 'variable APP_KEY', ok: true, found: 'set, for source app.users' });
    for (const [value, said] of [
      [undefined, /^not set, for source app\.users$/],
      [' ', /^empty, for/],
      [`${key} `, /^set, with white space or quotes/],
    ] as const) {
      const found = await of(value);
      assert.match(found?.found ?? '', said);
      assert.equal(found?.ok, false);
      assert.ok(found?.next);
    }
    const { out } = await shop.with({}, 'doctor');
    assert.ok(!out.includes(key));
  });

  test('of a key that is refused, and what to do; of one that is not, what is there', async () => {
    const shop = await Shop.open();
    await shop.succeed('setup');
    const [well] = await shop.found('source app.users');
    assert.equal(well?.ok, true);
    const [refused] = await shop.found('source app.users', { APP_KEY: 'a-wrong-key-of-the-app' });
    assert.match(refused?.found ?? '', /^SOURCE_REFUSED: .*Invalid API key/);
    assert.ok(refused?.next);
    const [away] = await shop.found('source app.users', { APP_URL: 'http://127.0.0.1:1' });
    assert.deepEqual([away?.ok, away?.passes], [false, true]);
  });

  test('of a server whose clock is another', async () => {
    const shop = await Shop.open();
    const late = createServer(async (request, response) => {
      const { apikey = '', authorization = '' } = request.headers as Record<string, string>;
      const answer = await fetch(`${shop.app.address}${request.url}`, { headers: { apikey, authorization } });
      const hour = 3_600_000;
      response.setHeader('content-type', answer.headers.get('content-type') ?? '');
      response.setHeader('date', new Date(Date.now() + hour).toUTCString());
      response.writeHead(answer.status).end(await answer.text());
    });
    await new Promise<void>((resolve) => late.listen(0, '127.0.0.1', resolve));
    try {
      const address = `http://127.0.0.1:${(late.address() as AddressInfo).port}`;
      const [clock] = await shop.found('clock of source app.users', { APP_URL: address });
      assert.match(clock?.found ?? '', /^its clock is (1 h|59 min|60 min).* ahead of this machine's$/);
      assert.equal((await shop.daily({ APP_URL: address })).exit, 3, 'not set up');
      await shop.succeed('setup');
      assert.equal((await shop.daily({ APP_URL: address })).exit, 0, 'it keeps no run from beginning');
    } finally {
      late.closeAllConnections();
      late.close();
    }
  });

  test('of a project that cannot be opened: why, and all of its variables at once', async () => {
    const shop = await Shop.open();
    const config = `import { env } from 'esteira'; import { duckdb, folder, postgres, project } from 'esteira/config';
export default project({ name: 'shop', pipelines: { shop: 'definitions/*.ts' }, standard: 'local', channels: { ops: [] }, environments: { local: {
  warehouse: duckdb({ folder: 'warehouse' }), state: postgres(env('STATE_ADDRESS')), files: folder({ path: 'data' }) } } });`;
    shop.write({ 'esteira.config.ts': config });
    const { exit, out } = await shop.with({ APP_KEY: undefined }, 'doctor');
    assert.equal(exit, 1, out);
    assert.match(out, /project +VARIABLE_MISSING: The variable STATE_ADDRESS is not set/);
    assert.match(out, /variable APP_KEY +not set, for source app\.users/);
    assert.match(out, /variable STATE_ADDRESS +not set, for state of local/);
    assert.match(out, /variable APP_URL +set, for source app\.users/);
  });

  test('of a package that is not installed, and of how it is', async () => {
    const desk = definitions()
      .replaceAll('supabase', 'postgres')
      .replace("postgres(env('APP_URL'), env('APP_KEY'))", "postgres(env('APP_URL'))")
      .replace(", tell: 'ops'", '');
    const files = { 'definitions/shop.ts': desk };
    const sandbox = new Sandbox(files, { home: without('pg'), env: { APP_URL: 'postgres://ana@127.0.0.1:1/desk' } });
    await sandbox.succeed('setup');
    const said = /ENGINE_MISSING: The package pg is not installed\./;
    const { out } = await sandbox.run('doctor');
    assert.match(out, said);
    assert.match(out, /npm ci, where package-lock\.json is; or npm install pg\./);
    const { exit, err } = await sandbox.run('run', 'daily');
    assert.match(err, said);
    assert.equal(exit, 3);
  });

  test('of a disk without room; no run begins on it', {
    skip: disk === undefined && 'this machine lets no small disk be mounted',
  }, async () => {
    const shop = await Shop.open();
    await shop.succeed('setup');
    const env = { ESTEIRA_LOCAL: disk ?? '' };
    const [found] = await shop.found(`disk of ${disk}`, env);
    assert.match(found?.found ?? '', /^4.* free$/);
    assert.equal(found?.ok, false);
    const { exit, err } = await shop.daily(env);
    assert.match(err, /RUN_NOT_READY[\s\S]*disk of .*: 4.* free/);
    assert.equal(exit, 3);
  });
});
