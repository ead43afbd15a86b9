import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeds } from '../support/rounds.ts';
import { tryVersions } from './versions.ts';

const controls: number[] = [];
for (const seed of seeds(4)) {
  test(`versions and days are what all rows say, in whatever order they came (seed ${seed})`, async (context) => {
    const { files, lines, runs, compared, differences, ofMerged } = await tryVersions(seed);
    context.diagnostic(`${lines} lines in ${files} files, ${runs} runs, ${compared} tables compared`);
    assert.deepEqual(differences, []);
    assert.ok(compared >= 12);
    controls.push(ofMerged);
  });
}

test('a history of a merged table is another one, and the comparison sees it', () => {
  assert.ok(
    controls.some((rows) => rows > 0),
    `differing rows: ${controls}`,
  );
});
