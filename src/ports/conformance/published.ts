import assert from 'node:assert/strict';
import type { StateStore } from '../index.ts';
import { at } from './runs.ts';

type On = (title: string, work: (state: StateStore, another: () => Promise<StateStore>) => Promise<void>) => void;

/** What stores are owed, as every state store keeps it. */
export function publishedConformance(on: On): void {
  on('what a store has of a model, and what it is owed, is as it was noted last', async (state, another) => {
    const { published } = state;
    assert.deepEqual(await published.all(), []);
    const owed = { since: at(1), tries: 3, nextTryAt: at(2), error: `it's "ç"` };
    const there = { number: 2 ** 40, version: '20260301_0300_2', at: at(3) };
    await published.note({ store: 's3', model: 'c.a.second', owed });
    await published.note({ store: 's3', model: 'c.a.first', there });
    await published.note({ store: 'folder', model: 'c.a.second', there, owed });
    const all = await (await another()).published.all();
    assert.deepEqual(all, [
      { store: 'folder', model: 'c.a.second', there, owed },
      { store: 's3', model: 'c.a.first', there },
      { store: 's3', model: 'c.a.second', owed },
    ]);
    await published.note({ store: 's3', model: 'c.a.second', there });
    await published.forget('folder');
    await published.note({ store: 's3', model: 'endpoints/e/tables/c.a.t', there });
    await published.forget('s3', 'endpoints/e/tables/c.a.t');
    assert.deepEqual(await published.all(), [
      { store: 's3', model: 'c.a.first', there },
      { store: 's3', model: 'c.a.second', there },
    ]);
  });
}
