import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { QueryView, RunView, SettingsView } from '../../src/operate/views.ts';
import type { Command, Sandbox } from '../sandbox.ts';
import { project } from './project.ts';

let base: Sandbox;
before(async () => {
  base = await project();
});

const rowsOf = async (sandbox: Sandbox, sql: string): Promise<QueryView['rows']> =>
  (await sandbox.ask<QueryView>('query', sql)).rows;

/** The run in the slow step, after the first one was published. */
async function slowly(sandbox: Sandbox): Promise<Command> {
  const run = sandbox.start(['run', 'daily']);
  await run.says(/silver\.first/);
  return run;
}

// They mostly wait: side by side they take half as long.
describe('beside a run', { concurrency: 2 }, () => {
  it('while a run goes other processes read, look and change settings; a run of the same job or table is refused, naming who', async () => {
    const sandbox = base.copy();
    const run = await slowly(sandbox);
    const commands: readonly (readonly string[])[] = [
      ['query', 'select count(*) from silver.first'],
      ['status'],
      ['show', 'silver.first'],
      ['show', 'latest'],
      ['settings', 'set', 'config.limits.floor', '0.25'],
      ['runs'],
      ['plan', 'daily'],
    ];
    const ends = commands.map((words) => sandbox.run(...words));
    const refused = [
      ['run', 'daily'],
      ['run', 'weekly'],
    ].map((words) => sandbox.run(...words));
    for (const [index, { exit, out, err }] of (await Promise.all(ends)).entries())
      assert.equal(exit, 0, `${commands[index]?.join(' ')}: ${out}${err}`);
    for (const { exit, err } of await Promise.all(refused)) {
      assert.equal(exit, 4, err);
      assert.match(err, new RegExp(`RUN_IN_PROGRESS.*daily[\\s\\S]*process ${run.pid} \\(esteira run daily\\)`));
    }
    assert.ok(!/succeeded/.test(run.out), 'the run is still going');
    const [counted, status] = await Promise.all(ends);
    assert.match(counted?.out ?? '', /1000/);
    assert.match(status?.out ?? '', /daily 2026-03-09, 1 of 3 steps/);

    const { exit, err } = await run.ended;
    assert.equal(exit, 0, err);
    assert.deepEqual(await rowsOf(sandbox, 'select times, total from gold.last'), [[1000, 499500]]);
    const { settings } = await sandbox.ask<SettingsView>('settings');
    assert.equal(settings.find(({ name }) => name === 'config.limits.floor')?.value, 0.25);
    assert.deepEqual(
      await rowsOf(sandbox, "select setting, before, after from config.limits_history where changed_by <> 'setup'"),
      [['floor', '0.5', '0.25']],
    );
  });

  it('the owner is killed while a run and a query of others go on in it: both go on without it, and nothing is done twice', async () => {
    const sandbox = base.copy();
    const owner = sandbox.start(['query', 'select count(*) from range(20000) where sleep_ms(5) is null']);
    await sandbox.ownedBy(owner);
    const run = sandbox.start(['run', 'daily']);
    const query = sandbox.start(['query', 'select count(*) from range(400) where sleep_ms(5) is null', '--json']);
    await run.says(/silver\.first/);
    owner.signal('SIGKILL');
    const [ran, asked] = await Promise.all([run.ended, query.ended]);
    assert.equal(ran.exit, 0, ran.err);
    assert.match(ran.out + ran.err, new RegExp(`PID ${owner.pid}\\) ended; this goes on without it`));
    assert.equal(asked.exit, 0, asked.err);
    assert.deepEqual((JSON.parse(asked.out) as QueryView).rows, [[400]]);

    const { runs } = await sandbox.ask<{ readonly runs: readonly RunView[] }>('runs');
    assert.deepEqual(
      runs.map(({ state }) => state),
      ['succeeded'],
    );
    assert.deepEqual(await rowsOf(sandbox, 'select times, total from gold.last'), [[1000, 499500]]);
    const published = await rowsOf(
      sandbox,
      'select step, count(*), max(n_in) from _esteira.publication group by step order by step',
    );
    assert.deepEqual(published, [
      ['shop.gold.last', 1, 1],
      ['shop.silver.first', 1, 1000],
      ['shop.silver.slow', 1, 1000],
    ]);
  });

  it('a run killed with its process goes on at the next command, at the step that was not published', async () => {
    const sandbox = base.copy();
    const killed = await slowly(sandbox);
    killed.signal('SIGKILL');
    await killed.ended;
    const [first] = await rowsOf(sandbox, 'select count(*) from silver.first');
    assert.deepEqual(first, [1000], 'a reader finds what was published, although nobody owns the project');
    const out = await sandbox.succeed('run', 'daily');
    assert.match(out, /goes on/);
    const { runs } = await sandbox.ask<{ readonly runs: readonly RunView[] }>('runs');
    assert.deepEqual(
      runs.map(({ state }) => state),
      ['succeeded'],
    );
    assert.deepEqual(await rowsOf(sandbox, 'select times, total from gold.last'), [[1000, 499500]]);
    assert.deepEqual(
      await rowsOf(sandbox, `select count(*) from _esteira.publication where step = 'shop.silver.first'`),
      [[1]],
    );
  });

  it('a function that keeps the owner busy does not keep its readers waiting', async () => {
    const sandbox = base.copy();
    const run = sandbox.start(['run', 'functions']);
    await run.says(/silver\.many/);
    const status = await sandbox.run('status');
    const counted = await sandbox.run('query', 'select count(*) from silver.many');
    assert.equal(status.exit, 0, status.err);
    assert.match(counted.out, /8000/, counted.err);
    assert.ok(!/succeeded/.test(run.out), 'the run is still going');
    assert.equal((await run.ended).exit, 0);
  });
});
