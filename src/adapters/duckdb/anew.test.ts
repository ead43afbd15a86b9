import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { col } from '../../columns/index.ts';
import { Desk } from '../../ports/conformance/warehouse/desk.ts';
import type { Publication } from '../../ports/index.ts';
import { openDuckdb } from './warehouse.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'esteira-anew-'));
after(() => rmSync(root, { recursive: true, force: true }));

const columns = { id: col.integer().key(), age: col.integer().max(120) };
const rows = [
  { id: 1, age: 30 },
  { id: 2, age: 300 },
];
const bounds = [{ source: 'one.bronze.s', upper: 9n }];
const ledger = `select coalesce(sum(case move when 'released' then -1 else 1 end), 0)::int from one._esteira.invalid_ledger`;

/** Publishes to `silver.t`, drops the tables by hand, sets up those and goes on. */
async function dropped(
  tables: readonly string[],
  goOn: (desk: Desk, again: Desk['make'], former: Publication) => Promise<void>,
) {
  const folder = mkdtempSync(path.join(root, 'data '));
  const open = () => openDuckdb({ folder, catalogs: ['one', 'two'], memoryLimit: '1GiB' });
  const before = await open();
  const desk = new Desk(before);
  const reader = await desk.make('reader', columns, { mode: 'append' });
  const former = await desk.publish(await desk.make('t', columns, { mode: 'merge' }), rows, { bounds });
  const { generations } = await before.position('one');
  const generation = generations.get('silver.t') as string;
  await desk.publish(reader, [], { bounds: [...bounds, { source: 'one.silver.t', upper: 1n, generation }] });
  await before.close();
  const instance = await DuckDBInstance.create(path.join(folder, 'one.duckdb'));
  const connection = await instance.connect();
  for (const table of tables) await connection.run(`drop table silver.${table}`);
  connection.closeSync();
  instance.closeSync();
  const warehouse = await open();
  try {
    // As the process that sets up has seen it before.
    await warehouse.position('one');
    const next = new Desk(warehouse);
    await goOn(next, (name, of, how = {}) => next.make(name, of, { mode: 'merge', ...how }), former);
  } finally {
    await warehouse.close();
  }
}

test('a table made again has read and published nothing, and its number goes on', () =>
  dropped(['t', 't_invalidos'], async (desk, make, former) => {
    const kept = await make('t', columns);
    const { fences, generations, latest, watermarks } = await desk.warehouse.position('one');
    assert.equal(fences.get('silver.t')?.sequence, 2n);
    assert.equal(latest.get('silver.t'), undefined);
    assert.equal(watermarks.get('silver.t'), undefined);
    // What was read of the former table is told apart from this one by its generation.
    const mark = watermarks.get('silver.reader')?.get('one.silver.t');
    assert.equal(mark?.upper, 1n);
    assert.notEqual(mark?.generation, generations.get('silver.t'));
    assert.deepEqual(await desk.warehouse.publications('one', former.runId), []);
    assert.deepEqual(await desk.ask('select count(*) from one._esteira.publication'), [[2]]);
    assert.deepEqual(await desk.ask(ledger), [[0]]);
    // The run that had published goes on.
    const batch = { ...desk.write(kept, '').batch, runId: former.runId, runSeq: former.runSeq };
    const made = await desk.publish(kept, rows, { bounds, reread: true, batch });
    assert.deepEqual(await desk.warehouse.publications('one', former.runId), [made]);
    assert.deepEqual([made.account.inserted, made.account.invalid, made.sequence], [1, 1, 3n]);
    const after = await desk.warehouse.position('one');
    assert.deepEqual(after.latest.get('silver.t'), made);
    assert.equal(after.watermarks.get('silver.t')?.get('one.bronze.s')?.upper, 9n);
    assert.deepEqual(await desk.ask(ledger), [[1]]);
  }));

test('invalid rows that are still there stay on the record when only their table is made again', () =>
  dropped(['t'], async (desk, make) => {
    const kept = await make('t', columns, { setAside: false });
    assert.deepEqual(await desk.ask(ledger), [[1]]);
    const invalid = { ...kept.place, table: 't_invalidos' };
    const batch = { ...desk.write(kept, '').batch, runId: 'next', runSeq: 7n };
    const both = { ...kept, invalid };
    await desk.publish(both, [{ id: 1, age: 30 }], { bounds, reread: true, batch });
    assert.deepEqual(await desk.ask(ledger), [[1]]);
    assert.equal((await desk.refused(both)).length, 1);
  }));
