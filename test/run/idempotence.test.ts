import assert from 'node:assert/strict';
import path from 'node:path';
import { before, test } from 'node:test';
import { generate } from '../../pipelines/credit/data/generate.ts';
import { silverName, tableNames } from '../../pipelines/credit/data/generator/tables.ts';
import { Looking, tamper } from './support/compare.ts';
import { deliver } from './support/credit.ts';
import { temporaryFolder, writeProject } from './support/folder.ts';
import { World } from './support/world.ts';

const catalog = 'v_credit';
const job = 'v_credit_diario';
const days = ['2026-09-14', '2026-09-15', '2026-09-16'] as const;
const [firstDate, , lastDate] = days;
const folder = temporaryFolder('idempotence');

/** What stands in the tables, without what says only which run wrote a row. */
async function hashes(): Promise<Readonly<Record<string, string>>> {
  const looking = await Looking.at({ here: folder }, catalog);
  const found = await looking.hashes('here');
  looking.close();
  return found;
}

/** One more run of the last date; `read` by step: how many rows it read. */
async function runAgain() {
  const world = await World.open(folder);
  const run = await world.run(job, lastDate, { again: true });
  const done = world.events.flatMap((event) => (event.type === 'step' && event.state === 'done' ? [event] : []));
  await world.close();
  assert.equal(run.state, 'succeeded');
  return { steps: run.steps.length, done, read: new Map(done.map(({ step, account }) => [step, account?.in])) };
}

let first: Readonly<Record<string, string>>;
before(async () => {
  const landing = path.join(folder, 'all');
  await generate({ folder: landing, tickets: 300, days: 3, firstDate, seed: 7, memoryLimit: '1GB', threads: 2 });
  writeProject(folder, { catalog });
  const world = await World.open(folder);
  await world.do('setup', {});
  for (const date of days) {
    deliver(landing, folder, (file) => file.includes(date));
    world.setClock(`${date}T23:00:00Z`);
    await world.do('sync', {});
    await world.run(job, date);
  }
  await world.close();
  first = await hashes();
});

test('every table and view of the credit pipeline has rows before it is run again', () => {
  const empty = Object.keys(first).filter((table) => first[table]?.startsWith('0 rows'));
  // Bronze sets aside only rows without an origin, and of these tables nothing was deleted.
  assert.deepEqual(
    empty.filter((table) => !/^bronze\..*_invalidos$|__deleted$/.test(table)),
    [],
  );
  assert.ok(Object.keys(first).length > 40, Object.keys(first).join(', '));
});

test('a second run of a date with `again` carries out every step and changes no table', async () => {
  const again = await runAgain();
  assert.equal(again.done.length, again.steps);
  assert.deepEqual(
    again.done.filter(({ unchanged, adopted }) => unchanged || adopted),
    [],
  );
  assert.equal(again.read.get(`${catalog}.silver.tb_chamado`), 0, 'nothing has arrived');
  assert.deepEqual(await hashes(), first);
});

test('a run with every watermark set back reads all of bronze and changes no table', async () => {
  await tamper(folder, catalog, 'update _esteira.watermark set upper_bound = 0');
  const looking = await Looking.at({ here: folder }, catalog);
  const counts = new Map<string, number>();
  for (const table of tableNames) {
    const [row] = await looking.rows<{ n: number }>(`select count(*)::integer as n from here.bronze.${table}`);
    counts.set(`${catalog}.bronze.${table}`, row?.n ?? 0);
    counts.set(`${catalog}.${silverName(table)}`, row?.n ?? 0);
  }
  looking.close();
  const again = await runAgain();
  assert.deepEqual(new Map([...counts].map(([step]) => [step, again.read.get(step)])), counts);
  assert.ok([...counts.values()].every((count) => count > 0));
  assert.deepEqual(await hashes(), first);
});

test('one changed value is another hash, of that table only', async () => {
  await tamper(folder, catalog, `update silver.tb_motivo set nome = nome || '.' where id_motivo = 1`);
  const changed = await hashes();
  assert.deepEqual(
    Object.keys(first).filter((table) => changed[table] !== first[table]),
    ['silver.tb_motivo'],
  );
});
