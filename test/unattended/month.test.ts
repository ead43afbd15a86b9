// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/unattended
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutServer } from '../../src/adapters/postgres/testing.ts';
import { seeds } from '../run/support/rounds.ts';
import { month } from './months.ts';

test('containers that keep nothing take a model in and write its scores back: each day is kept or named, each score written once', {
  skip: withoutServer,
}, async () => {
  for (const seed of seeds(1)) {
    const { differences } = await month(seed, { days: 3, happens: 2 });
    assert.deepEqual(differences, [], `seed ${seed}`);
  }
});
