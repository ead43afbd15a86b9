import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { folderStore } from '../../adapters/files/store.ts';
import { takeSqliteLock } from '../../adapters/sqlite/lock.ts';
import { col, endpoint, files, kmeans, model, source, sql, table } from '../../index.ts';
import { Events, PredictionLog } from './index.ts';

const rows = table('gold.rows', { columns: { id: col.text().key(), age: col.real() }, rows: sql`select 1` });
const shown = source('landing.shown', { columns: { id: col.text().key() }, reader: files('shown/{date}*.jsonl') });
const rank = endpoint('rank', {
  model: model('gold.clusters', { from: rows, features: ['age'], learner: kmeans({ clusters: 2, seed: 1 }) }),
  ...{ path: '/rank', request: { id: col.text() }, answer: { ok: col.boolean() } },
  handle: () => ({ ok: true }),
  events: { to: shown, of: ({ id }) => ({ id }) },
});

/** The log and the events of an endpoint on a machine whose folder cannot be made, because a file lies where it should be. */
async function blocked(
  act: (here: {
    readonly log: PredictionLog;
    readonly events: Events;
    readonly said: readonly { readonly event: string; readonly text?: string; readonly count?: number }[];
    unblock(): void;
  }) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'esteira-no-disk-'));
  const spool = path.join(folder, 'spool');
  try {
    writeFileSync(spool, 'a file where the folder should be');
    const said: { readonly event: string; readonly text?: string; readonly count?: number }[] = [];
    const writing = {
      ...{ endpoint: rank, store: folderStore({ path: path.join(folder, 'files') }), spool },
      ...{ process: 'p1', takeLock: takeSqliteLock, say: (line: (typeof said)[number]) => void said.push(line) },
      clock: { now: () => Temporal.Instant.from('2026-03-04T10:00:00Z') },
    };
    const log = new PredictionLog({ ...writing, sample: () => 1 });
    const events = new Events({ ...writing, target: { to: 'files', pattern: 'shown/{date}*.jsonl', below: '' } });
    log.add({
      ...{ id: 'r1', version: 'v1', at: 0 },
      rows: [{ age: 1 }, { age: 2 }],
      outputs: [{ cluster: 0 }, { cluster: 1 }],
    });
    events.send({ id: 'e1' });
    await act({ log, events, said, unblock: () => rmSync(spool) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('what waits in memory because the disk takes nothing is counted and said when the process ends', () =>
  blocked(async ({ log, events, said }) => {
    await Promise.all([log.close(), events.close()]);
    assert.deepEqual([log.state().dropped, log.state().written, events.state().dropped], [2, 0, 1]);
    const of = (event: string) => said.filter((line) => line.event === event);
    assert.equal(of('log waiting in memory').length, 1);
    assert.match(String(of('log waiting in memory')[0]?.text), /ENOTDIR|EEXIST/);
    assert.equal(of('log waiting on this machine').length, 0);
    assert.deepEqual([of('log dropped')[0]?.count, of('events dropped')[0]?.count], [2, 1]);
  }));

test('what waits in memory is written and sent once the disk takes something', () =>
  blocked(async ({ log, events, unblock }) => {
    assert.deepEqual([await log.flush(), await events.flush()], [false, false]);
    unblock();
    assert.deepEqual([await log.flush(), await events.flush()], [true, true]);
    assert.deepEqual([log.state().written, log.state().dropped, events.state().dropped], [2, 0, 0]);
    await Promise.all([log.close(), events.close()]);
  }));
