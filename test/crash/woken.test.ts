import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Successor, wake } from './woken.ts';
import { prepare, type Worlds } from './worlds.ts';

let worlds: Worlds;
before(async () => {
  worlds = await prepare({ parallel: 1 });
});

const points: Readonly<Record<Successor, readonly string[]>> = {
  'ends the run': ['claimed@1', 'intent@2', 'staged@3', 'written@2', 'before-commit@3', 'committed@2', 'done@4'],
  'cancels it and begins anew': [
    'opened@1',
    'before-intent@3',
    'intent@2',
    'staged@2',
    'judged@2',
    'published@2',
    'before-commit@5',
    'before-finish@1',
  ],
};
for (const [successor, stops] of Object.entries(points) as [Successor, readonly string[]][]) {
  for (const stop of stops) {
    test(`a process that wakes at ${stop}, after another ${successor}, changes nothing`, async () => {
      const { killed, differences } = await wake(worlds, stop, successor);
      assert.equal(killed, 1, `${stop} was met`);
      assert.deepEqual(differences, []);
    });
  }
}
