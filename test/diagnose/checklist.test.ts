import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ChecklistView } from '../../src/operate/views.ts';
import { type Credit, today } from './credit.ts';
import { someCredit, someShop, well } from './worlds.ts';

const items = [
  'sync completed: v_credit_sincronizacao',
  'run without errors: v_credit_diario',
  'rows as expected: bronze',
  '_invalidos did not grow abnormally',
  'loaded: gold',
];

async function asked(world: Credit, ...more: readonly string[]) {
  const { out, exit, err } = await world.at('checklist', 'v_credit', '--json', ...more);
  const view = JSON.parse(out) as ChecklistView;
  const found = (name: string) => view.items.find(({ item }) => item === name);
  return { view, exit, err, found, states: items.map((name) => found(name)?.state) };
}
/** A day of which something is spoiled before it is brought in and run. */
async function day(change: (credit: Credit) => void | Promise<void>): Promise<Credit> {
  const credit = await someCredit();
  // The newest ticket is of three in the morning; two hours later the sync would be late.
  credit.morning(today);
  credit.now = credit.now.replace('T06', 'T04');
  await credit.arrive(today);
  await change(credit);
  return credit;
}
const run = (credit: Credit) => credit.at('run', 'v_credit_diario', '--date', today);

describe('the checklist of the credit pipeline', { concurrency: 2 }, () => {
  test('a good day: every item with its figure, its limit, when and by which run', async () => {
    const credit = await day(() => {});
    await well(credit.sync());
    await well(run(credit));
    const { view, exit, states, found } = await asked(credit);
    assert.deepEqual(states, ['ok', 'ok', 'ok', 'ok', 'ok']);
    assert.deepEqual(
      view.items.filter(({ state }) => state !== 'ok'),
      [],
    );
    assert.equal(exit, 0);
    assert.equal(view.date, today);
    const [{ runs } = { runs: [] }] = [await credit.ask<{ runs: { runId: string }[] }>('runs', 'v_credit_diario')];
    for (const item of items.slice(1)) assert.equal(found(item)?.run, runs[0]?.runId, item);
    assert.match(found('rows as expected: bronze')?.what ?? '', /^[\d,]+ rows in 8 tables$/);
    assert.match(found('inválidos acima de 5 %')?.limit ?? '', /at most 5 %/);
    assert.equal(found('todo atendimento tem o seu cliente')?.kind, 'check');
    for (const { at, what } of view.items) assert.ok(at !== '' && what !== '');
    const text = await credit.start(['checklist', 'v_credit'], { env: { ESTEIRA_NOW: credit.now, COLUMNS: '80' } })
      .ended;
    assert.match(text.out, /All is well: 12 items\.\n$/);
    for (const line of text.out.split('\n')) assert.ok([...line].length <= 80, line);
  });

  test('bronze received nothing: all its tables together', async () => {
    const credit = await day(() => {});
    await well(run(credit));
    const { exit, states, found } = await asked(credit);
    assert.deepEqual(states, ['failed', 'ok', 'failed', 'ok', 'ok']);
    assert.match(found(items[0] ?? '')?.what ?? '', /5 files came since its last run/);
    assert.match(found('rows as expected: bronze')?.what ?? '', /^0 rows in 8 tables$/);
    assert.equal(found('bronze recebeu 0 linhas')?.state, 'failed');
    assert.equal(exit, 1);
  });

  test('far more invalid rows than before', async () => {
    const credit = await day((one) => one.rewrite('chamados', today, (row) => ({ ...row, status: 'perdido' })));
    await well(credit.sync());
    await well(run(credit));
    const { exit, states, found } = await asked(credit);
    assert.deepEqual(states, ['ok', 'ok', 'ok', 'failed', 'ok']);
    assert.match(found(items[3] ?? '')?.what ?? '', /silver\.tb_chamado: .*status_conhecido is false/);
    assert.equal(exit, 1);
  });

  test('a run that failed, and facts that were not loaded by it', async () => {
    const credit = await day(() => {});
    await well(credit.sync());
    await credit.start(['run', 'v_credit_diario', '--date', today], {
      env: { ESTEIRA_NOW: credit.now, ESTEIRA_STOP_AT: 'published@8' },
    }).ended;
    const { exit, states } = await asked(credit);
    assert.deepEqual([states[1], states[4]], ['failed', 'failed']);
    assert.equal(exit, 1);
  });

  test('another date by its name, and a date without a run', async () => {
    const credit = await someCredit();
    const before = await asked(credit, '--date', '2026-09-16');
    assert.equal(before.found(items[1] ?? '')?.state, 'ok');
    assert.equal(before.view.date, '2026-09-16');
    const never = await asked(credit, '--date', today);
    assert.match(never.found(items[1] ?? '')?.what ?? '', /there is no run for 2026-09-18/);
    assert.equal(never.exit, 1);
  });

  test('a name that is neither a pipeline nor a job', async () => {
    const shop = await someShop();
    const { exit, err } = await shop.at('checklist', 'v_credit');
    assert.match(err, /NAME_UNKNOWN: There is no pipeline and no job "v_credit"/);
    assert.equal(exit, 2);
    const own = await shop.at('checklist', 'shop');
    assert.match(own.out, /All is well/, own.out);
  });
});
