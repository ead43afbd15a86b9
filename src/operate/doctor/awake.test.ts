import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { Project } from '../../run/index.ts';
import { awake, clocks, owning } from './awake.ts';

const local = mkdtempSync(path.join(os.tmpdir(), 'esteira-awake-'));
after(() => rmSync(local, { recursive: true, force: true }));

const now = Temporal.Instant.from('2026-03-10T12:00:00Z');
/** A project of which only this is asked. */
const project = (of: object): Project =>
  ({
    ...{ local, owner: { pid: 1, since: 'a while', command: 'esteira' }, clock: { now: () => now } },
    graph: { catalogs: [] },
    ...of,
  }) as unknown as Project;
const engine = (query: () => Promise<unknown>) => project({ warehouse: { query, dialect: { name: 'duckdb' } } });

test('an engine that answers is awake, and one that does not answer in time is said to sleep', async (t) => {
  assert.match(await awake(engine(async () => [])), /^duckdb answered in /);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const asked = awake(engine(() => new Promise(() => {})));
  t.mock.timers.tick(5000);
  await assert.rejects(asked, /duckdb has not answered within 5\.00 s/);
});

test('a heartbeat that grows old while its process lives belongs to one that hangs', () => {
  const file = path.join(local, 'heartbeat.json');
  const found = (pid: number, age: number): readonly boolean[] => {
    writeFileSync(file, JSON.stringify({ pid }));
    utimesSync(file, Date.now() / 1000 - age, Date.now() / 1000 - age);
    return owning(project({})).map(({ ok }) => ok);
  };
  assert.deepEqual(found(process.pid, 120), [true, false]);
  assert.deepEqual(found(process.pid, 5), [true], 'it beats');
  assert.deepEqual(found(1, 120), [true], 'the owner is asked itself');
  assert.deepEqual(found(2 ** 22 + 1, 120), [true], 'it has ended');
  rmSync(file);
  assert.deepEqual(
    owning(project({})).map(({ ok }) => ok),
    [true],
  );
});

test('two clocks that are apart are both named', async () => {
  const state = (seconds: number) => ({ describe: 'Postgres db', now: async () => now.add({ seconds }) });
  assert.match(await clocks(project({ state: state(2) }), () => now), /as the state's$/);
  await assert.rejects(
    clocks(project({ state: state(-90) }), () => now),
    /this machine says 2026-03-10T12:00:00Z, and Postgres db 2026-03-10T11:58:30Z: 1 min 30 s apart/,
  );
});
