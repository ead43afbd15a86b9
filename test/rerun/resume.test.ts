import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openProject } from '../../src/config/open.ts';
import { EsteiraError } from '../../src/errors.ts';
import { operate, type RunEvent } from '../../src/operate/index.ts';
import { inProcess } from '../crash/kill.ts';
import type { Command } from '../crash/process.ts';
import { Changing } from '../run/support/changing.ts';
import { customersOf, differencesFromNothing, forked, ordersOf, type Shop, shop } from './shop.ts';

const coded = (code: string, told: RegExp) => (error: unknown) => {
  assert.ok(error instanceof EsteiraError, String(error));
  assert.equal(error.code, code);
  assert.match(JSON.stringify(error), told);
  return true;
};
const date = '2026-01-02';
const now = '2026-01-03T02:00:00Z';
const run: Command = { name: 'run', input: { job: 'daily', date }, now };

let first: Promise<Changing> | undefined;
/** One day is built, and the files of the next are there. */
async function oneDay(definitions = shop()): Promise<Changing> {
  first ??= (async () => {
    const changing = new Changing().define(shop());
    changing.file('customers-1.csv', customersOf(1, [[1, 'rio']]));
    changing.file(
      'orders-1.csv',
      ordersOf(1, [
        [10, 1, 5],
        [11, 2, 50],
        [12, 1, 80],
      ]),
    );
    await changing.run('2026-01-01');
    changing.file('customers-2.csv', customersOf(2, [[2, 'natal']]));
    changing.file(
      'orders-2.csv',
      ordersOf(2, [
        [10, 1, 60],
        [13, 2, 8],
      ]),
    );
    return changing;
  })();
  return forked(await first, definitions);
}
/** … and a command was killed. */
async function killed(command: Command, stop: string): Promise<Changing> {
  const changing = await oneDay();
  const ended = await inProcess(changing.folder, [command], stop);
  assert.equal(ended.killedAt, 0, JSON.stringify(ended));
  return changing;
}

test('resume goes on with the run that was interrupted, and not with what is published', async () => {
  const changing = await killed(run, 'published@4');
  const [before] = (await changing.do('runs', {})).runs;
  const view = await changing.do('resume', {});
  assert.deepEqual([view.runId, view.state, view.date], [before?.runId, 'succeeded', date]);
  // One step was going on beside the one that was published.
  assert.ok(view.steps.filter(({ attempt }) => attempt > 1).length <= 1);
  await assert.rejects(changing.do('resume', {}), coded('RESUME_IMPOSSIBLE', /No run is unfinished/));
  await assert.rejects(changing.do('resume', { run: view.runId }), coded('RESUME_IMPOSSIBLE', /has succeeded/));
});

test('what is published by a former definition stays; what is left is done by that of today, and that is said', async () => {
  const changing = await killed(run, 'published@4');
  const done = (
    await changing.rows(`select step from shop._esteira.publication where logical_time = '2026-01-02 02:00:00Z'`)
  ).flat();
  const other: Shop = { value: 'value + 1' };
  changing.define(shop(other));
  await changing.do('setup', {});
  await assert.rejects(
    changing.do('resume', { asWas: true }),
    coded('RESUME_IMPOSSIBLE', /its definition has changed/),
  );
  const view = await changing.do('resume', {});
  assert.equal(view.state, 'succeeded');
  // One step may have been published beside the one at which it was killed.
  assert.ok([4, 5].includes(done.length), String(done));
  // Each of the three tables that use the value has it as it was defined when it was published.
  for (const table of ['silver.orders', 'silver.kept', 'silver.lines'])
    assert.equal(
      await changing.ask(`select max(value) from ${table} where id = 10 and moment > '2026-01-02'`),
      done.includes(`shop.${table}`) ? 60 : 61,
      table,
    );
  await changing.do('reprocess', { scope: 'all' });
  assert.deepEqual(await differencesFromNothing(changing, { definitions: shop(other), date }), []);
});

test('a run that failed for a definition goes on when that is mended; a table that is gone by then is skipped', async () => {
  const failing = `${shop()}\nexport const few = check('few', expectNone(sql\`select id from \${lines}\`));`;
  const changing = await oneDay(failing);
  await assert.rejects(changing.run(date), coded('CHECK_FAILED', /few/));
  const without = shop()
    .replace(/export const appended = [^;]*;\n/, '')
    .replace('latest, appended, shown', 'latest, shown');
  changing.define(without);
  const view = await changing.do('resume', { run: 'latest' });
  assert.equal(view.state, 'succeeded');
  const { steps } = view;
  assert.deepEqual(
    steps.filter(({ step }) => /lines|latest/.test(step)).map(({ state }) => state),
    ['done', 'done'],
  );
});

