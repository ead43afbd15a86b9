import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { CompareView, ModelsView, VersionShowView } from '../../src/operate/views.ts';
import { me, World, waiting } from './world.ts';

const why = ['--reason', 'seen with sales'];

describe('versions of models, by the command line', { concurrency: 2 }, () => {
  it('a version waits for its tables, then for somebody of the group, and says so with the next command', async () => {
    const world = new World({ release: waiting });
    await world.succeed('setup');
    assert.match(await world.succeed('models'), /never trained\n.*esteira run retrain/);
    const version = await world.trained('train');
    const newest = async () => (await world.ask<ModelsView>('models')).models[0]?.newest;
    assert.equal(version, '20260310_1300');
    assert.deepEqual(
      [(await newest())?.waits, (await newest())?.next],
      ['its rows of analytics.labels are not made', 'esteira run label'],
    );
    assert.equal(await world.refused('models', 'promote', 'usage', version, ...why), 'VERSION_UNUSABLE');
    await world.succeed('run', 'label');
    assert.equal((await newest())?.waits, 'somebody of dados is to approve it');
    assert.equal(await world.refused('models', 'promote', 'usage', version, ...why), 'APPROVAL_NEEDED');
    assert.equal(await world.refused('approve', 'usage'), 'COMMAND_UNKNOWN', 'without a reason');
    assert.equal(await world.champion(), undefined);
    assert.match(await world.succeed('approve', 'usage', ...why), /20260310_1300 is the champion$/m);
    const { champion, moves } = await world.history();
    assert.equal(champion, version);
    assert.deepEqual(
      moves.map(({ from, to, by, reason }) => [from, to, by, reason]),
      [[undefined, version, me, 'seen with sales']],
    );
    assert.equal((await world.rows('select * from analytics.labels')).length, 6);
    assert.equal(await world.refused('approve', 'usage', version, ...why), 'DECIDED_ALREADY');
  });

  it('one that is approved before its tables are made becomes the champion with them', async () => {
    const world = new World({ release: waiting });
    await world.succeed('setup');
    const version = await world.trained('train');
    const approved = await world.ask<{ became: string; waits: string; next: string }>('approve', 'usage', ...why);
    assert.deepEqual([approved.became, approved.next], ['waits', 'esteira run label']);
    assert.equal(await world.champion(), undefined);
    await world.succeed('run', 'label');
    assert.equal(await world.champion(), version);
  });

  it('whoever is not in the group decides nothing; who is rejected is never used', async () => {
    const outside = new World({ release: waiting, group: 'ana' });
    await outside.succeed('setup');
    await outside.trained();
    for (const word of ['approve', 'reject']) assert.equal(await outside.refused(word, 'usage', ...why), 'NOT_ALLOWED');
    assert.equal((await outside.history()).versions[0]?.state, 'candidate');

    const world = new World({ release: waiting });
    await world.succeed('setup');
    const version = await world.trained();
    await world.succeed('reject', 'usage', ...why);
    assert.equal((await world.history()).versions[0]?.waits, `${me} rejected it: seen with sales`);
    assert.equal(await world.refused('models', 'promote', 'usage', version, ...why), 'VERSION_UNUSABLE');
    assert.equal(await world.refused('approve', 'usage', version, ...why), 'DECIDED_ALREADY');
  });

  it('of two people who decide at the same time one is told what the other decided', async () => {
    const world = new World({ release: waiting });
    await world.succeed('setup');
    const version = await world.trained();
    const both = await Promise.all(
      ['approve', 'reject'].map((word) => {
        const words = [word, 'usage', version, ...why, '--json'];
        return world.sandbox.start(words, { env: world.env }).ended;
      }),
    );
    const won = both.findIndex(({ exit }) => exit === 0);
    const lost = both[1 - won];
    assert.equal(both.filter(({ exit }) => exit === 0).length, 1);
    assert.equal(JSON.parse(lost?.out ?? '').error.code, 'DECIDED_ALREADY');
    assert.equal(await world.champion(), won === 0 ? version : undefined);
    assert.equal((await world.history()).versions[0]?.state, won === 0 ? 'released' : 'refused');
  });

  it('who moved is told by the names of the clusters; what differs stands side by side; a rollback brings all back', async () => {
    const world = new World({});
    await world.succeed('setup');
    const first = await world.trained();
    assert.equal(await world.champion(), first, 'nobody is asked');
    await world.succeed('run', 'daily');
    await world.succeed('settings', 'set', 'config.planted.segments', '4');
    await world.succeed('settings', 'set', 'config.shops[web].size', '250');
    const second = await world.trained();
    assert.equal(await world.champion(), second);

    const shown = await world.ask<VersionShowView>('models', 'show', 'usage');
    const store = shown.moved.find(({ member }) => member['shop'] === 'store');
    assert.equal(store?.fresh.length, 1);
    assert.match(store?.fresh[0] ?? '', /^cluster \d+ \('nível 4'\)$/);
    const text = (await world.give(['models', 'show', 'usage'], { COLUMNS: '80' })).out;
    assert.match(text, /is new/);
    assert.match(text, /silhouette: at least 0.5 \(config.planted.silhouette\)/);
    assert.match(text, /11 rows left out without visits/);

    const beside = await world.ask<CompareView>('models', 'compare', 'usage', first, second);
    assert.deepEqual(beside.settings, [
      { name: 'config.planted.segments', a: '3', b: '4' },
      { name: 'config.shops[web].size', a: '200', b: '250' },
    ]);
    assert.deepEqual(beside.rows, { a: 500, b: 550 });
    const clusters = beside.measures.filter(({ measure }) => measure === 'clusters');
    assert.deepEqual(
      clusters.map(({ member, a, b }) => [member['shop'], a, b]),
      [
        ['store', 3, 4],
        ['web', 3, 4],
      ],
    );

    const labels = () => world.rows('select count(*), min(label) from analytics.labels');
    assert.deepEqual(await labels(), [[8, 'nível 1']]);
    assert.equal(await world.refused('models', 'rollback', 'usage', '--instead-of', first, ...why), 'CHAMPION_CHANGED');
    await world.succeed('models', 'rollback', 'usage', '--instead-of', second, '--reason', 'too many move');
    assert.equal(await world.champion(), first);
    assert.deepEqual(await labels(), [[6, 'nível 1']]);
    assert.equal(await world.refused('models', 'promote', 'usage', second, ...why), 'VERSION_UNUSABLE');
    assert.equal(await world.refused('models', 'rollback', 'usage', ...why), 'ROLLBACK_IMPOSSIBLE');
    const third = await world.trained();
    await world.succeed('models', 'rollback', 'usage', ...why);
    assert.equal(await world.champion(), first, 'not to the one that was taken back');
    assert.deepEqual(
      (await world.history()).versions.map(({ version, state }) => [version, state]),
      [
        [third, 'taken back'],
        [second, 'taken back'],
        [first, 'released'],
      ],
    );
    for (const words of [
      ['models'],
      ['models', 'show', 'usage', second],
      ['models', 'compare', 'usage', first, second],
      ['models', 'history', 'usage'],
      ['status'],
    ]) {
      const { out } = await world.give(words, { COLUMNS: '80' });
      assert.deepEqual(
        out.split('\n').filter((line) => line.length > 80),
        [],
        words.join(' '),
      );
    }
  });

  it('a version whose files are gone, cut or others is never chosen, and nothing is decided about it', async () => {
    const world = new World({ release: waiting });
    await world.succeed('setup');
    const first = await world.trained();
    await world.succeed('approve', 'usage', ...why);
    const second = await world.trained();
    const file = (version: string, name: string): string =>
      world.sandbox.file(`data/models/shop.analytics.usage/${version}/${name}`);
    for (const name of ['model.json', 'profile.json', 'rows.parquet', 'version.json']) {
      const bytes = readFileSync(file(second, name));
      for (const spoil of [
        () => rmSync(file(second, name)),
        () => writeFileSync(file(second, name), bytes.subarray(0, 40)),
      ]) {
        spoil();
        assert.equal(await world.refused('approve', 'usage', second, ...why), 'VERSION_BROKEN', name);
        writeFileSync(file(second, name), bytes);
      }
    }
    assert.equal(await world.champion(), first);
    await world.succeed('approve', 'usage', second, ...why);
    writeFileSync(file(first, 'model.json'), '{}');
    assert.match(
      (await world.ask<VersionShowView>('models', 'show', 'usage', first)).broken ?? '',
      /model.json is not what was registered/,
    );
    assert.equal(await world.refused('models', 'rollback', 'usage', ...why), 'VERSION_BROKEN');
    assert.equal(await world.champion(), second, 'nothing was moved');
    const looked = async () => (await world.give(['doctor'])).out.match(/^(.) champions +(.*)$/m)?.slice(1);
    assert.deepEqual(await looked(), ['✓', '1 model, all files as registered']);
    rmSync(file(second, 'rows.parquet'));
    assert.match((await looked())?.join(' ') ?? '', /^✗ analytics.usage 20260310_1400: .*rows.parquet is not there$/);
  });

  it('killed between the move and the views, the next run shows the champion', async () => {
    const world = new World({});
    await world.succeed('setup');
    const first = await world.trained();
    await world.succeed('settings', 'set', 'config.planted.segments', '4');
    await world.trained();
    const killed = await world.give(['models', 'rollback', 'usage', ...why], { ESTEIRA_STOP_AT: 'champion-moved' });
    assert.equal(killed.exit, 137);
    assert.equal(await world.champion(), first);
    await world.succeed('run', 'daily');
    assert.deepEqual(await world.rows('select count(*) from analytics.labels'), [[6]]);
    assert.deepEqual(await world.rows('select distinct model_version from analytics.scores'), [[first]]);
  });

  it('killed between the approval and the move, it is approved, and can be promoted', async () => {
    const world = new World({ release: waiting });
    await world.succeed('setup');
    const version = await world.trained();
    const killed = await world.give(['approve', 'usage', ...why], { ESTEIRA_STOP_AT: 'version-approved' });
    assert.equal(killed.exit, 137);
    assert.equal(await world.champion(), undefined);
    assert.equal(await world.refused('approve', 'usage', version, ...why), 'DECIDED_ALREADY');
    const [one] = (await world.history()).versions;
    assert.equal(one?.next, `esteira models promote analytics.usage ${version} --reason …`);
    await world.succeed('models', 'promote', 'usage', version, ...why);
    assert.equal(await world.champion(), version);
  });
});
