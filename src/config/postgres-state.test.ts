import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { env, postgres } from './index.ts';
import type { Place } from './project.ts';
import { Variables } from './variables.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'postgres-state-'));
after(() => rmSync(folder, { recursive: true }));

function placeWith(variables: Readonly<Record<string, string>>): { place: Place; redact: (text: string) => string } {
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`);
  writeFileSync(path.join(folder, '.env'), lines.join(''));
  const known = new Variables(folder);
  const place: Place = {
    folder,
    project: 'shop',
    environment: 'cloud',
    prefix: '',
    catalogs: [],
    value: (of) => known.value(of),
    secret: (of) => known.secret(of),
    trace: () => {},
  };
  return { place, redact: (text) => known.redact(text) };
}

test('what is written is the place of the database, without who writes it', () => {
  const { place } = placeWith({ STATE_OF_SHOP: 'postgres://ana:h%40rd-to-guess@db.example/shop?sslmode=verify-full' });
  assert.deepEqual(postgres(env('STATE_OF_SHOP')).writes(place), ['Postgres db.example:5432/shop, schema esteira']);
  const other = postgres(env('STATE_OF_SHOP'), { schema: 'shop_dev' });
  assert.deepEqual(other.writes(place), ['Postgres db.example:5432/shop, schema shop_dev']);
  assert.doesNotMatch(JSON.stringify(other), /ana|guess|db\.example/, 'an inert definition knows the name only');
});

test('the address is secret whatever its variable is called, and so is the password in it, in both its spellings', () => {
  const address = 'postgresql://ana:h%40rd-to-guess@db.example:6543/shop';
  const { place, redact } = placeWith({ STATE_OF_SHOP: address });
  postgres(env('STATE_OF_SHOP')).writes(place);
  const said = redact(`${address} | h%40rd-to-guess | h@rd-to-guess | db.example`);
  assert.doesNotMatch(said, /guess/);
  assert.match(said, /db\.example$/);
});

test('an address that is none, a schema and a patience that cannot be are refused', () => {
  for (const address of ['ana:secret@db.example', 'mysql://ana@db.example/shop', 'shop']) {
    const { place } = placeWith({ STATE_OF_SHOP: address });
    assert.throws(
      () => postgres(env('STATE_OF_SHOP')).writes(place),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'CONFIG_INVALID');
        assert.doesNotMatch(JSON.stringify(error), /secret|mysql/);
        return true;
      },
    );
  }
  for (const schema of ['', 'Shop', 'pg_shop', 'a"b', 'x'.repeat(64)])
    assert.throws(() => postgres(env('STATE_OF_SHOP'), { schema }), { code: 'CONFIG_INVALID' });
  for (const patience of ['soon', '3 days', '-1 second'])
    assert.throws(() => postgres(env('STATE_OF_SHOP'), { patience: patience as '1 second' }), {
      code: 'CONFIG_INVALID',
    });
});

test('the client of Postgres is loaded only when a state is opened in it', () => {
  const script = `
    const { registerHooks } = require('node:module');
    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    Promise.all(process.argv.slice(1).map((name) => import(name))).then(() => console.log(loaded.join('\\n')));
  `;
  const modules = ['open.ts', 'index.ts', '../adapters/postgres/state.ts'].map((name) =>
    path.join(import.meta.dirname, name),
  );
  const loaded = execFileSync(process.execPath, ['-e', script, ...modules], { encoding: 'utf8' });
  assert.match(loaded, /postgres\/state\.ts/);
  assert.doesNotMatch(loaded, /node_modules\/(pg|kysely)|node:sqlite/);
});
