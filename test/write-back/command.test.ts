import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DiffView, LineageView, PlanView, WriteBackView } from '../../src/operate/views.ts';
import { type Postgrest, postgrest } from '../../src/testing/index.ts';
import { Sandbox } from '../sandbox.ts';

const definitions = `import { byHand, col, env, job, sql, table } from 'esteira';
import { postgres } from 'esteira/postgres';
import { supabase } from 'esteira/supabase';
const app = supabase(env('APP_URL'), env('APP_KEY'));
const columns = { id: col.text().key(), score: col.integer() };
export const scores = table('users.score', { columns, write: 'update', keptIn: app.keep('users'),
  rows: sql\`select 'ana' as id, 7 as score union all select 'rui', 3\` });
export const other = table('users.other', { columns, write: 'update', keptIn: postgres(env('DESK_URL')).keep('users'),
  rows: sql\`select 'ana' as id, 7 as score\` });
export const plain = table('users.plain', { columns, rows: sql\`select 'ana' as id, 7 as score\` });
export const daily = job('daily', { when: byHand, build: [scores] });
`;
const environment = (name: string): string => `${name}: { warehouse: duckdb({ folder: '${name}', threads: 1 }),
  state: sqlite({ file: '${name}/state.sqlite' }), files: folder({ path: 'data' }) },`;
const config = `import { duckdb, folder, project, sqlite } from 'esteira/config';
export default project({ name: 'shop', pipelines: { shop: 'definitions/*.ts' }, standard: 'live',
  environments: { ${environment('live')} ${environment('dev')} } });
`;

const users = {
  users: {
    columns: { id: 'text', score: 'integer' },
    key: ['id'],
    rows: ['ana', 'rui'].map((id) => ({ id, score: null })),
  },
} as const;
let app: Postgrest;
let shop: Sandbox;
before(async () => {
  app = await postgrest({ tables: users });
  const env = { APP_URL: app.address, APP_KEY: app.keys.service, DESK_URL: 'postgres://nowhere.invalid/app' };
  shop = new Sandbox({ 'definitions/shop.ts': definitions, 'esteira.config.ts': config }, { env, inside: true });
  for (const words of [['setup'], ['setup', '--env', 'dev']]) await shop.succeed(...words);
});
after(() => app.close());
const refused = async (...words: readonly string[]): Promise<string> => {
  const { exit, out, err } = await shop.run(...words);
  assert.equal(exit, 2, out + err);
  return err;
};

describe('esteira write-back --sql', () => {
  test('prints the function that makes it quick, with the types that the API tells, and writes nothing', async () => {
    const printed = await shop.succeed('write-back', 'users.score', '--sql');
    assert.match(
      printed,
      /^create or replace function "public"\."esteira_update_users_[0-9a-f]{8}"\(jsonb\) returns jsonb$/m,
    );
    assert.match(printed, /security invoker set search_path = pg_catalog, "public"/);
    assert.match(printed, /jsonb_to_recordset\(\$1\) as \("id" text, "score" integer\)/);
    const { sql } = await shop.ask<WriteBackView>('write-back', 'users.score', '--sql');
    assert.equal(printed.trim(), sql?.trim());
    assert.deepEqual([...app.writes('users').values()].filter(Boolean), []);
  });

  test('says that nothing is needed of a table that is kept in Postgres, without going there', async () => {
    assert.equal((await shop.succeed('write-back', 'users.other', '--sql')).trim(), 'Nothing is needed there.');
  });

  test('prints no function for whoever is refused: it would be another one than a run looks for', async () => {
    const { exit, out, err } = await shop.start(['write-back', 'users.score', '--sql'], { env: { APP_KEY: 'wrong' } })
      .ended;
    assert.notEqual(exit, 0);
    assert.equal(out, '');
    assert.match(err, /^SOURCE_REFUSED: [\s\S]*Invalid API key/);
  });

  test('names the tables that are kept elsewhere where another one is asked for', async () => {
    assert.match(await refused('write-back', 'users.plain', '--sql'), /allowed +users\.other, users\.score/);
    assert.match(await refused('write-back', 'users.nobody', '--sql'), /NAME_UNKNOWN: Nothing is called users\.nobody/);
    assert.match(await refused('write-back', 'users.score_receipts', '--sql'), /NAME_UNKNOWN/);
  });
});

test('a plan says of receipts that rows are not written there yet, and nothing when they are', async () => {
  const why = async (): Promise<readonly (readonly string[])[]> => {
    const { steps } = await shop.ask<PlanView>('plan', 'daily');
    return steps.map(({ label, kind, mode, why: because }) => [label, kind, mode, because]);
  };
  const view = ['users.score_batches', 'view', 'view', 'shows its tables'];
  assert.deepEqual(await why(), [
    ['users.score', 'table', 'replace', 'never built'],
    ['users.score_receipts', 'delivery', 'append', 'never built'],
    view,
  ]);
  await shop.succeed('run', 'daily', '--select', 'users.score');
  assert.deepEqual((await why()).slice(0, 2), [
    ['users.score', 'table', 'replace', 'nothing new'],
    ['users.score_receipts', 'delivery', 'append', 'never built'],
  ]);
  await shop.succeed('run', 'daily');
  assert.deepEqual((await why())[1], ['users.score_receipts', 'delivery', 'append', 'nothing new']);
  assert.match(await shop.succeed('plan', 'daily'), /^users\.score_receipts +append +nothing new$/m);
});

test('the lineage of receipts goes from the rows that they are of to their batches, the key from its column', async () => {
  const lineage = (name: string) => shop.ask<LineageView>('lineage', name);
  const names = (branches: LineageView['from']) => branches.map(({ name, kind }) => [name, kind]);
  const { kind, from, into } = await lineage('users.score_receipts');
  assert.deepEqual(
    [kind, names(from), names(into)],
    ['receipts', [['users.score', 'table']], [['users.score_batches', 'view']]],
  );
  const key = await lineage('users.score_receipts.id');
  assert.deepEqual(names(key.from), [['users.score.id', 'table']]);
  const status = await lineage('users.score_receipts.status');
  assert.deepEqual(status.from, []);
  assert.deepEqual(
    status.into.map(({ name }) => name),
    ['users.score_batches.sent', 'users.score_batches.unchanged', 'users.score_batches.failed'],
  );
});

test('receipts of two environments differ by what became of rows, and not by when, by which run and how fast', async () => {
  const another = await postgrest({ tables: users });
  try {
    const env = { APP_URL: another.address, APP_KEY: another.keys.service };
    const deliver = async (...more: readonly string[]): Promise<void> => {
      const { exit, out, err } = await shop.start(['run', 'daily', '--env', 'dev', ...more], { env }).ended;
      assert.equal(exit, 0, out + err);
    };
    const differ = async (table: string): Promise<DiffView> => {
      const { out } = await shop.run('diff', table, '--against', 'dev', '--json');
      return JSON.parse(out) as DiffView;
    };
    await deliver();
    for (const table of ['users.score_receipts', 'users.score_batches']) {
      const { equal, schema } = await differ(table);
      assert.deepEqual([equal, schema], [true, []]);
    }
    await deliver('--again');
    const { equal, rows } = await differ('users.score_receipts');
    assert.deepEqual([equal, rows.onlyHere, rows.onlyThere], [false, 0, 2]);
  } finally {
    await another.close();
  }
});
