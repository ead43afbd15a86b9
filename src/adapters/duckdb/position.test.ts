import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { col } from '../../columns/index.ts';
import { Desk } from '../../ports/conformance/warehouse/desk.ts';
import { openDuckdb } from './warehouse.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'esteira-position-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('of many publications that changed nothing the position gives the newest, whole', async () => {
  const warehouse = await openDuckdb({ folder, catalogs: ['one'], memoryLimit: '1GiB' });
  try {
    const desk = new Desk(warehouse);
    const kept = await desk.make('t', { id: col.integer().key() });
    const first = await desk.publish(kept, [{ id: 1 }], { bounds: [{ source: 's', upper: 2n ** 60n + 1n }] });
    let last = first;
    for (let run = 2; run <= 12; run++) last = await desk.publish(kept, [], { unchanged: true });
    const { latest, fences, watermarks } = await warehouse.position('one');
    assert.equal(last.sequence, first.sequence);
    assert.deepEqual(latest, new Map([['silver.t', last]]));
    assert.equal(latest.get('silver.t')?.runSeq, 12n);
    assert.deepEqual(fences, new Map([['silver.t', { token: 1n, sequence: first.sequence }]]));
    assert.equal(watermarks.get('silver.t')?.get('s')?.upper, 2n ** 60n + 1n);
  } finally {
    await warehouse.close();
  }
});
