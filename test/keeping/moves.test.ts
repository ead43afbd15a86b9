// The part with a server runs with ESTEIRA_TEST_POSTGRES=postgres://…
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { ask, server, withoutServer } from '../../src/adapters/postgres/testing.ts';
import type { DoctorView, Output } from '../../src/operate/views.ts';
import { dates, differences, undisturbed, World } from './world.ts';

const [first = '', second = '', third = '', fourth = '', fifth = ''] = dates;

const config = (
  schema: string,
): string => `import { duckdb, env, folder, postgres, project, sqlite } from 'esteira/config';
const files = folder({ path: 'data' });
export default project({ name: 'shop', pipelines: { shop: 'definitions/*.ts' }, standard: 'local', environments: {
  local: { warehouse: duckdb({ folder: 'warehouse', threads: 1 }), state: sqlite({ file: 'warehouse/state.sqlite' }), files },
  cloud: { warehouse: duckdb({ folder: 'cloud', threads: 1 }), state: postgres(env('DATABASE_URL'), { schema: '${schema}' }), files },
} });
`;
/** A project whose other environment keeps its state in a schema of its own, taken away afterwards. */
function project(): { readonly world: World; readonly schema: string } {
  const schema = `esteira_test_${randomBytes(6).toString('hex')}`;
  after(async () => {
    for (const end of ['', '_restoring', '_replaced']) await ask(`drop schema if exists "${schema}${end}" cascade`);
  });
  return { world: new World({ 'esteira.config.ts': config(schema) }, { DATABASE_URL: server }), schema };
}

describe('a state moves from one database to another by a backup', { skip: withoutServer, concurrency: 2 }, () => {
  test('from SQLite to Postgres and back, with all that it had, and then goes on', async () => {
    const { world } = project();
    await world.succeed('setup');
    for (const date of [first, second]) await world.day(date);
    await world.succeed('backup', world.file('to-cloud'));
    assert.match(
      await world.succeed('restore', world.file('to-cloud'), '--env', 'cloud', '--yes', 'shop'),
      /^Restored/,
    );
    for (const what of ['runs', 'status'] as const) {
      const [here, there] = [
        await world.ask<Output<'runs'>>(what),
        await world.ask<Output<'runs'>>(what, '--env', 'cloud'),
      ];
      assert.deepEqual({ ...there, environment: '' }, { ...here, environment: '' });
    }
    world.arrive(third);
    await world.succeed('run', 'daily', '--date', third, '--env', 'cloud');
    await world.succeed('backup', world.file('back'), '--env', 'cloud');
    assert.match((await world.run('restore', world.file('back'), '--yes', 'shop')).out, /^Restored/);
    for (const date of [fourth, fifth]) await world.day(date);
    const { findings } = JSON.parse((await world.run('doctor', '--json')).out) as DoctorView;
    assert.equal(findings.find(({ what }) => what === 'state')?.ok, true);
    assert.deepEqual(await differences(world, await undisturbed()), []);
  });

  for (const point of ['restore-decided', 'restore-swapped-warehouse', 'restore-swapped-state'])
    test(`a restore into Postgres that was killed at ${point} goes on`, async () => {
      const { world, schema } = project();
      await world.succeed('setup', '--env', 'cloud');
      world.arrive(first);
      await world.succeed('run', 'daily', '--date', first, '--env', 'cloud');
      await world.succeed('backup', world.file('backup'), '--env', 'cloud');
      world.arrive(second);
      await world.succeed('run', 'daily', '--date', second, '--env', 'cloud');
      const words = ['restore', world.file('backup'), '--env', 'cloud', '--yes', 'shop'];
      const killed = await world.start(words, { env: { ESTEIRA_STOP_AT: point } }).ended;
      assert.equal(killed.exit, 137, killed.err);
      assert.match((await world.run('status', '--env', 'cloud')).err, /^RESTORE_UNFINISHED/);
      // Who was killed counts as dead after a while.
      await ask(`do $$ declare one text; begin
        for one in select nspname from pg_namespace where nspname like '${schema}%' loop
          execute format('update %I.owner set expires_at = ''2000-01-01T00:00:00Z''', one);
        end loop; end $$`);
      const again = await world.run(...words);
      assert.equal(again.exit, 0, again.err);
      const { runs } = await world.ask<Output<'runs'>>('runs', '--env', 'cloud');
      assert.deepEqual(
        runs.map(({ date, state }) => `${date} ${state}`),
        [`${first} succeeded`],
      );
      assert.deepEqual(await ask(`select nspname from pg_namespace where nspname like '${schema}%'`), [
        { nspname: schema },
      ]);
    });
});
