import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { RunRecord, RunState } from '../../ports/index.ts';
import { sweepDeliveries } from './deliveries.ts';

const local = mkdtempSync(path.join(os.tmpdir(), 'esteira-deliveries-'));
after(() => rmSync(local, { recursive: true, force: true }));
const folder = path.join(local, 'deliveries', 'prod');
const states: Readonly<Record<string, RunState>> = {
  ...{ R1: 'running', F1: 'failed', S1: 'superseded', C1: 'cancelled', D1: 'succeeded' },
};
const project = {
  ...{ local, environment: 'prod' },
  state: { run: async (id: string) => states[id] && ({ state: states[id] } as RunRecord) },
};

test('what runs that do not go on have left of deliveries is removed after a day; a run that may go on keeps its journal', async () => {
  assert.deepEqual(await sweepDeliveries(project, { dryRun: false }), { count: 0, bytes: 0 });
  mkdirSync(folder, { recursive: true });
  const old = Date.now() / 1000 - 25 * 3600;
  const put = (name: string, isOld = true): void => {
    writeFileSync(path.join(folder, name), 'x'.repeat(10));
    if (isOld) utimesSync(path.join(folder, name), old, old);
  };
  for (const run of [...Object.keys(states), 'GONE'])
    for (const end of ['jsonl', 'receipts']) put(`${run}-leads.users-kept_receipts.${end}`);
  put('GONE-leads.new.jsonl', false);
  put('notes.txt');
  const foreseen = await sweepDeliveries(project, { dryRun: true });
  assert.deepEqual(foreseen, { count: 9, bytes: 90 });
  assert.equal(readdirSync(folder).length, 14);
  assert.deepEqual(await sweepDeliveries(project, { dryRun: false }), foreseen);
  const table = 'leads.users-kept_receipts';
  assert.deepEqual(
    readdirSync(folder).sort(),
    [`F1-${table}.jsonl`, 'GONE-leads.new.jsonl', `R1-${table}.jsonl`, `R1-${table}.receipts`, 'notes.txt'].sort(),
  );
});
