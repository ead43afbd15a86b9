import assert from 'node:assert/strict';
import { test } from 'node:test';
import { postgrest } from '../../src/testing/index.ts';
import { Sandbox } from '../sandbox.ts';

const definitions = `import { byHand, col, env, job, sql, table } from 'esteira';
import { supabase } from 'esteira/supabase';
const app = supabase(env('APP_URL'), env('APP_KEY'));
export const scores = table('users.score', { columns: { id: col.text().key(), score: col.integer() }, write: 'update', rows: sql\`
  select 'ana' as id, 7 as score\`, keptIn: app.keep('users') });
export const daily = job('daily', { when: byHand, build: [scores] });
`;
const environment = (
  name: string,
  more = '',
) => `${name}: { ${more} warehouse: duckdb({ folder: '${name}', threads: 1 }),
  state: sqlite({ file: '${name}/state.sqlite' }), files: folder({ path: 'data' }) },`;
const config = `import { duckdb, folder, project, sqlite } from 'esteira/config';
export default project({ name: 'shop', pipelines: { shop: 'definitions/*.ts' }, standard: 'live',
  environments: { ${environment('live')} ${environment('dev', 'writeBack: false,')} } });
`;

test('an environment that writes nothing back publishes scores, and needs neither address nor key', async () => {
  const app = await postgrest({
    tables: {
      users: { columns: { id: 'text', score: 'integer' }, key: ['id'], rows: [{ id: 'ana', score: null }] },
    },
  });
  try {
    const shop = new Sandbox(
      { 'definitions/shop.ts': definitions, 'esteira.config.ts': config },
      { env: { APP_URL: app.address, APP_KEY: app.keys.service } },
    );
    for (const words of [['setup'], ['run', 'daily']]) {
      const { exit, err } = await shop.start([...words, '--env', 'dev'], { env: { APP_KEY: '' } }).ended;
      assert.equal(exit, 0, err);
    }
    assert.equal(app.requests.length, 0);
    const asked = await shop.run('query', 'select score from users.score', '--env', 'dev', '--json');
    assert.deepEqual(JSON.parse(asked.out).rows, [[7]]);
    await shop.succeed('setup');
    await shop.succeed('run', 'daily');
    assert.deepEqual(JSON.parse(JSON.stringify(app.rows('users'))), [{ id: 'ana', score: 7 }]);
  } finally {
    await app.close();
  }
});
