import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { postgrest } from '../../src/testing/postgrest/index.ts';
import { temporaryFolder, writeProject } from './support/folder.ts';
import { World } from './support/world.ts';

const folder = temporaryFolder('matching');
writeProject(folder, {
  catalog: 'leads',
  definitions: `import { byHand, col, env, job, settings, source, sql, table, valuesOf } from 'esteira';
import { supabase } from 'esteira/supabase';
const app = supabase(env('SUPABASE_URL'), env('SUPABASE_KEY'));
export const limits = settings('config.scoring', { batch: col.integer().min(1).default(20) });
export const waiting = source('landing.waiting', { reader: app.table('users', { where: { lead_score: null } }), columns: { id: col.text() } });
export const users = table('bronze.users', { columns: { id: col.text().key() }, rows: sql\`select id from \${waiting}\` });
export const events = source('landing.events', {
  reader: app.table('events', { where: { user_id: valuesOf(users, 'id') }, batch: limits.batch }),
  columns: { id: col.integer(), user_id: col.text() },
});
export const counts = table('silver.counts', {
  columns: { user_id: col.text().key(), n: col.integer() },
  rows: sql\`select user_id, count(*) as n from \${events} group by user_id\`,
});
export const counted = job('counted', { when: byHand, build: [counts] });
`,
});
const idOf = (at: number): string => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
const server = await postgrest({
  tables: {
    users: {
      columns: { id: 'uuid', lead_score: 'double precision' },
      key: ['id'],
      rows: Array.from({ length: 100 }, (_, at) => ({ id: idOf(at), lead_score: at < 50 ? null : 0.5 })),
    },
    events: {
      columns: { id: 'integer', user_id: 'uuid' },
      key: ['id'],
      rows: Array.from({ length: 300 }, (_, at) => ({ id: at, user_id: idOf(at % 100) })),
    },
  },
});
writeFileSync(path.join(folder, '.env'), `SUPABASE_URL=${server.address}\nSUPABASE_KEY=${server.keys.service}\n`);
const world = await World.open(folder);
after(async () => {
  await world.close();
  await server.close();
});
const asked = () => server.requests.filter(({ query }) => query.includes('user_id=in.'));
const sums = () => world.rows('select count(*), sum(n) from silver.counts');

test('the rows for what a table has are read after it is built, for its values of that run, by as many as a setting says', async () => {
  await world.do('setup', {});
  const run = await world.run('counted');
  assert.equal(run.state, 'succeeded');
  assert.deepEqual(
    run.steps.map(({ step }) => step.split('.').slice(1).join('.')),
    ['bronze.users', 'silver.counts'],
  );
  assert.deepEqual(
    (await sums()).map((row) => row.map(Number)),
    [[50, 150]],
  );
  assert.equal(asked().length, 3);
  server.put('users', [
    { id: idOf(0), lead_score: 0.1 },
    { id: idOf(99), lead_score: null },
    { id: idOf(98), lead_score: null },
  ]);
  await world.do('settings set', { name: 'config.scoring.batch', value: '60', by: 'ana', reason: 'fewer requests' });
  world.setClock('2026-09-18T06:00:00Z');
  await world.run('counted');
  assert.deepEqual(
    (await sums()).map((row) => row.map(Number)),
    [[51, 153]],
  );
  assert.equal(asked().length, 4);
});

test('where the table has no values nothing is asked, and no row comes', async () => {
  server.put(
    'users',
    Array.from({ length: 100 }, (_, at) => ({ id: idOf(at), lead_score: 0.7 })),
  );
  world.setClock('2026-09-19T06:00:00Z');
  const before = asked().length;
  assert.equal((await world.run('counted')).state, 'succeeded');
  assert.equal(asked().length, before);
  assert.deepEqual(
    (await sums()).map(([count]) => Number(count)),
    [0],
  );
});
