import assert from 'node:assert/strict';
import path from 'node:path';
import { after, test } from 'node:test';
import type { Output } from '../../src/operate/views.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { binOf, Command, type Ended } from '../sandbox.ts';
import { endOwners, Owner, setClock } from './owner.ts';

const definitions = `import { col, cron, job, run, settings, sql, table } from 'esteira';
export const limits = settings('config.limits', { due: col.text().default('0 12 * * *').describe('when the daily job is due') });
export const kept = table('silver.kept', { columns: { due_at: col.timestamp() }, rows: sql\`select \${run.at} as due_at\`, write: 'append' });
export const daily = job('daily', { when: cron(limits.due, { missed: 'run each' }), build: [kept] });
`;
const folder = temporaryFolder('schedule-changed');
const at = (time: string): void => setClock(folder, Temporal.Instant.from(time));
const command = (...words: readonly string[]): Promise<Ended> =>
  new Command(process.execPath, [binOf(folder), ...words, '--project', folder], {
    cwd: folder,
    env: { ...process.env, ESTEIRA_NOW: path.join(folder, 'now') },
  }).ended;
async function succeed(...words: readonly string[]): Promise<string> {
  const { exit, out, err } = await command(...words);
  assert.equal(exit, 0, out + err);
  return out + err;
}
after(endOwners);

test('a schedule that is set while esteira start goes on holds after its process was killed, too: no day twice, none lost', async () => {
  writeProject(folder, { catalog: 'desk', definitions });
  at('2026-03-01T09:00:00Z');
  await succeed('setup');
  const owner = new Owner(folder);
  await owner.says(/waits for daily, due 2026-03-01T12:00:00Z/);
  at('2026-03-01T12:00:00Z');
  await owner.says(/succeeded/);
  at('2026-03-02T10:00:00Z');
  await succeed('settings', 'set', 'config.limits.due', '0 6 * * *', '--reason', 'before the call');
  const { exit, err } = await command('settings', 'set', 'config.limits.due', 'at six');
  assert.deepEqual([exit, /^SETTING_INVALID: .*says when daily is due/.test(err)], [2, true], err);
  await owner.says(/is due 0 6 \* \* \* UTC \(config\.limits\.due\) from 2026-03-02T10:00:00Z on/);
  assert.match(await succeed('status'), /^daily .* 2026-03-03 06:00Z +0 6 /m);
  assert.match(await succeed('settings', 'get', 'config.limits.due'), /schedule of daily \(UTC\)/);
  owner.signal('SIGKILL');
  await owner.ended;
  at('2026-03-04T07:00:00Z');
  await succeed('start', '--once');
  const { runs, missed } = JSON.parse((await command('runs', '--json')).out) as Output<'runs'>;
  assert.deepEqual(
    runs.map(({ logicalTime, state }) => `${logicalTime} ${state}`).toReversed(),
    ['01T12', '02T10', '03T06', '04T06'].map((time) => `2026-03-${time}:00:00Z succeeded`),
  );
  assert.deepEqual(missed, []);
  await succeed('settings', 'set', 'config.limits.due', '0 18 * * *');
  await succeed('start', '--once');
  assert.equal((JSON.parse((await command('runs', '--json')).out) as Output<'runs'>).runs.length, 4);
  assert.match(await succeed('plan', 'daily', '--date', '2026-03-01'), /logical time 2026-03-01 12:00Z/);
});
