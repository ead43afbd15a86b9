// Small and quick: the traps run it on every kind of machine.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

const root = path.join(import.meta.dirname, '..', '..');

test('the tests run on the pinned Node, whatever Node the machine has', () => {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>;
  };
  assert.ok(Object.values(manifest.optionalDependencies).includes(process.versions.node), process.version);
});

test('temporary files and compiled code stay below the project folder', () => {
  const inside = (folder: string | undefined): boolean => folder?.startsWith(path.join(root, '.esteira')) ?? false;
  assert.ok(inside(os.tmpdir()), os.tmpdir());
  assert.ok(inside(process.env['NODE_COMPILE_CACHE']), String(process.env['NODE_COMPILE_CACHE']));
});

test('DuckDB and SQLite load and write in this folder, whatever its name', async () => {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ç '));
  try {
    const instance = await DuckDBInstance.create(path.join(folder, 'olá.duckdb'));
    const connection = await instance.connect();
    writeFileSync(path.join(folder, 'dia.csv'), 'dia\n2028-02-29\n');
    const file = path.join(folder, 'dia.csv').replaceAll("'", "''");
    const reader = await connection.runAndReadAll(`select dia::text as dia from read_csv('${file}')`);
    assert.deepEqual(reader.getRows(), [['2028-02-29']]);
    connection.closeSync();
    instance.closeSync();
    const state = new DatabaseSync(path.join(folder, 'estado.sqlite'));
    assert.deepEqual({ ...state.prepare("select 'ç' as letter").get() }, { letter: 'ç' });
    state.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a date is the same date in every time zone', () => {
  assert.equal(Temporal.PlainDate.from('2028-02-29').toString(), '2028-02-29');
  assert.equal(Temporal.PlainDate.from('2011-12-30').add({ days: 1 }).toString(), '2011-12-31');
});
