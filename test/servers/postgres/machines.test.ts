// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/servers/postgres
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ask, withoutServer } from '../../../src/adapters/postgres/testing.ts';
import { checkout } from './support.ts';

const long = 'select count(*) from range(1600) where sleep_ms(5) is null';

/** Two folders that know nothing of each other but the database: each has its own warehouse, as no lock of a file is to decide. */
function twoMachines() {
  const { sandbox, schema, url } = checkout();
  const other = sandbox.copy();
  const on = (machine: typeof sandbox, ...words: readonly string[]) =>
    machine.start(words, { env: { CATALOGS: machine.file('volume'), DATABASE_URL: url } });
  return { one: sandbox, other, on, schema };
}

describe('two machines with one state', { skip: withoutServer, concurrency: true }, () => {
  test('one owns the project, the other is told who does, and follows at once when it has ended', async () => {
    const { one, other, on } = twoMachines();
    for (const machine of [one, other]) assert.equal((await on(machine, 'setup').ended).exit, 0);
    const owner = on(one, 'query', long);
    await one.ownedBy(owner);
    // Answered when the state is open.
    assert.equal((await on(one, 'status').ended).exit, 0);
    const refused = await on(other, 'run', 'daily', '--date', '2026-03-01').ended;
    assert.equal(refused.exit, 4, refused.out + refused.err);
    assert.match(refused.err, new RegExp(`OWNED_ELSEWHERE.*\\n.*esteira query.*PID ${owner.pid} on `));
    assert.equal((await owner.ended).exit, 0);
    const started = performance.now();
    const followed = await on(other, 'run', 'daily', '--date', '2026-03-01').ended;
    assert.equal(followed.exit, 0, followed.err);
    assert.ok(performance.now() - started < 10_000);
  });

  test('a machine that stood still while another took over its run writes nothing more when it wakes', async () => {
    const { one, other, on, schema } = twoMachines();
    for (const machine of [one, other]) assert.equal((await on(machine, 'setup').ended).exit, 0);
    const paused = on(one, 'run', 'daily', '--date', '2026-03-01');
    const isRunning = async (): Promise<boolean> => (await ask(`select 1 from "${schema}".lease`)).length > 0;
    while (!(await isRunning())) assert.ok(!paused.isOver, `it ended too soon: ${paused.out}${paused.err}`);
    paused.signal('SIGSTOP');
    const taken = await on(other, 'run', 'daily', '--date', '2026-03-01').ended;
    assert.equal(taken.exit, 0, taken.err);
    const everything = `select (select json_agg(r order by run_id) from "${schema}".run r)::text as runs,
      (select json_agg(s order by run_id, step) from "${schema}".step s)::text as steps, (select holder from "${schema}".owner) as owner`;
    const before = await ask(everything);
    paused.signal('SIGCONT');
    const { exit, err } = await paused.ended;
    assert.equal(exit, 4, err);
    assert.match(err, /OWNED_ELSEWHERE|FENCED/);
    assert.deepEqual(await ask(everything), before);
  });
});
