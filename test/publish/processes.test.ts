import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { folderStore } from '../../src/adapters/files/store.ts';
import { publishedPlace, readLatest, readMoves } from '../../src/registry/index.ts';
import { secret, WebhookSink } from '../alerts/sinks.ts';
import { Sandbox } from '../sandbox.ts';
import { endOwners, Owner, setClock } from '../schedule/owner.ts';
import { champion, model, publishingTo, versionOf } from './champion.ts';

const place = publishedPlace(model);
const instant = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const definitions = `import { atMost, byHand, col, job, monitor, sql, table, unpublished } from 'esteira';
export const numbers = table('silver.numbers', { columns: { n: col.integer().key() }, rows: sql\`select 1 as n\` });
export const daily = job('daily', { when: byHand, build: [numbers] });
export const owed = monitor('modelos publicados', { expect: atMost(unpublished(), '15 minutes'), every: '*/5 * * * *', tell: 'plantao' });
`;
const channels = `\n  channels: { plantao: [webhook({ url: env('HOOK_URL'), secret: env('HOOK_SECRET') })] },`;

describe('publishing by processes', () => {
  const hook = new WebhookSink();
  before(async () => void (await hook.open()));
  after(async () => {
    await endOwners();
    await hook.close();
  });
  async function project(): Promise<Sandbox> {
    const sandbox = new Sandbox({
      'definitions/shop.ts': definitions,
      'esteira.config.ts': publishingTo(`folder({ path: 'published' })`, channels),
      '.env': `HOOK_URL=${hook.url}\nHOOK_SECRET=${secret}\n`,
    });
    await sandbox.succeed('setup');
    return sandbox;
  }
  const seen = async (sandbox: Sandbox) => {
    const store = folderStore({ path: sandbox.file('published') });
    const found = await readLatest(store, place);
    const moves = (await readMoves(store, place)).map(({ number, to }) => `${number} ${to}`);
    return { latest: found.is === 'whole' ? found.version : found.is, moves };
  };
  const both = { latest: versionOf(2), moves: [`1 ${versionOf(1)}`, `2 ${versionOf(2)}`] };

  test('killed at each of its points, the next command goes on', async () => {
    for (const point of [
      'move-published@1',
      'version-published@1',
      'move-published@2',
      'version-published@2',
      'latest-published@1',
    ]) {
      const sandbox = await project();
      await champion(sandbox, 1);
      await champion(sandbox, 2);
      const killed = await sandbox.start(['publish'], { env: { ESTEIRA_STOP_AT: point } }).ended;
      assert.equal(killed.exit, 137, `${point}: ${killed.out}${killed.err}`);
      const between = (await seen(sandbox)).latest;
      assert.equal(between, point.startsWith('latest') ? versionOf(2) : 'none', point);
      await sandbox.succeed('publish');
      assert.deepEqual(await seen(sandbox), both, point);
    }
  });

  test('a run says what is owed, who keeps the schedules is told when it is owed for long, and when it is there', async () => {
    const sandbox = await project();
    setClock(sandbox.folder, instant('2025-07-14T03:01:00Z'));
    await champion(sandbox, 1);
    await champion(sandbox, 2);
    // A file where the folder is to be.
    writeFileSync(sandbox.file('published'), 'in the way');
    const run = await sandbox.run('run', 'daily');
    assert.equal(run.exit, 0, 'the run is what it is');
    assert.match(
      run.out + run.err,
      /analytics\.ltr is not published to folder yet: FILE_UNUSABLE: .* `esteira publish`/s,
    );
    const status = await sandbox.run('status');
    assert.match(
      status.out,
      /Owed to stores of models.*analytics\.ltr to folder, since .*FILE_UNUSABLE.*next +esteira publish/s,
    );
    const doctor = await sandbox.run('doctor');
    assert.match(doctor.out, /models in folder .*owed since .*FILE_UNUSABLE/s);
    const owner = new Owner(sandbox.folder);
    const until = async (what: string, isSo: () => boolean): Promise<void> => {
      for (const late = performance.now() + 30_000; !isSo(); await sleep(20))
        if (performance.now() > late) throw new Error(`not ${what}: ${owner.err}`);
    };
    await until('owed', () => owner.err.includes('analytics.ltr is owed to folder'));
    setClock(sandbox.folder, instant('2026-12-01T03:40:00Z'));
    await until('told', () => hook.calls.length === 1);
    const { kind, figure } = hook.calls[0]?.notice ?? {};
    assert.equal(kind, 'raised');
    assert.match(figure?.what ?? '', /^analytics\.ltr in folder has been owed for .*; at most 15 min is expected$/);
    assert.match(figure?.facts.join() ?? '', /it has none; tried \d+ times since .*FILE_UNUSABLE/);
    rmSync(sandbox.file('published'));
    // Time goes on: an attempt may have begun before the folder could be made.
    let now = instant('2026-12-01T03:46:00Z');
    const passes = (): void => {
      now = now.add({ seconds: 30 });
      setClock(sandbox.folder, now);
    };
    await until('published', () => {
      passes();
      return owner.err.includes(`${versionOf(2)} of analytics.ltr is published to folder`);
    });
    await until('told that it is over', () => {
      passes();
      return hook.calls.length === 2;
    });
    assert.equal(hook.calls[1]?.notice.kind, 'over');
    assert.deepEqual(await seen(sandbox), both);
    owner.signal('SIGTERM');
    await owner.ended;
  });
});
