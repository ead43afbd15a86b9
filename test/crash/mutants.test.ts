import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copyWith, mutants, mutated, outcomesIn } from './mutants.ts';

test('what each of the builds lacks is still found in the sources', () => {
  for (const mutant of mutants) assert.notEqual(mutated(mutant), '', mutant.what);
});

// The others are tried by the full counts.
const chosen = mutants.slice(0, 2);

test('a copy of the build that is as it should be passes the stops at which the others are found out', async () => {
  for (const { stops, killed, differences } of await outcomesIn(
    copyWith(),
    chosen.map(({ stop = '' }) => stop),
  )) {
    assert.equal(killed, 1, `${stops} was met`);
    assert.deepEqual(differences, []);
  }
});

for (const mutant of chosen) {
  test(`a build with ${mutant.what} is found out by a kill at ${mutant.stop}`, async (context) => {
    const [outcome] = await outcomesIn(copyWith(mutant), [mutant.stop ?? '']);
    assert.equal(outcome?.killed, 1);
    assert.notDeepEqual(outcome.differences, []);
    context.diagnostic(outcome.differences[0]?.slice(0, 300) ?? '');
  });
}
