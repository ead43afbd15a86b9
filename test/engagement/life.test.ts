import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { tamper } from '../run/support/compare.ts';
import { Desk, lastDate } from './desk.ts';

const retraining = 'config.sp_executar_retreinamento';

let untrained: Desk;
let trained: Desk;
before(async () => {
  untrained = Desk.inside();
  await untrained.plant({ users: 300 });
  await untrained.succeed('setup');
  trained = untrained.copyInto(Desk.inside());
  await trained.retrain();
});
const open = (desk = trained): Desk => desk.copyInto(Desk.inside());
/** The cube as it is: equal where nothing of it has changed. */
const cube = async (desk: Desk): Promise<string> => {
  const rows = await desk.rows(
    `select nivel, granularidade, entidade_id, frequencia, minutos, centroid_id, distance, label, model_version
      from analytics.cubo_engajamento order by 1, 2, 3`,
  );
  return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
};
const counted = (desk: Desk) =>
  desk.rows(
    'select nivel, count(distinct entidade_id), count(distinct granularidade) from analytics.cubo_engajamento group by 1 order by 1',
  );
const nextDay = { ESTEIRA_NOW: '2026-10-02T12:00:00Z' };

describe('classifying', { concurrency: 2 }, () => {
  test('without a model is refused, naming the job to run; nothing is trained by it', async () => {
    const desk = open(untrained);
    const { exit, err } = await desk.classify();
    assert.equal(exit, 3, err);
    assert.match(err, new RegExp(`^MODEL_MISSING.*\\n.*\\n {2}next +esteira run ${RegExp.escape(retraining)}`));
    assert.deepEqual(await counted(desk), []);
    assert.deepEqual(await desk.rows('select count(*) from analytics.kmeans_engajamento'), [[0]]);
  });

  test('a level that is switched off leaves the cube; switched on, it needs a model of its own', async () => {
    const desk = open();
    assert.equal((await desk.classify()).exit, 0);
    assert.deepEqual(await counted(desk), [
      ['equipe', 120, 2],
      ['usuario', 300, 2],
    ]);
    await desk.succeed('settings', 'set', 'config.niveis[equipe].ativo', 'false');
    assert.equal((await desk.classify('--again')).exit, 0);
    assert.deepEqual(await counted(desk), [['usuario', 300, 2]]);
    await desk.succeed('settings', 'set', 'config.niveis[equipe].ativo', 'true');
    assert.equal((await desk.classify('--again')).exit, 0);
    assert.deepEqual((await counted(desk))[0], ['equipe', 120, 2]);
    const former = await cube(desk);
    await tamper(desk.folder, 'engajamento', "update config.niveis set ativo = true where nivel = 'empresa'");
    const refused = await desk.classify('--again');
    assert.match(refused.err, /MODEL_MEMBER_MISSING.*got +nivel empresa, granularidade mes/s);
    assert.match(refused.out + refused.err, /config\.niveis\[empresa\]\.ativo was changed by SQL: false → true/);
    assert.equal(await cube(desk), former, 'the cube is as it was');
  });

  test('with a model that was trained with other settings goes on, and says that retraining is due, until it is done', async () => {
    const desk = open();
    await desk.succeed('settings', 'set', 'config.parametros_engajamento.periodo_dias', '80');
    const { exit, out, err } = await desk.classify();
    assert.equal(exit, 0, err);
    assert.match(out + err, /trained with config\.parametros_engajamento\.periodo_dias 90, now 80: retraining is due/);
    const again = await desk.give(['run', retraining], nextDay);
    assert.equal(again.exit, 0, again.err);
    const after = await desk.classify('--again');
    assert.doesNotMatch(after.out + after.err, /retraining is due/);
    await desk.succeed('settings', 'set', 'config.granularidades[semana].dias', '14');
    const other = await desk.classify('--again');
    assert.match(other.out + other.err, /config\.granularidades.*retraining is due/);
  });

  test('reads what an analyst has set in SQL: an invalid value stops it, naming the row, and the cube stays', async () => {
    const desk = open();
    assert.equal((await desk.classify()).exit, 0);
    const former = await cube(desk);
    await tamper(desk.folder, 'engajamento', "update config.granularidades set dias = 0 where granularidade = 'mes'");
    const { exit, err } = await desk.classify('--again');
    assert.equal(exit, 2);
    assert.match(
      err,
      /^SETTING_INVALID: The setting config\.granularidades\[mes\]\.dias .*\n.*\n {2}got +0\n {2}allowed min 1/,
    );
    assert.equal(await cube(desk), former);
  });
});

test('the halves of a retraining run alone: a version waits for its labels, and classifying goes on with the old pair', async () => {
  const desk = open();
  assert.equal((await desk.classify()).exit, 0);
  const former = await cube(desk);
  await desk.succeed('settings', 'set', 'config.parametros_engajamento.periodo_dias', '60');
  const again = await desk.give(['run', 'config.sp_treinar_modelos'], nextDay);
  assert.equal(again.exit, 0, again.err);
  await desk.succeed('settings', 'set', 'config.parametros_engajamento.periodo_dias', '90');
  const versions = async () =>
    (await desk.rows('select distinct model_version from analytics.cubo_engajamento')).map(([version]) => version);
  const pair = async () =>
    await desk.rows(
      'select count(*), count(distinct (nivel, granularidade, centroid_id)) from analytics.mapeamento_labels_engajamento',
    );
  assert.equal((await desk.classify('--date', lastDate, '--again')).exit, 0);
  assert.equal(await cube(desk), former);
  assert.deepEqual(await versions(), ['20261001_1200']);
  assert.deepEqual(await pair(), [[20, 20]]);
  const labelled = await desk.give(['run', 'config.sp_gerar_labels'], nextDay);
  assert.equal(labelled.exit, 0, labelled.err);
  assert.equal((await desk.classify('--date', lastDate, '--again')).exit, 0);
  assert.deepEqual(await versions(), ['20261002_1200']);
  assert.deepEqual(await pair(), [[20, 20]]);
});
