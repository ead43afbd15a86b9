import assert from 'node:assert/strict';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/run/support/folder.ts';
import { folderStore } from '../../adapters/files/store.ts';
import type { Project } from '../../run/index.ts';
import { changeChoice } from '../../serve/shadow/choice.ts';
import { keepSeen } from '../../serve/shadow/figure-files.ts';
import { Tally } from '../../serve/shadow/tally.ts';
import { sweepServed } from './served.ts';

const now = Temporal.Instant.from('2027-01-01T12:00:00Z');
const how = { now, signal: new AbortController().signal };

/** An endpoint that has counted on these days, and what sweeps it. */
async function served(days: readonly string[], of: { readonly keep?: string; readonly over?: string } = {}) {
  const store = folderStore({ path: temporaryFolder('served') });
  const put = (path: string) => store.keep(`endpoints/rank/${path}`, { bytes: Buffer.from('{}') });
  for (const day of days) {
    await put(`counts/${day}/p.json`);
    await put(`reloads/${day.replaceAll('-', '')}T020000Z-p-1.json`);
  }
  const monitor = { expect: { measure: { measure: 'fallback share', over: of.over ?? '1 day' } } };
  const project = {
    graph: { endpoints: new Map([['rank', {}]]), monitors: new Map([['fallbacks', monitor]]) },
    serving: { name: 's3', open: async () => store },
    redact: (text: string) => text,
    ...(of.keep === undefined ? {} : { keep: { counts: of.keep } }),
  } as unknown as Project;
  const left = async (folder: string): Promise<readonly string[]> => {
    const start = `endpoints/rank/${folder}/`;
    return (await store.below(start.slice(0, -1), 99)).map((path) => path.slice(start.length));
  };
  return { store, project, left };
}

test('counts and receipts of days that are old enough go, and a dry run says how many', async () => {
  const { project, left } = await served(['2026-01-10', '2026-07-04', '2026-07-05', '2026-12-31']);
  const found = { kind: 'counts', count: 4, bytes: 8 };
  assert.deepEqual(await sweepServed(project, { ...how, dryRun: true }), found);
  assert.equal((await left('counts')).length, 4);
  assert.deepEqual(await sweepServed(project, { ...how, dryRun: false }), found);
  assert.deepEqual(await left('counts'), ['2026-07-05/p.json', '2026-12-31/p.json']);
  assert.deepEqual(await left('reloads'), ['20260705T020000Z-p-1.json', '20261231T020000Z-p-1.json']);
  assert.equal((await sweepServed(project, { ...how, dryRun: false })).count, 0);
});

test('however short they are kept, days stay that the checklist or a monitor looks at, and for ever is for ever', async () => {
  const days = ['2026-08-01', '2026-09-20', '2026-10-04'];
  const leftOf = async (of: { readonly keep: string; readonly over?: string }) => {
    const { project, left } = await served(days, of);
    await sweepServed(project, { ...how, dryRun: false });
    return (await left('counts')).length;
  };
  assert.equal(await leftOf({ keep: '7 days' }), 1);
  assert.equal(await leftOf({ keep: '7 days', over: '120 days' }), 2);
  assert.equal(await leftOf({ keep: 'forever' }), 3);
});

test('figures of a version go together, when no process has seen it for long and it does not shadow', async () => {
  const { store, project, left } = await served([]);
  const seen = async (version: string, process: string, at: string): Promise<void> => {
    const tally = new Tally();
    tally.dropped('full', Temporal.Instant.from(at).epochMilliseconds);
    await keepSeen(store, { endpoint: 'rank', version, process, champions: { first: tally.toJSON() } });
  };
  for (const version of ['gone', 'shadows', 'late']) await seen(version, 'p1', '2026-02-01T00:00:00Z');
  await seen('gone', 'p2', '2026-02-02T00:00:00Z');
  await seen('late', 'p2', '2026-12-01T00:00:00Z');
  await store.keep('endpoints/rank/shadow/broken/p1.json', { bytes: Buffer.from('{') });
  const chosen = { chosen: 'by hand', by: 'ana', reason: 'to see it', at: '2026-01-31T00:00:00Z' } as const;
  await changeChoice(store, 'rank', () => ({ ...chosen, version: 'shadows' }));
  assert.equal((await sweepServed(project, { ...how, dryRun: false })).count, 2);
  assert.deepEqual(await left('shadow'), ['broken/p1.json', 'late/p1.json', 'late/p2.json', 'shadows/p1.json']);
});

test('a store that does not answer is said, and nothing is thrown', async () => {
  const { project } = await served([]);
  const serving = { name: 's3', open: async () => Promise.reject(new Error('it is away')) };
  const found = await sweepServed({ ...project, serving } as unknown as Project, { ...how, dryRun: false });
  assert.deepEqual(found, { kind: 'counts', count: 0, bytes: 0, trouble: 's3: Error: it is away' });
});
