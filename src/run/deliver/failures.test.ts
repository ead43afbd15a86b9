import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnyTable } from '../../define/index.ts';
import type { Node } from '../../graph/index.ts';
import type { Delivered } from '../../ports/index.ts';
import { notDelivered } from './failures.ts';
import { saysOther } from './send.ts';

/** What is said of so many rows, of which so many failed. */
function said(rows: number, failed: number, failure: string) {
  const delivered = { rows, failed, left: 0, place: 'users of app' } as Delivered;
  return notDelivered(delivered, [failure], { definition: { name: 'users.score' } } as Node<AnyTable>).details;
}

test('of rows that were written and rounded there nobody says that they were not written, and what helps is said', () => {
  const { what, next } = said(2, 2, `id a: ${saysOther}: score says 0.3, not 0.33`);
  assert.equal(what, '2 of 2 rows of users.score were not written to users of app, or say something else there.');
  assert.match(next, /\nWhat a type rounds: let its column keep more digits, or round in the rows of users\.score\.$/);
});

test('the others are spoken of where there are others', () => {
  const { what, next } = said(2, 1, 'id a: there is no such row');
  assert.equal(what, '1 of 2 rows of users.score were not written to users of app; the others are there.');
  assert.doesNotMatch(next, /round/);
});
