// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/servers/postgres
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ask, withoutServer } from '../../../src/adapters/postgres/testing.ts';
import { checkout } from './support.ts';

/** Named points of a run, each met by both of its steps. */
const stops = [
  'opened',
  'claimed',
  'before-intent@2',
  'intent@1',
  'candidate@2',
  'checked@1',
  'before-commit@2',
  'published@1',
  'done@1',
  'before-finish',
];

/** What the state holds, without what names the run, the time or the making of a table. */
const asIntended = (schema: string): Promise<readonly Record<string, unknown>[]> =>
  ask(`select run_seq, r.state, s.step, s.state as step_state, s.account,
      regexp_replace(s.bounds, '"generation":"[^"]*"', '') as bounds, (select count(*) from json_object_keys(s.files::json)) as files,
      (select count(*) from "${schema}".attempt a where a.run_id = s.run_id and a.step = s.step and a.outcome = 'done') as done,
      (select count(*) from "${schema}".lease) as leases
    from "${schema}".run r join "${schema}".step s using (run_id) order by run_seq, s.ord`);

/** A day that was carried out; with a stop: by a process that is killed there, and by the next one. */
async function world(stop?: string) {
  const { sandbox, schema, url } = checkout();
  const env = { CATALOGS: sandbox.file('volume'), DATABASE_URL: url };
  const run = (more: NodeJS.ProcessEnv = {}, ...words: string[]) =>
    sandbox.start(words, { env: { ...env, ...more } }).ended;
  assert.equal((await run({}, 'setup')).exit, 0);
  const day = ['run', 'daily', '--date', '2026-03-01'];
  if (stop !== undefined) assert.equal((await run({ ESTEIRA_STOP_AT: stop }, ...day)).exit, 137, `${stop} is not met`);
  const { exit, err } = await run({}, ...day);
  assert.equal(exit, 0, err);
  const { out } = await run(
    {},
    'query',
    'select (select count(*) from bronze.orders) as orders, (select n from gold.total) as n',
    '--json',
  );
  return { rows: (JSON.parse(out) as { rows: unknown }).rows, intended: await asIntended(schema) };
}

describe('a run that was killed, its state in Postgres', {
  skip: withoutServer,
  concurrency: stops.length,
}, async () => {
  const undisturbed = world();
  for (const stop of stops)
    test(`at ${stop}: the next process ends it as if nothing had been`, async () => {
      assert.deepEqual(await world(stop), await undisturbed);
    });
});
