import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { DoctorView, QueryView, RunView, StatusView } from '../../src/operate/views.ts';
import { Sandbox } from '../sandbox.ts';
import { endOwners, Owner, setClock } from './owner.ts';

const definitions = `import { after, byHand, cron, col, job, run, sql, table } from 'esteira';

const due = { due_at: col.timestamp(), day: col.date() };
export const kept = table('silver.kept', { columns: due, rows: sql\`select \${run.at} as due_at, \${run.date} as day\`, write: 'append' });
export const later = table('silver.later', { columns: due, rows: sql\`select \${run.at} as due_at, \${run.date} as day\`, write: 'append' });
export const quick = table('silver.quick', { columns: { n: col.integer() }, rows: sql\`select 1 as n where \${run.date} is not null\` });
export const slow = table('gold.slow', {
  columns: { n: col.integer() },
  rows: sql\`select n from \${quick} where sleep_ms(5000) is null and \${run.date} is not null\`,
});
export const daily = job('daily', {
  when: cron('0 2 * * *', { zone: 'America/New_York', date: 'the day before', missed: 'run each', limit: 3 }),
  build: [kept],
});
export const following = job('following', { when: after(daily), build: [later] });
export const weekly = job('weekly', { when: cron('0 12 * * 1'), build: [slow] });
export const hand = job('hand', { when: byHand, build: [kept] });
`;
const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
/** A Saturday; on the Sunday after it two o'clock does not come in New York. */
const saturday = at('2026-03-07T12:00:00Z');

let base: Sandbox;
before(async () => {
  base = new Sandbox({ 'definitions/shop.ts': definitions }, { inside: true });
  await base.succeed('setup');
  setClock(base.folder, saturday);
  await once(base);
});
after(endOwners);

/** A project whose schedules were kept until that Saturday noon. */
const project = (): Sandbox => base.copy();
async function once(sandbox: Sandbox): Promise<Owner> {
  const owner = new Owner(sandbox.folder, { words: ['--once'] });
  assert.equal(await owner.ended, 0, owner.err);
  return owner;
}
const ask = async <View>(sandbox: Sandbox, ...words: readonly string[]): Promise<View> => {
  const env = { ESTEIRA_NOW: path.join(sandbox.folder, 'now') };
  const { exit, out, err } = await sandbox.give([...words, '--json'], env);
  assert.equal(exit, 0, err);
  return JSON.parse(out) as View;
};
const days = async (sandbox: Sandbox, table: string): Promise<readonly string[]> => {
  const sql = `select strftime(due_at, '%d %H:%M') || ' for ' || strftime(day, '%d') from ${table} order by due_at`;
  return (await ask<QueryView>(sandbox, 'query', sql)).rows.map(([text]) => String(text));
};

