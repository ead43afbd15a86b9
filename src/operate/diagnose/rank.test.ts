import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Node } from '../../graph/index.ts';
import type { Found } from './evidence.ts';
import { ranked } from './rank.ts';
import type { Cause } from './views.ts';

/** landing → bronze → silver → gold; dim → gold. */
const above: Readonly<Record<string, readonly string[]>> = {
  landing: [],
  bronze: ['landing'],
  silver: ['landing', 'bronze'],
  dim: [],
  gold: ['landing', 'bronze', 'silver', 'dim'],
};
const evidence = { above: ({ id }: Node) => new Set(above[id]) };
const at = (cause: Cause, id: string, more: Partial<Found> = {}): Found => ({
  ...{ cause, what: `${cause} at ${id}`, evidence: [], next: [] },
  node: { id } as Node,
  ...more,
});
const told = (...found: readonly Found[]) => ranked(found, evidence).map(({ what, explains }) => [what, ...explains]);

describe('the cause comes before what it explains', () => {
  test('what stands below something that is wrong is told with it', () => {
    const effect = { isEffect: true };
    assert.deepEqual(
      told(at('lost rows', 'gold', effect), at('invalid rows', 'silver', effect), at('source', 'landing')),
      [['source at landing', 'lost rows at gold', 'invalid rows at silver']],
    );
  });

  test('where the reason is known better than by what stands above, only that is one', () => {
    const lost = at('lost rows', 'gold', { isEffect: true, of: new Set(['dim']) });
    assert.deepEqual(told(lost, at('invalid rows', 'silver')), [['invalid rows at silver'], ['lost rows at gold']]);
    assert.deepEqual(told(lost, at('invalid rows', 'dim')), [['invalid rows at dim', 'lost rows at gold']]);
  });

  test('a run that was interrupted explains tables that are empty, and no rows that are invalid', () => {
    const run: Found = { cause: 'interrupted', what: 'interrupted', evidence: [], next: [], explainsAll: true };
    assert.deepEqual(
      told(at('lost rows', 'silver', { isEffect: true }), at('invalid rows', 'dim', { isEffect: true }), run),
      [['interrupted', 'lost rows at silver'], ['invalid rows at dim']],
    );
  });

  test('of two causes the kind that is believed first goes first, then what stands highest, then the greater', () => {
    assert.deepEqual(
      told(
        at('slow', 'landing'),
        at('source', 'bronze'),
        at('source', 'landing', { weight: 1 }),
        at('source', 'dim', { weight: 9 }),
      ),
      [['source at dim'], ['source at landing'], ['source at bronze'], ['slow at landing']],
    );
  });

  test('what is only to be known explains nothing', () => {
    const changed = at('changed files', 'bronze', { isAside: true });
    assert.deepEqual(told(changed, at('lost rows', 'gold', { isEffect: true })), [
      ['lost rows at gold'],
      ['changed files at bronze'],
    ]);
  });
});
