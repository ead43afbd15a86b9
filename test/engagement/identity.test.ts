import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Level } from '../../pipelines/engagement/data/generate.ts';
import { Desk, lastDate } from './desk.ts';

const seeded = (text: string): string => text.replace('seed: 42', "seed: Number(process.env['SEED'] ?? 42)");
const after = (days: number): string =>
  Temporal.Instant.from('2026-10-01T12:00:00Z')
    .add({ hours: 24 * days })
    .toString();

/** By level, granularity and entity: its cluster. */
async function clusters(desk: Desk): Promise<ReadonlyMap<string, number>> {
  const rows = await desk.rows('select nivel, granularidade, entidade_id, centroid_id from analytics.cubo_engajamento');
  return new Map(rows.map(([level, granularity, id, cluster]) => [`${level} ${granularity} ${id}`, Number(cluster)]));
}

test('trained again on the same data with twenty other seeds nobody moves to another cluster', async () => {
  const desk = new Desk(seeded);
  await desk.plant({ users: 300 });
  await desk.succeed('setup');
  const told: string[] = [];
  const with_ = async (seed: number) => {
    const env = { SEED: `${seed}`, ESTEIRA_NOW: after(seed) };
    for (const job of ['config.sp_executar_retreinamento', 'config.sp_classificar_cubo']) {
      const { exit, out, err } = await desk.start(['run', job, '--date', lastDate, '--again'], { env }).ended;
      assert.equal(exit, 0, err);
      told.push(...(`${out}${err}`.match(/nobody moves to another cluster/g) ?? []));
    }
    return clusters(desk);
  };
  const first = await with_(0);
  assert.equal(first.size, 2 * (300 + 120));
  for (let seed = 1; seed <= 20; seed += 1) {
    const now = await with_(seed);
    const moved = [...first].filter(([name, cluster]) => now.get(name) !== cluster);
    assert.deepEqual(moved, [], `seed ${seed}`);
  }
  assert.equal(told.length, 20, 'each retraining but the first says that nobody moves');
  const [[versions, numbers, without] = []] = await desk.rows(
    'select count(distinct model_version), count(distinct centroid_id), sum((was is null)::int) from analytics.kmeans_engajamento',
  );
  assert.deepEqual([versions, numbers, without], [21, 5, 20], 'only the centroids of the first have no number before');
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
