// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/servers/postgres
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, withoutServer } from '../../../src/adapters/postgres/testing.ts';
import { setClock } from '../../schedule/owner.ts';
import { checkout } from './support.ts';

const schedule = `import { col, cron, job, run, sql, table } from 'esteira';
export const marks = table('silver.marks', { columns: { day: col.date() }, rows: sql\`select \${run.date} as day\`, write: 'append' });
export const marking = job('marking', { when: cron('0 * * * *', { missed: 'run each' }), build: [marks] });
`;

describe('two machines that keep the schedules of one state', { skip: withoutServer }, () => {
  test('one runs what comes due, the other stands by and goes on when it has ended: each time is run once', async () => {
    const { sandbox: one, schema, url } = checkout();
    one.write({ 'definitions/schedule.ts': schedule });
    const other = one.copy();
    const on = (machine: typeof one, ...words: readonly string[]) => {
      const now = path.join(machine.folder, 'now');
      const env = { CATALOGS: machine.file('volume'), DATABASE_URL: url, ESTEIRA_NOW: now };
      return machine.start(words, { env });
    };
    const at = (time: string): void => {
      for (const machine of [one, other]) setClock(machine.folder, Temporal.Instant.from(`2026-03-10T${time}:00Z`));
    };
    const ticks = async (): Promise<readonly string[]> => {
      const found = await ask(`select due, state from "${schema}".tick order by due`);
      return found.map(({ due, state }) => `${String(due).slice(11, 16)} ${state}`);
    };
    at('11:30');
    for (const machine of [one, other]) assert.equal((await on(machine, 'setup').ended).exit, 0);
    const first = on(one, 'start');
    after(() => first.signal('SIGKILL'));
    await first.says(/waits for marking, due 2026-03-10T12:00:00Z/);
    const second = on(other, 'start');
    after(() => second.signal('SIGKILL'));
    await second.says(new RegExp(`Stands by: .*esteira start.* \\(PID ${first.pid} on `));
    at('12:00');
    await first.says(/marking 2026-03-10: succeeded/);
    await sleep(500);
    assert.deepEqual(await ticks(), ['12:00 done']);
    first.signal('SIGTERM');
    assert.equal((await first.ended).exit, 0);
    at('14:10');
    await second.says(/marking 2026-03-10: succeeded[\s\S]*marking 2026-03-10: succeeded[\s\S]*waits for/);
    assert.deepEqual(await ticks(), ['12:00 done', '13:00 done', '14:00 done']);
    const runs = await ask(`select count(*)::int as runs from "${schema}".run where state = 'succeeded'`);
    assert.deepEqual(runs, [{ runs: 3 }]);
    second.signal('SIGTERM');
    assert.equal((await second.ended).exit, 0);
  });
});
