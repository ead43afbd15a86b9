import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { folderStore } from '../../../src/adapters/files/store.ts';
import { latestPath, readLatestText, readSettingsText, settingsPath } from '../../../src/serve/tables/index.ts';
import { config } from '../../errors/case.ts';
import { Sandbox } from '../../sandbox.ts';
import { definitions, folder, table } from './world.ts';

/** What a process of the endpoint would find. */
async function seen(sandbox: Sandbox): Promise<{ sequence: number; files: number; share: string | undefined }> {
  const store = folderStore({ path: sandbox.file('data') });
  const found = readLatestText(await store.read(latestPath('shop', table)));
  const settings = await store.read(settingsPath('shop'));
  const latest = found.is === 'whole' ? found.latest : undefined;
  assert.notEqual(found.is, 'broken');
  if (latest) assert.ok(await store.read(latest.path), 'the rows are there before they are pointed to');
  return {
    sequence: latest?.sequence ?? 0,
    files: (await store.below(folder, 99)).length,
    share: settings && readSettingsText(settings).values['shop.config.limits.share'],
  };
}

test('a process that is killed at any of its points leaves the rows before or the rows after, and the next command goes on', async () => {
  const sandbox = new Sandbox({ 'definitions/shop.ts': definitions, ...config({}) });
  await sandbox.succeed('setup');
  let round = 0;
  const deliver = (): void => {
    round += 1;
    writeFileSync(sandbox.file(`data/items/${round}.jsonl`), `{"id":"a","round":${round},"seven":7,"half":1.5}\n`);
  };
  sandbox.write({ 'data/items/0.jsonl': '{"id":"a","round":0,"seven":7,"half":1.5}\n' });
  await sandbox.succeed('run', 'daily');
  assert.deepEqual(await seen(sandbox), { sequence: 1, files: 2, share: '0.5' });
  for (const point of ['rows-exported@1', 'rows-kept@1', 'rows-latest@1', 'former-rows-removed@1']) {
    const before = await seen(sandbox);
    deliver();
    const killed = await sandbox.start(['run', 'daily', '--again'], { env: { ESTEIRA_STOP_AT: point } }).ended;
    assert.equal(killed.exit, 137, `${point}: ${killed.out}${killed.err}`);
    const after = before.sequence + 1;
    const isThere = !/exported|kept/.test(point);
    assert.equal((await seen(sandbox)).sequence, isThere ? after : before.sequence, point);
    await sandbox.succeed('publish');
    assert.deepEqual(await seen(sandbox), { ...before, sequence: after, files: before.files + 1 }, point);
  }
  const words = ['settings', 'set', 'config.limits.share', '0.25', '--reason', 'less'];
  const killed = await sandbox.start(words, { env: { ESTEIRA_STOP_AT: 'values-published@1' } }).ended;
  assert.equal(killed.exit, 137);
  assert.equal((await seen(sandbox)).share, '0.25');
});
