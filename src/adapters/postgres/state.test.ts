import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { at, begun, newOwner, newRun } from '../../ports/conformance/runs.ts';
import { stateConformance } from '../../ports/conformance/state.ts';
import type { StateStore } from '../../ports/index.ts';
import { openPostgresState } from './state.ts';
import { ask, dropSchemas, newSchema, server, Wire, withoutServer } from './testing.ts';

after(dropSchemas);

/** Short enough for tests: who waits for an owner sees within 200 ms that it lives. */
const lease = { life: 1_500, beat: 200, margin: 500 };
const opened: StateStore[] = [];
after(async () => {
  for (const one of opened) await one.close();
});
async function open(schema: string, other: Partial<Parameters<typeof openPostgresState>[0]> = {}): Promise<StateStore> {
  const state = await openPostgresState({ url: server, schema, lease, ...other });
  opened.push(state);
  return state;
}

describe('a state in Postgres', { skip: withoutServer }, () => {
  const places = new Map<string, string>();
  const schemaOf = (place: string): string => {
    const schema = places.get(place) ?? newSchema();
    places.set(place, schema);
    return schema;
  };
  stateConformance('postgres', (place) => openPostgresState({ url: server, schema: schemaOf(place), lease }));

  test('an owner that died is followed when its lease has run out, and not before', async () => {
    const schema = newSchema();
    let now = at(1);
    const clock = { now: () => now };
    const dead = await openPostgresState({ url: server, schema, clock, lease: { ...lease, beat: 3_600_000 } });
    await dead.own(newOwner('dead'));
    const next = (await open(schema, { clock })).own(newOwner('next'));
    now = at(1).add({ milliseconds: lease.life - 1 });
    assert.equal(await Promise.race([next, sleep(700, 'waits')]), 'waits');
    now = at(1).add({ milliseconds: lease.life });
    assert.equal((await next).lost.aborted, false);
    await dead.close();
  });

  test('leases run out by the clock of the database, whatever that of a machine says', async () => {
    const schema = newSchema();
    const owner = await (await open(schema)).own({
      ...newOwner('one'),
      since: Temporal.Instant.from('1999-01-01T00:00Z'),
    });
    const [row] = await ask(
      `select expires_at::timestamptz - clock_timestamp() between '0.1 seconds' and '1.6 seconds' as right from "${schema}".owner`,
    );
    assert.equal(row?.['right'], true);
    await owner.release();
    const [after] = await ask(`select expires_at::timestamptz <= clock_timestamp() as right from "${schema}".owner`);
    assert.equal(after?.['right'], true);
  });

  test('an owner that cannot show that it lives stops believing in itself before others may follow', async () => {
    const schema = newSchema();
    const wire = await Wire.to(server);
    const owner = await (await open(schema, { url: wire.url, patience: 100 })).own(newOwner('cut off'));
    const next = await open(schema);
    wire.cut();
    const started = performance.now();
    const followed = next.own(newOwner('next')).then(() => performance.now() - started);
    await new Promise((resolve) => owner.lost.addEventListener('abort', resolve));
    const doubted = performance.now() - started;
    assert.equal(owner.lost.reason.code, 'OWNED_ELSEWHERE');
    assert.ok((await followed) > doubted, 'first one has stopped, then the other begins');
    await wire.close();
  });

  test('an owner that lives on after a short loss of the connection is still the owner', async () => {
    const schema = newSchema();
    const wire = await Wire.to(server);
    const state = await open(schema, { url: wire.url });
    const owner = await state.own(newOwner('one'));
    wire.cut();
    setTimeout(() => wire.mend(), 400);
    assert.equal(begun(await state.open(newRun('r1', { holder: 'one' }))).opened, 'new');
    await sleep(2 * lease.life);
    await assert.rejects((await open(schema)).own(newOwner('other')), { code: 'OWNED_ELSEWHERE' });
    assert.equal(owner.lost.aborted, false);
    await owner.release();
    await state.close();
    await wire.close();
  });

  test('a commit whose answer was lost is neither done twice nor taken for failed', async () => {
    const schema = newSchema();
    const wire = await Wire.to(server);
    const state = await open(schema, { url: wire.url });
    let broken = 0;
    wire.breaksAt = (sent) => sent.includes('commit\0') && broken++ === 0;
    const { opened: how, held } = begun(await state.open(newRun('r1')));
    assert.deepEqual([how, held.token, broken], ['new', 1n, 1]);
    broken = 0;
    const fixed = { bounds: [{ source: 'a', upper: 1n }], files: {} };
    assert.equal((await state.intent(held, 'c.silver.orders', fixed, at(2))).attempt, 1);
    assert.equal((await state.steps('r1'))[0]?.attempt, 1);
    await state.close();
    await wire.close();
  });

  test('a commit that never reached the database is done again', async () => {
    const schema = newSchema();
    const wire = await Wire.to(server);
    const state = await open(schema, { url: wire.url });
    let dropped = 0;
    wire.dropsAt = (sent) => sent.includes('commit\0') && dropped++ === 0;
    const { opened: how, held } = begun(await state.open(newRun('r1')));
    assert.deepEqual([how, held.token, dropped > 1], ['new', 1n, true]);
    assert.equal((await state.run('r1'))?.state, 'running');
    await state.close();
    await wire.close();
  });

  test('a transaction that was broken off is done again from its beginning', async () => {
    const schema = newSchema();
    const wire = await Wire.to(server);
    const state = await open(schema, { url: wire.url });
    let broken = 0;
    wire.breaksAt = (sent) => sent.includes('insert into') && broken++ === 0;
    assert.equal(begun(await state.open(newRun('r1'))).held.token, 1n);
    assert.equal(broken > 1, true);
    await state.close();
    await wire.close();
  });

  test('a server that stays away has a name, and so has one that lets nobody in; neither names the password', async () => {
    const wire = await Wire.to(server);
    wire.cut();
    const secret = 'eleph%40nt-in-the-room';
    const url = new URL(wire.url);
    url.password = secret;
    const started = performance.now();
    const away = openPostgresState({ url: url.href, schema: 'any', patience: 300 });
    const text = (error: unknown): string => JSON.stringify(error) + String((error as Error).stack);
    await assert.rejects(away, (error: unknown) => {
      assert.equal((error as { code: string }).code, 'STATE_UNREACHABLE');
      assert.doesNotMatch(text(error), /eleph|in-the-room/);
      return true;
    });
    assert.ok(performance.now() - started < 5_000);
    await wire.close();
    const nowhere = new URL(server);
    nowhere.pathname = '/no_such_database';
    nowhere.password = secret;
    await assert.rejects(openPostgresState({ url: nowhere.href, schema: 'any' }), (error: unknown) => {
      assert.equal((error as { code: string }).code, 'STATE_REFUSED');
      assert.doesNotMatch(text(error), /eleph|in-the-room/);
      return true;
    });
  });

  test('the state of one project is refused to another, and open to itself', async () => {
    const schema = newSchema();
    const shop = await open(schema, { project: `the shop's` });
    begun(await shop.open(newRun('r1')));
    await assert.rejects(open(schema, { project: 'desk' }), (error: { code?: string }) => {
      assert.equal(error.code, 'CONFIG_INVALID');
      assert.match(JSON.stringify(error), /project the shop's.*project desk/);
      return true;
    });
    assert.equal((await (await open(schema, { project: `the shop's` })).runs({ limit: 9 })).length, 1);
  });

  test('a role that may make no schema uses one that is there, and is refused where there is none', async () => {
    const schema = newSchema();
    const role = `${schema}_role`;
    await ask(
      `create role "${role}" login password 'only for tests'; create schema "${schema}" authorization "${role}"`,
    );
    const url = new URL(server);
    url.username = role;
    url.password = 'only for tests';
    try {
      const state = await openPostgresState({ url: url.href, schema });
      assert.equal(begun(await state.open(newRun('r1'))).opened, 'new');
      await state.close();
      await assert.rejects(openPostgresState({ url: url.href, schema: `${schema}_other` }), { code: 'STATE_REFUSED' });
    } finally {
      await ask(`drop schema "${schema}" cascade; drop role "${role}"`);
    }
  });

  test('a process that is stopped in the middle of a transaction does not hold up the others for long', async () => {
    const schema = newSchema();
    const state = await open(schema);
    const script = `
      const { openPostgresState } = await import(process.argv[1]);
      const { newRun } = await import(process.argv[2]);
      const state = await openPostgresState({ url: process.argv[3], schema: process.argv[4] });
      const asked = newRun('r1');
      // Read inside the transaction, after the lock is had.
      Object.defineProperty(asked, 'targets', { get: () => (process.kill(process.pid, 'SIGSTOP'), []) });
      await state.open(asked);
    `;
    const modules = ['./state.ts', '../../ports/conformance/runs.ts'].map((name) =>
      path.join(import.meta.dirname, name),
    );
    const stopped = promisify(execFile)(process.execPath, [
      '--input-type=module',
      '-e',
      script,
      ...modules,
      server,
      schema,
    ]);
    try {
      const isStopped = async () =>
        (await ask(`select 1 from pg_stat_activity where state = 'idle in transaction' and query like '%"${schema}"%'`))
          .length > 0;
      while (!(await isStopped())) await sleep(50);
      const started = performance.now();
      assert.equal(begun(await state.open(newRun('r2'))).held.token, 1n);
      assert.ok(performance.now() - started < 15_000);
    } finally {
      stopped.child.kill('SIGKILL');
      await stopped.catch(() => {});
    }
  });

  test('processes that open a state that is not there make it once, and draw each number once', async () => {
    const schema = newSchema();
    const opening = `
      const [{ openPostgresState }, { newRun }] = await Promise.all([import(process.argv[1]), import(process.argv[2])]);
      const state = await openPostgresState({ url: process.argv[3], schema: process.argv[4] });
      for (let index = 0; index < 30; index += 1) {
        const name = process.argv[5] + index;
        const { held } = await state.open(newRun(name, { job: name, targets: [] }));
        console.log(held.token + ' ' + held.runSeq);
      }
      await state.close();
    `;
    const modules = ['./state.ts', '../../ports/conformance/runs.ts'].map((name) =>
      path.join(import.meta.dirname, name),
    );
    const processes = ['a', 'b', 'c'].map((name) =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', opening, ...modules, server, schema, name]),
    );
    const drawn = (await Promise.all(processes)).flatMap(({ stdout }) => stdout.trim().split('\n'));
    assert.equal(new Set(drawn.map((line) => line.split(' ')[0])).size, 90);
    assert.equal(new Set(drawn.map((line) => line.split(' ')[1])).size, 90);
  });
});
