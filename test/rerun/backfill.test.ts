import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EsteiraError } from '../../src/errors.ts';
import { inProcess } from '../crash/kill.ts';
import { Changing } from '../run/support/changing.ts';
import { Looking, ofTheRun } from '../run/support/compare.ts';
import { World } from '../run/support/world.ts';
import { forked } from './shop.ts';

const coded = (code: string, told: RegExp) => (error: unknown) => {
  assert.ok(error instanceof EsteiraError, String(error));
  assert.equal(error.code, code);
  assert.match(JSON.stringify(error), told);
  return true;
};
const sales = `export const landing = source('landing.sales', { reader: files('*.csv'), columns: { day: col.date(), n: col.integer() }, day: 'day' });\n`;
/** Each date's rows are its own. */
const byDay = (most: number) => `${sales}
export const days = table('bronze.days', { columns: { day: col.date(), n: col.integer().max(${most}) }, write: 'append', rows: sql\`select day, n from \${landing}\` });
export const daily = job('daily', { when: cron('0 2 * * *'), build: [days] });\n`;
/** A total of all that has come. */
const inOrder = `${sales}
export const days = table('bronze.days', { columns: { day: col.date().key(), n: col.integer() }, write: 'merge', rows: sql\`select day, n from \${landing}\` });
export const total = table('gold.total', { columns: { n: col.bigint() }, rows: sql\`select sum(n) as n from \${days}\` });
export const daily = job('daily', { when: cron('0 2 * * *'), build: [total] });\n`;
const csv = (days: number): string =>
  `day,n\n${Array.from({ length: days }, (_, index) => `2026-01-${String(index + 1).padStart(2, '0')},${index + 1}\n`).join('')}`;
const month = { job: 'daily', from: '2026-01-01', to: '2026-01-06' };

async function project(definitions: string): Promise<Changing> {
  const changing = new Changing().define(definitions);
  changing.file('all.csv', csv(9));
  await changing.do('setup', {});
  return changing;
}
const states = (view: { readonly dates: readonly { readonly state: string }[] }): string =>
  view.dates.map(({ state }) => state).join(', ');

test('dates that are built are left alone, the others are built in order; --dry-run says which', async () => {
  const changing = await project(inOrder);
  await changing.run('2026-01-03');
  const planned = await changing.do('backfill', { ...month, dryRun: true, parallel: 4 });
  assert.equal(states(planned), 'pending, pending, done before, pending, pending, pending');
  assert.match(planned.inOrder ?? '', /nothing says which date wins a key of bronze\.days/);
  assert.equal(planned.parallel, 1);
  const done = await changing.do('backfill', month);
  assert.equal(done.state, 'done');
  assert.equal(await changing.ask('select n from gold.total'), 21);
  const { runs } = await changing.do('runs', { job: 'daily' });
  assert.deepEqual(
    runs.map(({ date, state }) => `${date} ${state}`),
    ['06', '05', '04', '02', '01', '03'].map((day) => `2026-01-${day} succeeded`),
  );
});

test('dates that replace their own day are built side by side, those that replace a month one by one', async () => {
  const replacing = (column: string) =>
    byDay(99)
      .replace("write: 'append'", `write: replaceEach('${column}')`)
      .replace('export const landing', `import { replaceEach } from 'esteira';\nexport const landing`);
  const changing = await project(replacing('day'));
  const planned = await changing.do('backfill', { ...month, dryRun: true, parallel: 3 });
  assert.deepEqual([planned.inOrder, planned.parallel], [undefined, 3]);
  await changing.do('backfill', { ...month, parallel: 3 });
  assert.equal(await changing.ask('select list(n order by day) from bronze.days').then(String), '1,2,3,4,5,6');
  await changing.do('reprocess', { scope: 'bronze.days', from: '2026-01-02', to: '2026-01-04' });
  assert.equal(await changing.ask('select list(n order by day) from bronze.days').then(String), '1,2,3,4,5,6');
  const other = await project(replacing('n'));
  const { inOrder: why } = await other.do('backfill', { ...month, dryRun: true, parallel: 3 });
  assert.match(why ?? '', /each date replaces what it has of bronze\.days/);
});

test('a date that fails is the last where dates go in order; the same words go on with it', async () => {
  const changing = await project(byDay(3).replace("write: 'append'", `write: 'replace'`));
  await assert.rejects(
    changing.do('backfill', month),
    coded('ROWS_INVALID', /date 2026-01-04.*goes on with the 3 dates/),
  );
  changing.define(byDay(9).replace("write: 'append'", `write: 'replace'`));
  const done = await changing.do('backfill', { job: 'daily', resume: true });
  assert.equal(states(done), 'done, done, done, done, done, done');
  const { runs } = await changing.do('runs', { job: 'daily' });
  assert.equal(runs.length, 6);
  await assert.rejects(changing.do('backfill', { job: 'daily', resume: true }), coded('COMMAND_UNKNOWN', /unfinished/));
});

