import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { ask, withoutServer } from '../../src/adapters/postgres/testing.ts';
import type { CancelView, Output } from '../../src/operate/views.ts';
import { definitions } from '../errors/case.ts';
import { type Command, Sandbox } from '../sandbox.ts';
import { checkout } from '../servers/postgres/support.ts';

const slow = definitions(`
export const quick = table('silver.quick', { columns: { n: col.integer() }, rows: sql\`select 1 as n\` });
export const slow = table('gold.slow', { columns: { n: col.bigint() }, rows: sql\`select count(*) as n from range(4000) as t, \${quick} where sleep_ms(5) is null\` });
export const daily = job('daily', { when: cron('0 2 * * *', { zone: 'UTC' }), build: [slow] });
`);
const project = async (): Promise<Sandbox> => {
  const sandbox = new Sandbox({ 'definitions/shop.ts': slow });
  await sandbox.succeed('setup');
  return sandbox;
};
/** Until its slow step has begun. */
async function begun(sandbox: Sandbox, ...words: string[]): Promise<Command> {
  const command = sandbox.start([...words, '--json', '--progress']);
  await command.says(/"step":"shop\.gold\.slow","state":"running"/);
  return command;
}
const runsOf = async (sandbox: Sandbox): Promise<string[]> =>
  (await sandbox.ask<Output<'runs'>>('runs')).runs.map(({ job, state, next = '' }) => `${job} ${state} ${next}`.trim());

describe('a run is stopped by another process', { concurrency: 2 }, () => {
  test('its step is rolled back, what is published stays, and both say so', async () => {
    const sandbox = await project();
    const going = await begun(sandbox, 'run', 'daily', '--date', '2026-03-01');
    const cancelled = await sandbox.succeed('cancel');
    assert.match(
      cancelled,
      /Stopped run \w+, daily 2026-03-01: 1 step published, 1 left\.\n {2}next {4}esteira run daily --date 2026-03-01/,
    );
    const { exit, out } = await going.ended;
    assert.equal(exit, 1);
    assert.match(out, /"code": "CANCELLED"[\s\S]*"got": "\w+ has stopped it\."/);
    assert.deepEqual(await runsOf(sandbox), ['daily cancelled']);
    assert.match((await sandbox.run('cancel')).err, /^CANCEL_IMPOSSIBLE: Nothing goes on/);
    const { rows } = await sandbox.ask<Output<'query'>>(
      'query',
      'select count(*) from silver.quick union all select count(*) from gold.slow',
    );
    assert.deepEqual(rows.flat().toSorted(), [0, 1]);
  });

  test('a backfill stops with the date that it builds, by the id of that date, and goes on with the command that is named', async () => {
    const sandbox = await project();
    const going = sandbox.start(['backfill', 'daily', '--from', '2026-03-01', '--to', '2026-03-02']);
    await sandbox.ownedBy(going);
    for (let seen: string[] = []; !seen.includes('daily running'); seen = await runsOf(sandbox))
      assert.ok(!going.isOver, seen.join());
    const { runs } = await sandbox.ask<Output<'runs'>>('runs');
    const view = await sandbox.ask<CancelView>('cancel', runs.find(({ job }) => job === 'daily')?.runId ?? '');
    assert.deepEqual(
      [view.run?.job, view.run?.state, view.next],
      ['backfill daily', 'cancelled', 'esteira backfill daily --resume'],
    );
    assert.equal((await going.ended).exit, 1);
    assert.deepEqual((await runsOf(sandbox)).toSorted(), ['backfill daily cancelled', 'daily cancelled']);
    const state = new DatabaseSync(sandbox.file('warehouse/state.sqlite'), { readOnly: true });
    assert.deepEqual(
      {
        ...state
          .prepare('select state, (select count(*) from backfill_date where state <> ?) as other from backfill')
          .get('pending'),
      },
      { state: 'stopped', other: 0 },
    );
    state.close();
  });

  test('times that are due and have not begun are not run', async () => {
    const sandbox = await project();
    await sandbox.succeed('status');
    const state = new DatabaseSync(sandbox.file('warehouse/state.sqlite'));
    state.exec(
      `insert into tick (job, due, date, zone, cause, state, noted_at) values ('daily', '2026-03-02T02:00:00Z', '2026-03-02', 'UTC', 'cron', 'due', '2026-03-02T02:00:00Z')`,
    );
    state.close();
    assert.match(
      await sandbox.succeed('cancel', 'daily'),
      /daily 2026-03-02, due 2026-03-02T02:00:00Z: is not run\n {2}next {4}esteira run daily --date 2026-03-02/,
    );
    assert.match(await sandbox.succeed('status'), /Not run\n {2}daily 2026-03-02, .*has cancelled it/);
  });
});

