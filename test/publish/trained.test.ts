import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderStore } from '../../src/adapters/files/store.ts';
import { publishedPlace, readLatest, readMoves } from '../../src/registry/index.ts';
import { Sandbox } from '../sandbox.ts';
import { publishingTo } from './champion.ts';

const definitions = (name: string): string => `import { byHand, col, job, kmeans, model, sql, table } from 'esteira';
export const people = table('silver.people', {
  columns: { id: col.integer().key(), minutes: col.real() },
  rows: sql\`select range as id, range % 7 as minutes from range(20)\`,
});
export const usage = model('analytics.usage', { from: people, features: ['minutes'], learner: kmeans({ clusters: 2 }) });
export const other = model('${name}', { from: people, features: ['minutes'], learner: kmeans({ clusters: 3 }) });
export const retrain = job('retrain', { when: byHand, train: [usage, other] });
`;
const sandboxOf = (name: string): Sandbox =>
  new Sandbox({
    'definitions/shop.ts': definitions(name),
    'esteira.config.ts': publishingTo(`folder({ path: 'published' }), folder({ path: 'copy' })`),
  });

test('a run that makes versions champions has them published when it ends', async () => {
  const sandbox = sandboxOf('analytics.other');
  await sandbox.succeed('setup');
  for (const moves of [1, 2]) {
    const env = { ESTEIRA_NOW: `2026-03-1${moves}T12:00:00Z` };
    assert.equal((await sandbox.start(['run', 'retrain'], { env }).ended).exit, 0);
    for (const folder of ['published', 'copy'])
      for (const name of ['usage', 'other']) {
        const store = folderStore({ path: sandbox.file(folder) });
        const place = publishedPlace(`shop.analytics.${name}`);
        const latest = await readLatest(store, place);
        assert.ok(latest.is === 'whole');
        assert.deepEqual([latest.move?.number, latest.move?.to], [moves, latest.version]);
        assert.deepEqual(Object.keys(latest.parts).toSorted(), ['model.json', 'profile.json'], 'no training rows');
        assert.match(String((await readMoves(store, place))[moves - 1]?.reason), /trained by retrain/);
      }
  }
  await sandbox.succeed('models', 'rollback', 'analytics.usage', '--reason', 'worse on Mondays');
  const store = folderStore({ path: sandbox.file('copy') });
  const back = await readLatest(store, publishedPlace('shop.analytics.usage'));
  assert.ok(back.is === 'whole' && back.move);
  assert.deepEqual([back.move.number, back.version, back.move.reason], [3, '20260311_1200', 'worse on Mondays']);
  const out = String(await sandbox.succeed('publish', '--json'));
  assert.deepEqual(new Set(JSON.parse(out).models.map(({ state }: { state: string }) => state)), new Set(['there']));
});

test('two models that stores could not tell apart are refused before anything is done', async () => {
  const { exit, err } = await sandboxOf('silver.usage').run('status');
  assert.equal(exit, 2);
  assert.match(
    err,
    /DEFINITION_INVALID: Two models would be published as usage\.\n +where +model .*shop\.ts:\d\n +got +shop\.\w+\.usage, shop\.\w+\.usage/,
  );
});