for (const stop of ['before-intent@3', 'before-commit@4', 'committed@3', 'published@5']) {
  test(`a reprocess that was killed at ${stop} goes on before the next run reads its tables`, async () => {
    const changing = await oneDay();
    await changing.run(date);
    changing.define(shop({ most: 70, value: 'value + 1' }));
    const command: Command = { name: 'reprocess', input: { scope: 'silver' }, now };
    assert.equal((await inProcess(changing.folder, [command], stop)).killedAt, 0);
    changing.file(
      'orders-3.csv',
      ordersOf(3, [
        [10, 2, 9],
        [19, 1, 3],
      ]),
    );
    await changing.run('2026-01-03');
    const { runs } = await changing.do('runs', {});
    assert.deepEqual(
      runs.slice(0, 2).map(({ job, state }) => `${job} ${state}`),
      ['daily succeeded', 'reprocess silver succeeded'],
    );
    const definitions = shop({ most: 70, value: 'value + 1' });
    assert.deepEqual(await differencesFromNothing(changing, { definitions, date: '2026-01-03' }), []);
  });
}

test('a reprocess that failed says how it goes on, and does when its definition is mended', async () => {
  const changing = await oneDay();
  await changing.run(date);
  const few = `\nexport const few = check('few', expectNone(sql\`select city from \${summed}\`));`;
  const other: Shop = { value: 'value + 1' };
  changing.define(shop(other) + few);
  await assert.rejects(
    changing.do('reprocess', { scope: 'silver.orders' }),
    coded('CHECK_FAILED', /esteira resume goes on .* as they were/),
  );
  changing.define(shop(other));
  const view = await changing.do('resume', {});
  assert.deepEqual([view.job, view.state], ['reprocess silver.orders', 'succeeded']);
  assert.equal(
    await changing.ask('select sum(value) from gold.summed'),
    await changing.ask('select sum(value) from silver.orders'),
  );
});

test('a reprocess that was stopped goes on by resume', async () => {
  const changing = await oneDay();
  await changing.run(date);
  changing.define(shop({ value: 'value + 1' }));
  const project = await openProject({ folder: changing.folder });
  const stop = new AbortController();
  const emit = (event: RunEvent): void => {
    if (event.type === 'step' && event.state === 'done' && event.step.endsWith('silver.orders')) stop.abort();
  };
  const stopped = operate(project, 'reprocess', { scope: 'silver' }, { emit, signal: stop.signal });
  await assert.rejects(stopped, coded('CANCELLED', /esteira resume goes on with it/));
  await project.close();
  assert.equal((await changing.do('resume', {})).state, 'succeeded');
  const definitions = shop({ value: 'value + 1' });
  assert.deepEqual(await differencesFromNothing(changing, { definitions, date }), []);
});

test('a reprocess that was killed is whole by the definitions of today when it is given again, though they changed between', async () => {
  const changing = await oneDay();
  await changing.run(date);
  const command: Command = { name: 'reprocess', input: { scope: 'all' }, now };
  assert.equal((await inProcess(changing.folder, [command], 'published@4')).killedAt, 0);
  const other: Shop = { most: 70, value: 'value + 1' };
  changing.define(shop(other));
  await changing.do('reprocess', { scope: 'all' });
  assert.deepEqual(await differencesFromNothing(changing, { definitions: shop(other), date }), []);
});

for (const stop of ['committed@1', 'before-intent@3']) {
  test(`a reprocess --invalid that was killed at ${stop} goes on by the same words, with what stands below`, async () => {
    const changing = await oneDay();
    await changing.run(date);
    const command: Command = { name: 'reprocess', input: { scope: 'all', invalid: true }, now };
    assert.equal((await inProcess(changing.folder, [command], stop)).killedAt, 0);
    const { run: again } = await changing.do('reprocess', { scope: 'all', invalid: true });
    assert.equal(again?.state, 'succeeded');
    assert.deepEqual(await differencesFromNothing(changing, { definitions: shop(), date }), []);
  });
}
