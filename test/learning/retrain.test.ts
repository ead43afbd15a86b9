import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelsView, RetrainView } from '../../src/operate/views.ts';
import { Sandbox } from '../sandbox.ts';

/** Ten rows a day since January; from the fifth of April on demand falls. What was forecast says nothing of that. */
const definitions = `
import { alerted, atLeast, atMost, byHand, col, cron, failures, fn, job, linearRegression, mape, model, monitor, noWorse, sql, table } from 'esteira';
const columns = { id: col.integer().key(), day: col.date(), price: col.real(), units: col.real(), forecast: col.real() };
export const daily = table('silver.daily', { columns, rows: sql\`
  select id, day, price, case when day < date '2026-04-05' then 100 - 5 * price else 40 - price end + (id * 37 % 11) / 10.0 as units, 100 - 5 * price as forecast
  from (select cast(range as integer) as id, date '2026-01-01' + cast(range / 10 as integer) as day, 1.0 + (range * 7) % 10 as price from range(1200))\` });
export const learned = table('gold.learned', { columns, rows: sql\`select * from \${daily} where \${fn.lastDays('day', 30)}\` });
export const demand = model('gold.demand', {
  from: learned, features: ['price'], target: 'units', learner: linearRegression(), holdOut: { last: '10 days', by: 'day' }, gate: [noWorse('rmse', 0.2)],
});
export const far = monitor('MAPE acima de 20 %', { expect: atMost(mape(daily, { actual: 'units', predicted: 'forecast', over: { last: '5 days', at: 'day' } }), 0.2) });
export const build = job('build', { when: cron('0 3 * * *', { date: 'the day before' }), build: [daily] });
export const failed = monitor('falhou', { expect: atMost(failures(build), 0) });
export const retreino = job('retreino', { when: [cron('0 7 1 * *', { date: 'the day before' }), alerted(far), alerted(failed)], coolDown: '14 days', blackout: ['2026-05-01'], train: [demand] });
`;
const config = `import { duckdb, folder, project, sqlite } from 'esteira/config';
export default project({ name: 'shop', pipelines: { shop: 'definitions/*.ts' }, standard: 'local', environments: { local: {
  warehouse: duckdb({ folder: 'warehouse', threads: 1 }), state: sqlite({ file: 'warehouse/state.sqlite' }), files: folder({ path: 'data' }),
} } });
`;

test('a preview says on which days a job would have trained, and whether the model of then would have won; nothing is kept', async () => {
  const project = new Sandbox(
    { 'definitions/shop.ts': definitions, 'esteira.config.ts': config },
    { env: { ESTEIRA_NOW: '2026-05-03T12:00:00Z' } },
  );
  await project.succeed('setup');
  await project.succeed('run', 'build');
  const view = await project.ask<RetrainView>('retrain', 'retreino', '--preview', '--days', '60');
  assert.deepEqual(
    view.fires.map(({ on, date, cause, waited }) => [on, date, cause, waited]),
    [
      ['2026-04-01', '2026-03-31', '0 7 1 * * UTC', undefined],
      // The alert still stands: it is for the newest day.
      ['2026-04-15', '2026-04-14', 'alert MAPE acima de 20 %', 'cool-down until 2026-04-15'],
      ['2026-04-29', '2026-04-28', 'alert MAPE acima de 20 %', 'cool-down until 2026-04-29'],
      ['2026-05-02', '2026-04-30', '0 7 1 * * UTC', 'blackout day'],
    ],
  );
  const [usual, late] = [view.trials[0], view.trials.at(-1)];
  assert.deepEqual([usual?.passed, usual?.beside], [true, '2026-03-03']);
  const rmse = (trial: typeof late) => trial?.limits?.find(({ measure }) => measure === 'rmse')?.members[0];
  assert.ok(Math.abs((rmse(usual)?.value ?? 9) - (rmse(usual)?.champion ?? 0)) < 0.1);
  assert.equal(late?.passed, true);
  assert.ok((rmse(late)?.value ?? 0) < (rmse(late)?.champion ?? 0) / 1.2, JSON.stringify(rmse(late)));
  const [mape, failed] = view.monitors;
  assert.ok((mape?.held ?? 0) >= 30 && (mape?.broken ?? 0) >= 20);
  assert.match(failed?.why ?? '', /^failures is not known of a day that is over$/);
  const { models } = await project.ask<ModelsView>('models');
  assert.deepEqual(
    models.map(({ champion, newest }) => champion ?? newest),
    [undefined],
  );

  const text = await project.succeed('retrain', 'retreino', '--preview', '--days', '60');
  assert.match(
    text.replace(/\s+/g, ' '),
    /it would have begun 4 times, and \d of 4 trainings would have passed the gate/,
  );
  assert.match(text, /falhou: not looked at, failures is not known of a day that is over/);
  assert.match(text.replace(/\s+/g, ' '), /2026-05-02, for 2026-04-30: .*passes its gate beside that of 2026-/);

  for (const [words, says] of [
    [['retrain', 'retreino'], /it trains nothing[\s\S]*--preview/],
    [['retrain', 'build', '--preview'], /The job build trains no model/],
    [['retrain', 'nada', '--preview'], /There is no job "nada"[\s\S]*retreino/],
  ] as const) {
    const ended = await project.start(words).ended;
    assert.equal(ended.exit, 2);
    assert.match(ended.err, says);
  }
});
