// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/servers/postgres
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { withoutServer } from '../../../src/adapters/postgres/testing.ts';
import { Container, checkout, listing, volume } from './support.ts';

describe('a checkout that only reads, with an empty local folder each time', {
  skip: withoutServer,
  concurrency: true,
}, () => {
  test('each run is one of the same project: what is done stays done, and history is whole', async () => {
    const { sandbox, url } = checkout();
    const env = { CATALOGS: volume(sandbox.file('volume')), DATABASE_URL: url };
    const said: string[] = [];
    const inContainer = async (...words: string[]): Promise<string> => {
      const container = new Container(sandbox, env);
      const before = listing(container.sandbox.folder);
      const text = await container.succeed(...words);
      said.push(text);
      assert.deepEqual(listing(container.sandbox.folder), before, `esteira ${words[0]} wrote into the checkout`);
      return text;
    };
    await inContainer('setup');
    for (const day of ['2026-03-01', '2026-03-02', '2026-03-03']) await inContainer('run', 'daily', '--date', day);
    assert.match(await inContainer('run', 'daily', '--date', '2026-03-02'), /has succeeded|already|done/i);
    const { rows } = JSON.parse(await inContainer('query', 'select n from gold.total', '--json')) as {
      rows: unknown[][];
    };
    assert.deepEqual(rows, [[30]]);
    const { runs } = JSON.parse(await inContainer('runs', '--json')) as { runs: { date: string; state: string }[] };
    assert.deepEqual(
      runs.map(({ date, state }) => `${date} ${state}`),
      ['2026-03-03 succeeded', '2026-03-02 succeeded', '2026-03-01 succeeded'],
    );
    assert.match(await inContainer('doctor'), /Postgres .*schema esteira_test/);
    assert.doesNotMatch(said.join('\n'), new RegExp(new URL(url).password));
  });

  test('the container after one that was killed waits for its lease, and goes on with its run', async () => {
    const { sandbox, url } = checkout();
    const env = { CATALOGS: volume(sandbox.file('volume')), DATABASE_URL: url };
    await new Container(sandbox, env).succeed('setup');
    const killed = await new Container(sandbox, { ...env, ESTEIRA_STOP_AT: 'published@1' }).start(
      'run',
      'daily',
      '--date',
      '2026-03-01',
    ).ended;
    assert.equal(killed.exit, 137, killed.out + killed.err);
    const started = performance.now();
    const text = await new Container(sandbox, env).succeed('run', 'daily', '--date', '2026-03-01');
    assert.ok(performance.now() - started > 30_000, 'it was to wait: the other might have lived');
    assert.match(text, /^Waiting for `esteira run daily[^`]*` \(PID \d+ on .*\): it ended, or has until/m);
    assert.match(text, /found published|goes on|resumed/i);
    const { runs } = JSON.parse(await new Container(sandbox, env).succeed('runs', '--json')) as {
      runs: { state: string }[];
    };
    assert.deepEqual(
      runs.map(({ state }) => state),
      ['succeeded'],
    );
  });

  test('.env.example names the variable of the state, without its value', async () => {
    const { sandbox, url } = checkout();
    const env = { CATALOGS: sandbox.file('volume'), DATABASE_URL: url };
    assert.equal((await sandbox.start(['setup'], { env }).ended).exit, 0);
    const example = readFileSync(path.join(sandbox.folder, '.env.example'), 'utf8');
    assert.match(example, /^# state of cloud\nDATABASE_URL=$/m);
  });
});
