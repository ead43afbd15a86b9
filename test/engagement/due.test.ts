import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelsView, MonitorsView, StatusView } from '../../src/operate/views.ts';
import { Desk } from './desk.ts';

const verdicts = async (desk: Desk) =>
  (await desk.ask<MonitorsView>('monitors')).monitors.map(({ last }) => last?.verdict).toSorted();
const due = async (desk: Desk) =>
  (await desk.ask<StatusView>('status')).retrain.flatMap(({ due: all }) => all.map(({ why }) => why));

test('people who spend more time than those of the training raise both monitors; the same people raise none; nothing is trained', async () => {
  const [usual, more] = [Desk.inside(), Desk.inside()];
  await usual.plant();
  await usual.succeed('setup');
  await usual.retrain();
  await usual.succeed('run', 'config.sp_classificar_cubo');
  assert.deepEqual(await verdicts(usual), ['held', 'held']);
  assert.deepEqual(await due(usual), []);

  // The same people 90 days later: what they do is drawn anew.
  await usual.plant({ lastDate: '2026-12-29' });
  const later = { ESTEIRA_NOW: '2026-12-30T12:00:00Z' };
  const classified = await usual.give(['run', 'config.sp_classificar_cubo'], later);
  assert.equal(classified.exit, 0, classified.err);
  assert.deepEqual(await verdicts(usual), ['held', 'held']);

  await more.plant();
  await more.succeed('setup');
  await more.retrain();
  await more.plant({ lastDate: '2026-12-29', drift: 0.5 });
  assert.equal((await more.give(['run', 'config.sp_classificar_cubo'], later)).exit, 0);
  const told = (await more.ask<MonitorsView>('monitors')).monitors.map(({ last }) => last?.what).join('\n');
  assert.deepEqual(await verdicts(more), ['broken', 'broken'], told);
  const status = await more.give(['status'], { ...later, COLUMNS: '80' });
  assert.match(status.out, /kmeans_engajamento is due to be trained again\n {2}retrain +the monitor "en/);
  const { models } = await more.ask<ModelsView>('models');
  assert.equal(models[0]?.newest, undefined);
});
