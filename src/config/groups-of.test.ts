import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../columns/index.ts';
import { byHand, job, sql, table } from '../define/index.ts';
import { collect } from '../graph/index.ts';
import { refuseUnknownGroups } from './groups-of.ts';
import type { ProjectConfig } from './project.ts';

const prices = table('gold.prices', { columns: { id: col.integer().key() }, rows: sql`select 1 as id` });
const approved = prices.approvedBy('sales');
const apply = job('apply', { when: byHand, build: [approved] });

test('a group that nobody has written down is refused with what to write, and those that there are', () => {
  const graph = collect([{ catalog: 'shop', file: 'shop.ts', exports: { prices, approved, apply } }], {
    suffix: '_invalidos',
  });
  const refused = (groups: Record<string, readonly string[]>, next: RegExp) =>
    assert.throws(
      () => refuseUnknownGroups({ groups } as unknown as ProjectConfig, graph),
      ({ code, details }) => code === 'DEFINITION_INVALID' && next.test(details.next),
    );
  refused({}, /^Add sales to `groups`/);
  refused({ buyers: ['ana'] }, /^Name one of these, or add sales/);
  refuseUnknownGroups({ groups: { sales: ['ana'] } } as unknown as ProjectConfig, graph);
});