test('dates whose rows are their own go side by side; one that fails does not keep the others', async () => {
  const changing = await project(
    byDay(9).replace("write: 'append'", "write: 'append', rules: { not_four: sql`n <> 4` }"),
  );
  await assert.rejects(changing.do('backfill', { ...month, parallel: 3 }), coded('ROWS_INVALID', /date 2026-01-04/));
  assert.deepEqual((await changing.rows('select n from bronze.days order by 1')).flat(), [1, 2, 3, 5, 6]);
  changing.define(byDay(9));
  await changing.do('backfill', { ...month, parallel: 3 });
  assert.deepEqual((await changing.rows('select n from bronze.days order by 1')).flat(), [1, 2, 3, 4, 5, 6]);
});

test('a backfill that was killed goes on where it stood, at every point, and ends as one that was not', async () => {
  const base = await project(inOrder);
  const undisturbed = forked(base, inOrder);
  await undisturbed.do('backfill', month);
  const command = { name: 'backfill', input: month, now: '2026-02-01T00:00:00Z' } as const;
  for (const stop of ['before-date@3', 'committed@4', 'published@5', 'date-built@2']) {
    const killed = forked(base, inOrder);
    const ended = await inProcess(killed.folder, [command], stop);
    assert.equal(ended.killedAt, 0, stop);
    const done = await killed.do('backfill', month);
    assert.equal(done.state, 'done', stop);
    const looking = await Looking.at({ undisturbed: undisturbed.folder, killed: killed.folder }, 'shop');
    assert.deepEqual(await looking.differences('undisturbed', 'killed', { without: ofTheRun }), [], stop);
    looking.close();
    const { runs } = await killed.do('runs', { job: 'daily' });
    assert.equal(runs.filter(({ state }) => state === 'succeeded').length, 6, stop);
  }
});

test('dates side by side that were killed are each there once when the backfill has gone on', async () => {
  const base = await project(byDay(9));
  const command = { name: 'backfill', input: { ...month, parallel: 3 }, now: '2026-02-01T00:00:00Z' } as const;
  for (const stop of ['before-commit@2', 'committed@3', 'date-built@2']) {
    const killed = forked(base, byDay(9));
    assert.equal((await inProcess(killed.folder, [command], stop)).killedAt, 0, stop);
    const done = await killed.do('backfill', { job: 'daily', resume: true });
    assert.equal(done.state, 'done', stop);
    assert.deepEqual((await killed.rows('select n from bronze.days order by 1')).flat(), [1, 2, 3, 4, 5, 6], stop);
  }
});

test('nothing else runs the job, or writes its tables, while its dates are built', async () => {
  const { folder } = await project(
    `${inOrder}export const other = job('other', { when: byHand, build: [days] });
export const apart = table('gold.apart', { columns: { n: col.integer() }, rows: sql\`select 1 as n\` });
export const free = job('free', { when: byHand, build: [apart] });\n`,
  );
  const world = await World.open(folder, '2026-02-01T00:00:00Z');
  const going = world.do('backfill', month);
  while ((await world.project.state.going(world.project.holder)).length === 0) await new Promise(setImmediate);
  for (const job of ['daily', 'other'])
    await assert.rejects(world.run(job, '2026-01-09'), coded('RUN_IN_PROGRESS', /backfill daily/));
  await assert.rejects(
    world.do('backfill', { ...month, to: '2026-01-09' }),
    coded('RUN_IN_PROGRESS', /backfill daily/),
  );
  await assert.rejects(world.do('resume', {}), coded('RESUME_IMPOSSIBLE', /No run is unfinished/));
  assert.equal((await world.run('free', '2026-01-09')).state, 'succeeded');
  assert.equal((await going).state, 'done');
  assert.equal((await world.run('daily', '2026-01-09')).state, 'succeeded');
  await world.close();
});

test('dates out of order, and one that was skipped, are all there in the end', async () => {
  const changing = await project(inOrder);
  for (const date of ['2026-01-05', '2026-01-02', '2026-01-04']) await changing.run(date);
  await changing.do('backfill', month);
  assert.equal(await changing.ask('select n from gold.total'), 21);
});

const refused: Readonly<Record<string, readonly [input: object, told: RegExp]>> = {
  'without dates': [{ job: 'daily' }, /From which date to which/],
  'with its ends the wrong way round': [{ job: 'daily', from: '2026-01-02', to: '2026-01-01' }, /is after/],
};
for (const [what, [input, told]] of Object.entries(refused)) {
  test(`a backfill ${what} is refused`, async () => {
    const changing = await project(inOrder);
    await assert.rejects(changing.do('backfill', input as never), coded('COMMAND_UNKNOWN', told));
  });
}
