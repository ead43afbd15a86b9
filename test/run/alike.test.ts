import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { tamper } from './support/compare.ts';
import { temporaryFolder, writeProject } from './support/folder.ts';
import { World } from './support/world.ts';

/** Rows that a join gives, which no origin tells apart, appended from what is new of an appended and of a replaced table. */
const definitions = `
import { byHand, col, files, job, source, sql, table } from 'esteira';

const columns = { id: col.integer(), q: col.integer() };
export const landing = source('landing.o', { reader: files('*.jsonl'), columns });
export const bronze = table('bronze.o', { columns, rows: sql\`select * from \${landing.unread}\`, write: 'append' });
export const whole = table('silver.whole', { columns: { q: col.integer() }, rows: sql\`select q from \${bronze}\` });
const joined = (relation) => sql\`select r.q from \${relation} as r join (select 1) as one on true\`;
const append = { columns: { q: col.integer() }, write: 'append' };
export const sold = table('silver.sold', { ...append, rows: joined(bronze.since('q')) });
export const copied = table('silver.copied', { ...append, rows: joined(whole.since('q')) });
export const daily = job('daily', { when: byHand, build: [sold, copied] });
`;

function put(folder: string, name: string, lines: string): void {
  mkdirSync(path.join(folder, 'files'), { recursive: true });
  writeFileSync(path.join(folder, 'files', name), lines);
}
const quantities = async (world: World, name: string): Promise<readonly unknown[]> =>
  (await world.rows(`select q from silver.${name} order by q`)).flat();

test('equal rows of two runs are two rows, but not where the table they come from is replaced or made again', async () => {
  const folder = temporaryFolder('alike');
  writeProject(folder, { catalog: 'shop', definitions });
  put(folder, '1.jsonl', '{"id":1,"q":10}\n');
  const world = await World.open(folder);
  await world.do('setup', {});
  await world.run('daily');
  put(folder, '2.jsonl', '{"id":2,"q":10}\n{"id":3,"q":11}\n');
  world.setClock('2026-09-18T06:00:00Z');
  await world.run('daily');
  assert.deepEqual(await quantities(world, 'sold'), [10, 10, 11]);
  assert.deepEqual(await quantities(world, 'copied'), [10, 10, 11]);
  await world.close();
  await tamper(folder, 'shop', 'drop table bronze.o');
  const next = await World.open(folder, '2026-09-19T06:00:00Z');
  await next.do('setup', {});
  await next.run('daily');
  assert.deepEqual(await quantities(next, 'sold'), [10, 10, 11]);
  assert.deepEqual(await quantities(next, 'copied'), [10, 10, 11]);
  await next.close();
});
