import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { sweepLeftovers } from './leftovers.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'esteira-leftovers-'));
const own = path.join(folder, '.esteira');
after(() => rmSync(folder, { recursive: true, force: true }));

function drill(name: string, hours: number): string {
  const copy = path.join(own, name);
  mkdirSync(path.join(copy, 'warehouse'), { recursive: true });
  writeFileSync(path.join(copy, 'warehouse', 'shop.duckdb'), 'x'.repeat(1000));
  writeFileSync(path.join(copy, 'manifest.json.new'), '{');
  const at = Date.now() / 1000 - hours * 3600;
  for (const file of ['manifest.json.new', 'warehouse/shop.duckdb', 'warehouse'])
    utimesSync(path.join(copy, file), at, at);
  utimesSync(copy, at, at);
  return copy;
}

test('the copy of a drill that was killed is removed after a day, as one; one that goes on stays whole', () => {
  const [dead, going] = [drill('drill-dead', 25), drill('drill-going', 1)];
  const foreseen = sweepLeftovers(own, { dryRun: true });
  assert.equal(foreseen.count, 1);
  assert.ok(foreseen.bytes >= 1001);
  assert.ok(existsSync(dead));
  assert.deepEqual(sweepLeftovers(own, { dryRun: false }), foreseen);
  assert.deepEqual([existsSync(dead), existsSync(path.join(going, 'warehouse', 'shop.duckdb'))], [false, true]);
  assert.equal(sweepLeftovers(own, { dryRun: false }).count, 0);
});

test('what was there for a moment, and copies that something was compared with, go when nothing in them is younger than a day', () => {
  const put = (name: string, hours: number): string => {
    const file = path.join(own, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, 'x'.repeat(100));
    const at = Date.now() / 1000 - hours * 3600;
    for (const one of [file, path.dirname(file)]) utimesSync(one, at, at);
    return file;
  };
  const old = [
    put('temporary/esteira-train-a1/model.txt', 25),
    put('temporary/duckdb_temp_storage-0.tmp', 25),
    put('against/production/shop.duckdb', 30),
  ];
  const young = [put('temporary/esteira-train-b2/model.txt', 25), put('temporary/esteira-train-b2/later.txt', 1)];
  assert.deepEqual(sweepLeftovers(own, { dryRun: true }).count, 3);
  assert.deepEqual(sweepLeftovers(own, { dryRun: false }).bytes, 300);
  assert.deepEqual([...old, ...young].map(existsSync), [false, false, false, true, true]);
});
