import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Level } from '../../pipelines/engagement/data/generate.ts';
import { seeds } from '../run/support/rounds.ts';
import { clusters, trainedAgain } from './again.ts';
import { Desk, lastDate } from './desk.ts';

test('trained again on the same data with other seeds nobody moves to another cluster', async () => {
  const times = seeds(4).length;
  const { rows, differences } = await trainedAgain(times);
  assert.deepEqual(differences, []);
  assert.equal(rows, 2 * (300 + 120));
});

test('a segment that is new has a cluster that is new; those that go on keep their numbers', async () => {
  const desk = new Desk();
  const manifest = await desk.plant({ users: 600 });
  await desk.succeed('setup');
  await desk.retrain('--date', lastDate);
  assert.equal((await desk.classify('--date', lastDate)).exit, 0);
  const before = await clusters(desk);
  const later = '2026-12-29';
  const planted = await desk.plant({ users: 600, lastDate: later, newSegment: true });
  const env = { ESTEIRA_NOW: '2026-12-30T12:00:00Z' };
  const told: string[] = [];
  for (const job of ['config.sp_executar_retreinamento', 'config.sp_classificar_cubo']) {
    const { exit, out, err } = await desk.start(['run', job, '--date', later], { env }).ended;
    assert.equal(exit, 0, err);
    told.push(out + err);
  }
  const moves = "\\d+ rows? go(?:es)? from '[a-z ]+' to '[a-z ]+'";
  assert.match(
    told[0] ?? '',
    new RegExp(`nivel usuario, granularidade mes: ${moves}; .*cluster \\d+ \\('[a-z ]+'\\) is new`),
  );
  const now = await clusters(desk);
  const news = await desk.rows(
    `select nivel, centroid_id from analytics.kmeans_engajamento where was is null and granularidade = 'semana'
      and model_version = (select max(model_version) from analytics.kmeans_engajamento)`,
  );
  for (const level of ['usuario', 'equipe'] as const satisfies readonly Level[]) {
    const { ids, segments } = planted.levels[level];
    const newcomers = ids.filter((_, at) => segments[at] === '5');
    const isIn = (cluster: unknown) => (id: string) => now.get(`${level} semana ${id}`) === cluster;
    const shares = news
      .filter(([of]) => of === level)
      .map(([, cluster]) => [cluster, newcomers.filter(isIn(cluster)).length / newcomers.length] as const);
    const [cluster] = shares.find(([, share]) => share > 0.95) ?? [];
    assert.ok(cluster !== undefined, `${level}: ${JSON.stringify(shares)}`);
    const others = manifest.levels[level].ids.filter(isIn(cluster));
    assert.ok(others.length < 0.03 * ids.length, `${level}: ${others.length} of the others`);
    const names = manifest.levels[level].ids.map((id) => `${level} semana ${id}`);
    const kept = names.filter((name) => now.get(name) === before.get(name)).length;
    assert.ok(kept / names.length > 0.6, `${level}: ${kept} of ${names.length} keep their cluster`);
  }
});
