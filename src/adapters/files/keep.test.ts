import assert from 'node:assert/strict';
import { lstatSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { keeping } from './keep.ts';

const home = mkdtempSync(path.join(tmpdir(), 'esteira-keep-'));
after(() => rmSync(home, { recursive: true }));

let root = '';
let made = 0;
const other = () => keeping(root);
beforeEach(async () => {
  made += 1;
  root = path.join(home, String(made));
  await other().keep('latest', { bytes: Buffer.from('first') });
});

/** Others replace it, each what the one before has put there. */
async function replacedBy(...contents: readonly string[]): Promise<void> {
  for (const content of contents) {
    const mark = (await other().look('latest'))?.mark ?? '';
    assert.equal(await other().replace('latest', { bytes: Buffer.from(content), mark }), 'replaced', content);
  }
}
const content = async (): Promise<string> => Buffer.from((await other().read('latest')) ?? '').toString();
/** Somebody to whom others come in at one point, once. */
function between(point: 'found' | 'seen' | 'taken', come: () => Promise<void>): ReturnType<typeof keeping> {
  let isOver = false;
  return keeping(root, async (reached) => {
    if (reached !== point || isOver) return;
    isOver = true;
    await come();
  });
}

test('whose content others have seen and replaced at once has replaced, too', async () => {
  const one = between('taken', () => replacedBy('third', 'fourth', 'fifth'));
  const mark = (await one.look('latest'))?.mark ?? '';
  assert.equal(await one.replace('latest', { bytes: Buffer.from('second'), mark }), 'replaced');
  assert.equal(await content(), 'fifth');
});

test('whoever comes after others have replaced what he saw takes no number that one of them had', async () => {
  const one = between('seen', () => replacedBy('second', 'third', 'fourth', 'fifth'));
  const mark = (await one.look('latest'))?.mark ?? '';
  assert.equal(await one.replace('latest', { bytes: Buffer.from('late'), mark }), 'overtaken');
  assert.equal(await content(), 'fifth');
});

test('a file is never gone while it is replaced, whoever is slow to put the newest in its place', async () => {
  const seen: string[] = [];
  await replacedBy('second');
  const slow = keeping(root, async (point) => {
    if (point !== 'found') return;
    if (seen.length === 0) await replacedBy('third', 'fourth', 'fifth');
    seen.push(await content());
  });
  await slow.look('latest');
  assert.deepEqual(seen, ['fifth', 'fifth']);
});

test('of those that were replaced names stay without content, and of a file that one alone replaces not even these', async () => {
  await replacedBy(...Array.from({ length: 9 }, (_, number) => `later ${number}`));
  const withContent = readdirSync(root).filter((name) => lstatSync(path.join(root, name)).isFile());
  assert.deepEqual([readdirSync(root).length, withContent.toSorted()], [10, ['.latest.8', '.latest.9', 'latest']]);
  const mark = (await other().look('latest'))?.mark ?? '';
  const last = { bytes: Buffer.from('last'), mark };
  assert.equal(await other().replace('latest', last, { isAlone: true }), 'replaced');
  assert.deepEqual(readdirSync(root).toSorted(), ['.latest.10', '.latest.9', 'latest']);
  assert.equal(await content(), 'last');
});

test('what a process that ended had not emptied yet is emptied with the next replacement', async () => {
  await replacedBy('second', 'third', 'fourth');
  rmSync(path.join(root, '.latest.1'));
  await other().keep('gone', { bytes: Buffer.from('not emptied') });
  renameSync(path.join(root, 'gone'), path.join(root, '.latest.1'));
  await replacedBy('fifth');
  const withContent = readdirSync(root).filter((name) => lstatSync(path.join(root, name)).isFile());
  assert.deepEqual(withContent.toSorted(), ['.latest.3', '.latest.4', 'latest']);
});