describe('esteira start', { concurrency: 2 }, () => {
  it('runs what comes due, for its day and in its zone, and what comes after it; jobs by hand are left to people', async () => {
    const sandbox = project();
    const owner = new Owner(sandbox.folder, { words: ['--health', '0'] });
    await owner.says(/waits for daily, due 2026-03-08T07:00:00Z/);
    for (const time of ['2026-03-08T08:00:00Z', '2026-03-09T06:00:00Z']) {
      setClock(sandbox.folder, at(time));
      await owner.idle(at(time));
    }
    assert.deepEqual(await days(sandbox, 'silver.kept'), ['08 07:00 for 07', '09 06:00 for 08']);
    assert.deepEqual(await days(sandbox, 'silver.later'), ['08 07:00 for 07', '09 06:00 for 08']);
    const { runs } = await ask<{ runs: readonly RunView[] }>(sandbox, 'runs');
    assert.deepEqual([...new Set(runs.map(({ job, reason }) => `${job} ${reason}`))].toSorted(), [
      'daily schedule',
      'following schedule',
    ]);
    owner.signal('SIGTERM');
    assert.equal(await owner.ended, 0);
    assert.deepEqual(JSON.parse(owner.out), {
      runs: { succeeded: 4, failed: 0 },
      skipped: 0,
      left: [],
      waiting: [],
      failed: [],
    });
  });

  it('runs each day that was missed, one after the other and no more than the limit; the others are named', async () => {
    const sandbox = project();
    setClock(sandbox.folder, at('2026-03-13T12:00:00Z'));
    await once(sandbox);
    assert.deepEqual(await days(sandbox, 'silver.kept'), ['11 06:00 for 10', '12 06:00 for 11', '13 06:00 for 12']);
    const { missed } = await ask<{ missed: StatusView['missed'] }>(sandbox, 'runs', 'daily');
    assert.deepEqual(
      missed.map(({ date, why }) => `${date} ${why}`),
      ['2026-03-09', '2026-03-08', '2026-03-07'].map((day) => `${day} more than 3 were missed: the newest 3 are run`),
    );
    const { exit, out } = await sandbox.run('status');
    assert.equal(exit, 0);
    assert.match(out, /Not run\n {2}daily 2026-03-09, due 2026-03-10 06:00Z: more than 3 were missed/);
    // A person may still have it run.
    assert.equal((await sandbox.run('run', 'daily', '--date', '2026-03-07')).exit, 0);
    const left = await ask<StatusView>(sandbox, 'status');
    assert.deepEqual(
      left.missed.map(({ date }) => date),
      ['2026-03-09', '2026-03-08'],
    );
  });

  it('rolls the step at hand back when it is told to stop, and says what is left; the next goes on with it', async () => {
    const sandbox = project();
    const owner = new Owner(sandbox.folder);
    await owner.says(/waits for/);
    setClock(sandbox.folder, at('2026-03-09T12:00:00Z'));
    await owner.says(/silver\.quick: in 1/);
    owner.signal('SIGTERM');
    assert.equal(await owner.ended, 0, owner.err);
    const { left } = JSON.parse(owner.out) as {
      left: readonly { job: string; done: number; of: number; runId: string }[];
    };
    const weekly = left.find(({ job }) => job === 'weekly');
    assert.deepEqual([weekly?.done, weekly?.of], [1, 2]);
    const next = await once(sandbox);
    assert.match(next.err, /goes on: 2 steps/);
    const run = await ask<RunView>(sandbox, 'show', weekly?.runId ?? '');
    assert.deepEqual(
      [run.state, run.steps.map(({ state, attempt }) => [state, attempt])],
      [
        'succeeded',
        [
          ['done', 1],
          ['done', 2],
        ],
      ],
    );
  });

  it('stands by while another keeps the schedules, and goes on with its run when that one is killed', async () => {
    const sandbox = project();
    const first = new Owner(sandbox.folder);
    await first.says(/waits for/);
    const second = new Owner(sandbox.folder, { words: ['--health', '0'] });
    await second.says(/Stands by: `esteira start` \(process \d+\)/);
    assert.deepEqual(await second.health(), { status: 'starting', pid: second.pid, code: 503 });
    const refused = new Owner(sandbox.folder, { words: ['--once'] });
    assert.equal(await refused.ended, 4);
    assert.match(refused.out, /OWNED_ELSEWHERE/);
    setClock(sandbox.folder, at('2026-03-09T12:00:00Z'));
    await first.says(/silver\.quick: in 1/);
    first.signal('SIGKILL');
    await second.idle(at('2026-03-09T12:00:00Z'));
    assert.match(second.err, /goes on: 2 steps/);
    assert.equal((await second.health()).code, 200);
    assert.deepEqual(await days(sandbox, 'silver.kept'), ['08 07:00 for 07', '09 06:00 for 08']);
    const status = await ask<StatusView>(sandbox, 'status');
    assert.deepEqual([status.waiting, status.missed, status.owner?.pid], [[], [], second.pid]);
    const beat = JSON.parse(readFileSync(sandbox.file('.esteira/heartbeat.json'), 'utf8')) as { pid: number };
    assert.equal(beat.pid, second.pid);
  });

  it('waits with what is due while a person runs the job, and does not run it again', async () => {
    const sandbox = project();
    const owner = new Owner(sandbox.folder, { words: ['--health', '0'] });
    await owner.says(/waits for/);
    const noon = at('2026-03-09T11:59:59Z');
    const env = { ESTEIRA_NOW: path.join(sandbox.folder, 'now') };
    setClock(sandbox.folder, noon);
    await owner.idle(noon);
    const person = sandbox.start(['run', 'weekly', '--date', '2026-03-09'], { env });
    await person.says(/silver\.quick/);
    setClock(sandbox.folder, noon.add({ seconds: 1 }));
    await owner.says(/waits: Job weekly is running/);
    assert.equal((await person.ended).exit, 0);
    await owner.idle(noon.add({ seconds: 1 }));
    const { runs } = await ask<{ runs: readonly RunView[] }>(sandbox, 'runs', 'weekly');
    assert.deepEqual(
      runs.map(({ state, reason }) => `${state} ${reason}`),
      ['succeeded manual'],
    );
  });

  it('is missed by the doctor when a job is due, and nobody has looked at its schedule for an hour', async () => {
    const sandbox = project();
    const finding = async (time: string) => {
      setClock(sandbox.folder, at(time));
      const env = { ESTEIRA_NOW: path.join(sandbox.folder, 'now') };
      const { out } = await sandbox.start(['doctor', '--json'], { env }).ended;
      const { findings } = JSON.parse(out) as DoctorView;
      return findings.find(({ what }) => what === 'schedules');
    };
    assert.deepEqual(await finding('2026-03-08T07:30:00Z'), {
      ...{ what: 'schedules', ok: true, found: 'those of 2 jobs are kept' },
    });
    const { ok, found } = (await finding('2026-03-08T08:30:00Z')) ?? {};
    assert.deepEqual([ok, found], [false, 'nobody keeps them: daily was due at 2026-03-08T07:00:00Z']);
  });

  it('refuses a job that would lose days', async () => {
    const sandbox = base.copy();
    sandbox.write({
      'definitions/lost.ts': `import { col, cron, files, job, source, table } from 'esteira';
const orders = source('outside.orders', { reader: files('{date}.csv'), columns: { n: col.integer(), day: col.date() }, day: 'day' });
const taken = table('silver.taken', { columns: orders.columns, rows: orders, write: 'append' });
export const all = [orders, taken, job('skipping', { when: cron('0 2 * * *', { missed: 'skip' }), build: [taken] })];
`,
    });
    const { exit, err } = await sandbox.run('start', '--once');
    assert.equal(exit, 2);
    assert.match(err, /DEFINITION_INVALID: The job skipping would never read the days that it skips/);
  });
});

