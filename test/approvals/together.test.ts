import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EsteiraError } from '../../src/errors.ts';
import type { Input } from '../../src/operate/index.ts';
import type { World } from '../run/support/world.ts';
import { answer, begin, lineOf, put, run, table } from './world.ts';

async function said(world: World, input: Omit<Input<'approvals approve'>, 'name' | 'by'>): Promise<readonly string[]> {
  try {
    const { lines } = await world.do('approvals approve', { name: table, by: 'leo', ...input });
    return lines.map(({ of, state }) => `${of.replace(/.*sku /, '')} ${state}`);
  } catch (error) {
    if (error instanceof EsteiraError) return [error.code];
    throw error;
  }
}
const skus = async (world: World, where: Record<string, string | readonly string[]>): Promise<string> => {
  const { lines = [] } = await world.do('approvals list', { name: table, where });
  return lines.map(({ row }) => row['sku']).join('');
};

test('lines that say what a filter asks for are listed by themselves, as they stand', async () => {
  const world = await begin([
    { sku: 'A', to: 10.4 },
    { sku: 'B', to: 10.4, date: '2026-09-18' },
    { sku: 'C', to: 10.7 },
  ]);
  await run(world, 'propose');
  assert.equal(await skus(world, { date: '2026-09-17' }), 'AC');
  assert.equal(await skus(world, { date: '2026-09-17', recommended_price: '10,4' }), 'A');
  assert.equal(await skus(world, { sku: ['A', 'B', 'X'] }), 'AB');
  const exported = async (how: Partial<Input<'approvals export'>>): Promise<string> => {
    const { csv, lines } = await world.do('approvals export', { name: table, ...how });
    const found = [...csv.matchAll(/,2026-09-1\d,(\w),/g)].map(([, sku]) => sku);
    return `${lines} ${found.join('')}`;
  };
  assert.equal(await exported({ where: { date: '2026-09-17' } }), '2 AC');
  assert.equal(await exported({ rule: 'small steps' }), '2 AB');
  assert.equal(await answer(world, 10.3, await lineOf(world, 'A'), 'ana'), 'edited');
  assert.equal(await skus(world, { recommended_price: '10.4' }), 'B');
  await assert.rejects(skus(world, { colour: 'red' }), { code: 'NAME_UNKNOWN' });
  await assert.rejects(skus(world, { date: 'soon' }), { code: 'COMMAND_UNKNOWN' });
  await world.close();
});

test('lines of a filter are answered together as they were seen, and none of them where one is another by then', async () => {
  const world = await begin(['A', 'B', 'C', 'D'].map((sku) => ({ sku, to: sku === 'C' ? 10.7 : 10.4 })));
  await run(world, 'propose');
  const where = { sku: ['A', 'B', 'C'] };
  assert.deepEqual(await said(world, { where }), ['COMMAND_UNKNOWN'], 'nobody has seen them');
  assert.deepEqual(await said(world, { where, rule: 'small steps' }), ['A approved', 'B approved']);
  await world.do('approvals reject', { name: table, where: { sku: 'D' }, by: 'ana', reason: 'stock', seen: '' }).then(
    () => assert.fail('as nobody has seen it'),
    ({ code }) => assert.equal(code, 'DECIDED_ALREADY'),
  );
  put(
    world.folder,
    ['A', 'B', 'C', 'D'].map((sku) => ({ sku, to: 10.6 })),
  );
  await run(world, 'propose');
  const list = await world.do('approvals list', { name: table, where });
  assert.equal((await world.do('approvals list', { name: table, where, limit: 2 })).seen, undefined, 'two of three');
  assert.equal(await answer(world, 10.3, await lineOf(world, 'B'), 'ana'), 'edited');
  assert.ok(list.seen);
  assert.deepEqual(await said(world, { where, seen: list.seen }), ['DECIDED_ALREADY']);
  const { seen = '' } = await world.do('approvals list', { name: table, where });
  assert.deepEqual(await said(world, { where, seen }), ['A approved', 'B approved', 'C approved']);
  assert.equal((await lineOf(world, 'D')).state, 'proposed');
  const { approvals } = await world.do('status', {});
  const since = '2026-09-17T06:02:00Z';
  assert.deepEqual(approvals, [{ name: `${table}_approved_by_sales`, group: 'sales', waiting: 1, approved: 3, since }]);
  await world.close();
});
