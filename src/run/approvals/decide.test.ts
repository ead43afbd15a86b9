import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Line } from '../../ports/index.ts';
import { type Answer, type Deciders, decided } from './decide.ts';

const at = Temporal.Instant.from('2026-03-10T00:00:00Z');
const line = (other: Partial<Line> = {}): Line => ({
  ...{ approval: 'c.main.t', line: 'a', number: 1, subject: 's', content: 'c', row: { price: 10 }, proposedAt: at },
  ...{ state: 'proposed', version: 1, edited: {}, editors: [], approvers: [] },
  ...other,
});
const one: Deciders = { group: 'sales', people: ['ana', 'rui'] };
const two: Deciders = { ...one, second: { by: 'pricing', people: ['eva', 'rui'] } };
const approve = (by: string): Answer => ({ says: 'approve', by });

/** The state that it becomes, or why it does not. */
function became(answer: Answer, deciders: Deciders, other: Partial<Line> = {}): string {
  const change = decided(line(other), answer, deciders);
  return 'what' in change ? `${change.what} (${change.allowed}). ${change.next}` : change.state;
}

test('one of the group is enough, and nobody else', () => {
  assert.equal(became(approve('ana'), one), 'approved');
  assert.equal(became(approve('eva'), one), 'eva is not in sales (ana, rui). Ask one of them.');
  assert.equal(
    became(approve('eva'), { group: 'sales', people: [] }),
    'eva is not in sales (nobody: `groups` of the configuration has nobody else in sales). Add somebody to `groups` in esteira.config.ts.',
  );
});

test('where a second person is needed there are two, one of each group, in any order', () => {
  for (const [first, second] of [
    ['ana', 'eva'],
    ['eva', 'ana'],
    ['ana', 'rui'],
    ['rui', 'ana'],
    ['rui', 'eva'],
    ['eva', 'rui'],
  ] as const) {
    assert.equal(became(approve(first), two), 'approved once', first);
    assert.equal(became(approve(second), two, { approvers: [first] }), 'approved', `${first} and ${second}`);
  }
  assert.match(became(approve('rui'), two, { approvers: ['rui'] }), /rui has approved it already.*\(ana, eva\)/);
  const more = { ...two, people: ['ana', 'leo'] };
  assert.match(became(approve('leo'), more, { approvers: ['ana'] }), /ana has approved it.*\(eva, rui\)/);
});

test('whoever changes it takes back what was approved, and does not approve it, also where another changes it again', () => {
  const edit: Answer = { says: 'edit', by: 'ana', edited: { price: 9 } };
  const change = decided(line({ approvers: ['eva'] }), edit, two);
  assert.ok(!('what' in change));
  assert.deepEqual([change.state, change.approvers, change.editors, change.seen], ['edited', [], ['ana'], 1]);
  const again = decided(line({ editors: ['ana'] }), { ...edit, by: 'rui' }, two);
  assert.deepEqual('what' in again ? [] : again.editors, ['ana', 'rui']);
  assert.match(became(approve('ana'), one, { editors: ['ana'] }), /nobody approves an own change \(rui\)/);
  assert.equal(became(approve('eva'), two, { editors: ['ana', 'rui'] }), 'approved once');
});

test('whoever may approve it may reject it', () => {
  const reject = (by: string): Answer => ({ says: 'reject', by, reason: 'dear' });
  assert.equal(became(reject('ana'), one, { editors: ['ana'] }), 'rejected');
  assert.equal(became(reject('eva'), two), 'rejected');
  assert.equal(became(reject('eva'), one), 'eva is not in sales (ana, rui). Ask one of them.');
});
