import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { EsteiraError } from '../../src/errors.ts';
import { operate, type RunEvent } from '../../src/operate/index.ts';
import { temporaryFolder, writeProject } from './support/folder.ts';
import { World } from './support/world.ts';

const words = `import { byHand, col, cron, files, from, job, source, sql, table } from 'esteira';\n`;
const sales = `export const landing = source('landing.sales', { reader: files('day/*.csv'), columns: { id: col.integer() } });
export const sales = table('silver.sales', { columns: { id: col.integer() }, rows: landing.unread, write: 'append' });\n`;
const job = (build: string, more = '') =>
  `export const daily = job('daily', { when: cron('0 2 * * *'), build: [${build}]${more} });\n`;
const date = '2026-09-16';

async function open(definitions: string): Promise<World> {
  const folder = temporaryFolder('patience');
  writeProject(folder, { catalog: 'shop', definitions: `${words}${definitions}` });
  const day = path.join(folder, 'files', 'day');
  mkdirSync(day, { recursive: true });
  writeFileSync(path.join(day, 'a.csv'), 'id\n1\n2\n');
  const world = await World.open(folder);
  await world.do('setup', {});
  return world;
}
/** As when a network's folder is away: nobody can list it. */
const away = (): Promise<never> =>
  Promise.reject(new EsteiraError('FILES_UNREADABLE', { what: 'The folder cannot be listed.', next: 'Try again.' }));

/** Runs the day; what happens at each note is the test's. */
async function run(
  world: World,
  onNote: (text: string) => void,
  isAway = () => false,
): Promise<EsteiraError | undefined> {
  const emit = (event: RunEvent): void => {
    if (event.type === 'note') onNote(event.text);
  };
  const { signal } = new AbortController();
  const { files } = world.project;
  const list: typeof files.list = (...words) => (isAway() ? away() : files.list(...words));
  const project = { ...world.project, files: { ...files, list } };
  return operate(project, 'run', { job: 'daily', date }, { emit, signal }).then(
    () => undefined,
    (error: EsteiraError) => error,
  );
}

test('a step whose failure may pass waits by the clock, says why, and goes on when it has passed', async () => {
  const world = await open(`${sales}${job('sales')}`);
  const said: string[] = [];
  const onNote = (text: string): void => {
    said.push(text);
    setTimeout(() => world.setClock('2026-09-17T07:00:00Z'), 100);
  };
  const error = await run(world, onNote, () => said.length === 0);
  assert.equal(error, undefined);
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /^[A-Z_]+: .* Attempt 2 of 3 in [5-6] s\.$/);
  assert.deepEqual(await world.rows('select id from silver.sales order by id'), [[1], [2]]);
  const { lines } = await world.do('logs', { run: 'latest' });
  assert.ok(lines.some(({ text }) => /Attempt 2 of 3/.test(text)));
  await world.close();
});

test('when its attempts are used the step fails with the last error, and a later run does the rest', async () => {
  const world = await open(`${sales}${job('sales')}`);
  const said: string[] = [];
  const onNote = (text: string): void => {
    said.push(text);
    const now = `2026-09-17T0${6 + said.length}:30:00Z`;
    setTimeout(() => world.setClock(now), 100);
  };
  const error = await run(world, onNote, () => true);
  assert.equal(error?.code, 'FILES_UNREADABLE');
  assert.equal(said.filter((text) => /Attempt [23] of 3/.test(text)).length, 2);
  assert.equal((await world.run('daily', date)).state, 'succeeded');
  await world.close();
});

const slow = `let now = 6;
export const seven = table('bronze.seven', { columns: { n: col.integer() }, rows: sql\`select 7 as n\` });
export const slow = table('silver.slow', { columns: { n: col.integer() },
  rows: sql\`select sum(a.range * b.range % 7)::bigint as n from range(100000000) as a, range(1000000) as b, \${seven}\` });
export const after = table('gold.after', { columns: { n: col.integer() }, rows: sql\`select n from \${slow}\` });\n`;
for (const [limits, where] of [
  ["step: '10 minutes'", /silver\.slow/],
  ["run: '10 minutes'", /^run /],
] as const) {
  test(`what takes longer than ${limits} is rolled back, and named`, async () => {
    const world = await open(`${slow}${job('after', `, limits: { ${limits} }`)}`);
    const started = setTimeout(() => world.setClock('2026-09-17T06:11:00Z'), 1500);
    const error = await run(world, () => {});
    clearTimeout(started);
    assert.equal(error?.code, 'TIME_LIMIT');
    assert.match(error?.details.where ?? '', where);
    assert.equal(error?.details.allowed, '10 minutes');
    const shown = await world.do('show', { name: 'latest' });
    assert.ok('steps' in shown && shown.state === 'failed');
    assert.deepEqual(
      shown.steps.map(({ state }) => state),
      ['done', 'failed', 'pending'],
    );
    await world.close();
  });
}
