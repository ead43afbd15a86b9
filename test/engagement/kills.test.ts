import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Desk } from './desk.ts';

const retraining = 'config.sp_executar_retreinamento';
/** Where a retraining has done something that it has not done before; the second of a step is the labels'. */
const before = ['version', 'kept', 'registered', 'before-intent@4', 'written@2', 'committed@2'];
/** From the first of these on the new pair is in use. */
const since = ['moved', 'shown', 'before-finish', 'finished'];

/** Labels, the clusters they name, and the versions that both are of; of the cube its version and how many rows have no label. */
async function pair(desk: Desk) {
  const [[rows, named, ...cube] = []] = await desk.rows(
    `select labels.*, cube.* from
      (select count(*), count(distinct (nivel, granularidade, centroid_id)) from analytics.mapeamento_labels_engajamento) as labels,
      (select string_agg(distinct model_version), count(*), count(*) - count(label), count(distinct label) from analytics.cubo_engajamento) as cube`,
  );
  return { labels: [rows, named], cube };
}

test('a retraining that is killed anywhere leaves the old pair of models and labels, or the new one; it goes on to the new one', async () => {
  const first = Desk.inside();
  await first.plant({ users: 300 });
  await first.succeed('setup');
  await first.retrain();
  assert.equal((await first.classify()).exit, 0);
  const rows = 840;
  for (const point of [...before, ...since]) {
    const desk = first.copyInto(Desk.inside());
    const env = { ESTEIRA_NOW: '2026-10-02T12:00:00Z' };
    const killed = await desk.give(['run', retraining], { ...env, ESTEIRA_STOP_AT: point });
    assert.equal(killed.exit, 137, `${point}: ${killed.err}${killed.out}`);
    const classified = await desk.classify('--date', '2026-09-30', '--again');
    assert.equal(classified.exit, 0, `${point}: ${classified.err}`);
    const { labels, cube } = await pair(desk);
    const [version = ''] = cube;
    assert.ok(['20261001_1200', '20261002_1200'].includes(String(version)), `${point}: ${version}`);
    assert.equal(version === '20261002_1200', since.includes(point), `${point}: ${version}`);
    assert.deepEqual({ labels, cube }, { labels: [20, 20], cube: [version, rows, 0, 5] }, point);
    const resumed = await desk.give(['run', retraining], env);
    assert.equal(resumed.exit, 0, `${point}: ${resumed.err}`);
    assert.equal((await desk.classify('--date', '2026-09-30', '--again')).exit, 0);
    assert.deepEqual(await pair(desk), { labels: [20, 20], cube: ['20261002_1200', rows, 0, 5] }, point);
  }
});
