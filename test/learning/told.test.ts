import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { learningWorld } from './world.ts';

const jobs = `
export const weekly = job('weekly', { when: byHand, train: [engagement], build: [labels], tell: 'dados' });
export const alone = job('alone', { when: byHand, train: [engagement], tell: 'dados' });
export const wrong = table('gold.wrong', { columns: { id: col.integer().key() }, rows: sql\`select id from \${people} where error('no such level') is null\` });
export const breaks = job('breaks', { when: byHand, build: [wrong], tell: 'dados' });
export const nightly = job('nightly', { when: cron('0 2 * * *', { missed: 'run once' }), build: [chances], tell: 'dados' });
export const silent = job('silent', { when: byHand, build: [people] });
`;
const world = await learningWorld('learning-told', { view: jobs });
after(() => world.close());
const file = path.join(world.folder, 'told.txt');
/** What was told since it was asked last: subject and text of each. */
function told(): readonly string[] {
  const text = readFileSync(file, 'utf8');
  rmSync(file);
  return text
    .split(/^Date: .*\nMessage-ID: .*\nSubject: /m)
    .slice(1)
    .map((one) =>
      one
        .trimEnd()
        .replaceAll(/01[0-9A-Z]{24}/g, '<id>')
        .replaceAll(/\d+\.\d\d s|\d+\.\d s/g, '… s'),
    );
}

test('a job tells which version became the champion, with each limit, its rows and what to look at', async () => {
  await world.run('silent');
  await world.run('weekly');
  assert.deepEqual(told(), [
    `[world here] weekly succeeded for 2026-03-09: analytics.engagement 20260310_0600 is the champion

weekly succeeded for 2026-03-09: analytics.engagement 20260310_0600 is the champion.

The gate of analytics.engagement 20260310_0600
  held    silhouette of level team 0.845683: at least 0.2
          (config.limits.silhouette)
  held    silhouette of level user 0.834787: at least 0.2
          (config.limits.silhouette)
  held    samples of level team 300: at least 50
  held    samples of level user 300: at least 50

3 of 3 steps done, … s
  analytics.engagement: 600 training rows, … s
  analytics.labels__versions: 6 rows in, … s

What to look at next
  esteira models show analytics.engagement 20260310_0600
  esteira show <id>

Job weekly; run <id>, for 2026-03-09; environment here of world`,
  ]);
});

test('a champion that stays is told with why: a limit that broke, or tables that are not made', async () => {
  await world.do('settings set', { name: 'config.limits.silhouette', value: '0.999', by: 'ana' });
  world.setClock('2026-03-11T06:00:00Z');
  await world.run('weekly');
  const [refused = '', ...none] = told();
  const who = 'analytics.engagement 20260311_0600 is not the champion';
  const stays = '20260310_0600 stays the champion';
  assert.deepEqual(none, []);
  assert.equal(
    refused.split('\n')[0],
    `[world here] weekly, for 2026-03-10: ${who} (its gate refused it: silhouette); ${stays}`,
  );
  assert.match(
    refused,
    /\n {2}broken {2}silhouette of level team 0\.84\d+ \(champion 0\.84\d+\): at least 0\.999\n {10}\(config\.limits\.silhouette\)\n/,
  );
  await world.do('settings set', { name: 'config.limits.silhouette', value: '0.2', by: 'ana' });
  world.setClock('2026-03-12T06:00:00Z');
  await world.run('alone');
  const [waits = ''] = told();
  assert.match(waits, /alone, for 2026-03-11: .* \(its rows of analytics\.labels are not made\); 20260310_0600 stays/);
  assert.ok(waits.includes('  esteira models show analytics.engagement 20260312_0600\n'));
});

test('a run that fails is told with its error, once while it fails for the same reason; a part of a job tells nobody', async () => {
  const fails = () => assert.rejects(world.run('breaks'), { code: 'ENGINE_FAILED' });
  await fails();
  await fails();
  const [failed = '', ...none] = told();
  assert.deepEqual(none, []);
  assert.match(failed, /^\[world here\] breaks failed for 2026-03-11 at gold\.wrong \(ENGINE_FAILED\)\n/);
  assert.match(failed, /\ngold\.wrong: ENGINE_FAILED: [\s\S]*no such level[\s\S]*\n\n1 of 2 steps done/);
  assert.match(failed, /\n {2}esteira resume <id>\n/);
  await assert.rejects(world.do('run', { job: 'breaks', select: ['gold.wrong'] }), { code: 'ENGINE_FAILED' });
  const { runs } = await world.do('alerts', { limit: 1 });
  assert.deepEqual(
    runs.map(({ kind, job, notices }) => [kind, job, notices.map(({ to, state }) => `${to} ${state}`)]),
    [['failed', 'breaks', ['dados/file delivered']]],
  );
});