describe('what a killed process has left', { concurrency: 2 }, () => {
  const killed = async (sandbox: Sandbox, at: string, ...words: string[]): Promise<void> => {
    assert.equal((await sandbox.start(words, { env: { ESTEIRA_STOP_AT: at } }).ended).exit, 137);
  };

  test('each is announced with the command that goes on with it', async () => {
    const sandbox = await project();
    await killed(sandbox, 'before-date', 'backfill', 'daily', '--from', '2026-03-01', '--to', '2026-03-02');
    await killed(sandbox, 'before-drop', 'reset', '--layer', 'silver', '--yes', 'silver');
    await killed(sandbox, 'before-drop', 'reset', '--all', '--yes', 'shop');
    await killed(sandbox, 'opened', 'reprocess', 'silver');
    const said = ['esteira backfill daily --resume', 'esteira reset --all', 'esteira reset --layer silver'];
    const left = (await runsOf(sandbox)).map((one) => one.replace(/^.* running /, '').replace(/\b01\w+/, '<run>'));
    assert.deepEqual(left.toSorted(), [...said, 'esteira resume <run>'].toSorted());
    const status = await sandbox.succeed('status');
    const start = await sandbox.start(['start', '--once']).ended;
    for (const next of said) {
      assert.ok(status.includes(`next    ${next}\n`), status);
      assert.ok(start.err.includes(`left to people: ${next}`), start.err);
    }
  });

  test('it can be cancelled: then nothing goes on with it', async () => {
    const sandbox = await project();
    await killed(sandbox, 'before-date', 'backfill', 'daily', '--from', '2026-03-01', '--to', '2026-03-02');
    assert.equal((await sandbox.ask<CancelView>('cancel', 'daily')).run?.state, 'cancelled');
    await killed(sandbox, 'claimed', 'run', 'daily', '--date', '2026-03-01');
    assert.match(await sandbox.succeed('cancel'), /Stopped run \w+, daily 2026-03-01: 0 steps published, 2 left/);
    assert.deepEqual(await runsOf(sandbox), ['daily cancelled', 'backfill daily cancelled']);
  });
});

describe('a run of another machine', { skip: withoutServer }, () => {
  test('is stopped through the state that both have', async () => {
    const { sandbox, schema, url } = checkout();
    sandbox.write({ 'definitions/shop.ts': slow });
    const other = sandbox.copy();
    const on = (machine: Sandbox, ...words: string[]) =>
      machine.start(words, { env: { CATALOGS: machine.file('volume'), DATABASE_URL: url } });
    assert.equal((await on(sandbox, 'setup').ended).exit, 0);
    const going = on(sandbox, 'run', 'daily', '--date', '2026-03-01', '--json', '--progress');
    await going.says(/"step":"shop\.gold\.slow","state":"running"/);
    const { exit, out, err } = await on(other, 'cancel').ended;
    assert.equal(exit, 0, err);
    assert.match(out, /Run \w+ of daily: cancelled\./);
    assert.match(err, /Asked `esteira run daily` \(PID \d+ on .*\) to stop run \w+ of daily/);
    assert.match((await going.ended).out, /"code": "CANCELLED"/);
    assert.deepEqual(await ask(`select state from "${schema}".run`), [{ state: 'cancelled' }]);
  });
});