describe('esteira install', () => {
  it('prints a service and a line of a crontab that start it in this project', async () => {
    const unit = await base.succeed('install', 'systemd', '--health', '8080');
    assert.match(unit, new RegExp(`^ExecStart=.*esteira\\.mjs"? start --project ${base.folder} --health 8080$`, 'm'));
    assert.match(unit, /^Restart=always$/m);
    const line = await base.succeed('install', 'cron');
    assert.match(line, /^\* \* \* \* \* .*esteira\.mjs'? start --once --project .* >> '.*start\.log' 2>&1$/m);
    const { exit, err } = await base.run('install', 'launchd');
    assert.equal(exit, 2);
    assert.match(err, /allowed +cron, systemd/);
  });

  it('writes the service where the system looks for those of a user', async () => {
    const home = base.file('home');
    const env = { XDG_CONFIG_HOME: home };
    const { exit, out } = await base.start(['install', 'systemd', '--write'], { env }).ended;
    assert.equal(exit, 0);
    const [file = ''] = /\S+\.service/.exec(out) ?? [];
    assert.match(readFileSync(file, 'utf8'), /^\[Service\]$/m);
    assert.ok(file.startsWith(home));
  });

  it('adds its line to a crontab once, and leaves one that cannot be read as it is', async () => {
    const [bin, table] = [base.file('cron-bin'), base.file('crontab')];
    mkdirSync(bin);
    const crontab = (script: string): void =>
      writeFileSync(path.join(bin, 'crontab'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const install = () =>
      base.start(['install', 'cron', '--write'], { env: { PATH: `${bin}:${process.env['PATH']}` } }).ended;
    crontab(
      `if [ "$1" = -l ]; then cat '${table}' 2>/dev/null || { echo 'no crontab for me' >&2; exit 1; }; else cat > '${table}'; fi`,
    );
    assert.equal((await install()).exit, 0);
    const first = readFileSync(table, 'utf8');
    assert.match(first, /^# esteira-.*-[0-9a-f]{8}\n\* \* \* \* \* .* start --once .*\n$/);
    writeFileSync(table, `0 1 * * * /bin/true\n${first.split('\n')[0]}\n5 5 * * * /bin/theirs\n`);
    assert.equal((await install()).exit, 0);
    assert.equal(readFileSync(table, 'utf8'), `0 1 * * * /bin/true\n5 5 * * * /bin/theirs\n${first}`);
    assert.equal((await install()).exit, 0);
    assert.equal(readFileSync(table, 'utf8'), `0 1 * * * /bin/true\n5 5 * * * /bin/theirs\n${first}`);
    crontab('if [ "$1" = -l ]; then echo \'the spool is away\' >&2; exit 1; fi; cat > /dev/null; exit 0');
    const { exit, err } = await install();
    assert.notEqual(exit, 0);
    assert.match(err, /the spool is away/);
  });
});
