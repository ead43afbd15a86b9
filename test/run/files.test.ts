import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder, writeProject } from './support/folder.ts';
import { World } from './support/world.ts';

const definitions = `import { col, cron, files, job, source, sql, table } from 'esteira';
export const landing = source('landing.n', { reader: files('*.csv'), columns: { n: col.integer() } });
export const bronze = table('bronze.n', { columns: landing.columns, rows: landing.unread, write: 'append' });
export const plans = source('landing.plans', { reader: files('*.jsonl*'), columns: { id: col.integer() } });
export const silver = table('silver.plans', { columns: { id: col.integer() }, rows: sql\`select id from \${plans}\` });
export const daily = job('daily', { when: cron('0 2 * * *'), build: [bronze, silver] });
`;
async function open(): Promise<World> {
  const folder = temporaryFolder('files');
  writeProject(folder, { catalog: 'shop', definitions });
  const world = await World.open(folder);
  put(world, 'a.csv', 'n\n1\n');
  put(world, 'plans.jsonl', '{"id":1}\n');
  await world.do('setup', {});
  await world.run('daily', '2026-09-14');
  return world;
}
const put = (world: World, name: string, text: string): void =>
  writeFileSync(path.join(world.folder, 'files', name), text);
const wrong = async (world: World): Promise<readonly string[]> =>
  (await world.do('doctor', {})).findings.filter(({ ok }) => !ok).map(({ what, found }) => `${what}: ${found}`);
const warnings = (world: World): readonly string[] =>
  world.events.flatMap((event) => (event.type === 'note' && event.level === 'warn' ? [event.text] : []));

test('a file that has changed since it was read is said by every run that sees it, and by doctor', async () => {
  const world = await open();
  assert.deepEqual(await wrong(world), []);
  put(world, 'a.csv', 'n\n1\n2\n');
  for (const date of ['2026-09-15', '2026-09-16']) {
    world.events.length = 0;
    const { steps } = await world.run('daily', date);
    const text =
      /^a\.csv has changed since it was read: .* landing\.n .* Deliver the new rows in a file of another name/;
    assert.match(steps.find(({ step }) => step === 'shop.bronze.n')?.details?.warnings[0] ?? '', text);
    assert.match(warnings(world).join('\n'), text);
  }
  assert.deepEqual(await world.rows('from bronze.n').then((rows) => rows.length), 1);
  assert.match((await wrong(world)).join('\n'), /^files of bronze\.n: a\.csv has changed since it was read/);
  await world.close();
});

test('a file that was set aside is still said when nothing else is new, and by doctor', async () => {
  const world = await open();
  put(world, 'bad.jsonl.gz', 'no gzip');
  for (const date of ['2026-09-15', '2026-09-16']) {
    world.events.length = 0;
    await world.run('daily', date);
    assert.match(warnings(world).join('\n'), /^bad\.jsonl\.gz could not be read and was set aside/);
  }
  assert.match(
    (await wrong(world)).join('\n'),
    /^files of silver\.plans: set aside by its newest publication: bad\.jsonl\.gz/,
  );
  await world.close();
});