test('what cannot be read of a run is told as that, and the run ends as it would have', async () => {
  const { models } = world.project.state;
  Object.defineProperty(models, 'moves', { value: () => Promise.reject(new Error('it is away')) });
  world.setClock('2026-03-13T06:00:00Z');
  assert.equal((await world.run('alone')).state, 'succeeded');
  const [text = ''] = told();
  assert.match(text, /^\[world here\] alone succeeded for 2026-03-12\n[\s\S]*could not be read: it is away/);
});

test('a run that cannot begin is told once, one that is cancelled after its process died, and times that are given up', async () => {
  const { state, clock, holder } = world.project;
  await world.do('start', { once: true });
  world.setClock('2026-03-14T02:00:00Z');
  await world.do('start', { once: true });
  await world.do('start', { once: true });
  const [notBegun = '', ...none] = told();
  assert.deepEqual(none, []);
  assert.match(
    notBegun,
    /^\[world here\] nightly could not begin for 2026-03-14: MODEL_MISSING\n[\s\S]*esteira doctor/,
  );
  await world.do('cancel', { run: 'nightly', by: 'ana' });
  assert.match(
    told().join(),
    /nightly was not run for 2026-03-14\n[\s\S]*due 2026-03-14T02:00:00Z.*: ana has cancelled it/,
  );
  const now = clock.now();
  const date = Temporal.PlainDate.from('2026-03-13');
  const opened = {
    runId: '01KDEAD0000000000000000000',
    job: 'breaks',
    date,
    logicalTime: now,
    zone: 'UTC',
    reason: 'manual',
  } as const;
  const nothing = { plan: [], params: {}, settings: {}, steps: [], targets: [], again: false };
  await state.open({ ...opened, ...nothing, holder, now });
  await world.do('cancel', { run: opened.runId, by: 'ana' });
  assert.match(told().join(), /breaks was cancelled for 2026-03-13\n[\s\S]*ana has stopped it; nobody carried it out/);
});

test('what happens in a run stands in the file of its job, a line of JSON for each thing', () => {
  const lines = readFileSync(path.join(world.folder, 'logs', 'training.log'), 'utf8')
    .trimEnd()
    .split('\n');
  const all = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const ofJob = (job: string, date: string) => all.filter((one) => one['job'] === job && one['date'] === date);
  const weekly = ofJob('weekly', '2026-03-10');
  const named = (event: string) => weekly.filter((one) => one['event'] === event);
  assert.equal(new Set(weekly.map(({ run }) => run)).size, 1);
  assert.deepEqual(
    [weekly[0]?.['event'], weekly.at(-1)?.['event'], weekly.at(-1)?.['state']],
    ['run opened', 'run ended', 'succeeded'],
  );
  assert.deepEqual(
    ['step began', 'step finished', 'measured', 'gate', 'version'].map((event) => named(event).length),
    [3, 3, 2, 1, 1],
  );
  const step = named('step finished').find((one) => one['step'] === 'shop.analytics.engagement');
  assert.deepEqual([step?.['training_rows'], step?.['in'], typeof step?.['seconds']], [600, undefined, 'number']);
  assert.ok(!('seconds' in (named('step began')[0] ?? {})));
  const [gate] = named('gate');
  assert.deepEqual(
    [
      gate?.['passed'],
      ((gate?.['limits'] ?? []) as readonly { readonly passed: boolean }[]).map(({ passed }) => passed),
    ],
    [false, [false, false, true, true]],
  );
  const [version] = named('version');
  assert.deepEqual(
    [version?.['version'], version?.['became'], version?.['champion']],
    ['20260311_0600', 'refused', '20260310_0600'],
  );
  assert.ok(weekly.some((one) => one['event'] === 'progress' && one['step'] === 'shop.analytics.engagement'));
  const [failed] = ofJob('breaks', '2026-03-11').filter(({ event }) => event === 'step failed');
  assert.deepEqual([failed?.['step'], failed?.['code']], ['shop.gold.wrong', 'ENGINE_FAILED']);
  assert.equal(ofJob('breaks', '2026-03-11').at(-1)?.['state'], 'failed');
});

test('a file that cannot be written keeps no run from its end, and is told', async () => {
  rmSync(path.join(world.folder, 'logs'), { recursive: true });
  writeFileSync(path.join(world.folder, 'logs'), 'a file where the folder would be');
  world.setClock('2026-03-14T06:00:00Z');
  assert.equal((await world.run('silent')).state, 'succeeded');
  const notes = world.events.flatMap((event) => (event.type === 'note' ? [event.text] : []));
  assert.match(
    notes.at(-1) ?? '',
    /^The file logs\/training\.log does not have all of this run: Error: (EEXIST|ENOTDIR)/,
  );
});
