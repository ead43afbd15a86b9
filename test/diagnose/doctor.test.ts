import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DoctorView } from '../../src/operate/views.ts';
import { Credit, days } from './credit.ts';
import { someCredit } from './worlds.ts';

async function found(world: Credit): Promise<(what: string) => DoctorView['findings'][number] | undefined> {
  const { out } = await world.at('doctor', '--json');
  const { findings } = JSON.parse(out) as DoctorView;
  return (what) => findings.find((one) => one.what === what);
}

test('the doctor finds landing without rows, and what to do about it', async () => {
  const credit = new Credit();
  assert.match((await found(credit))('landing')?.found ?? '', /^not there: postgres_public\./);
  await credit.succeed('setup');
  await credit.arrive(days[0] as string);
  const before = await found(credit);
  assert.match(before('landing')?.found ?? '', /^8 tables without a row: postgres_public\./);
  assert.equal(before('landing')?.next, 'esteira sync --once');
  assert.match(before('permission to create')?.found ?? '', /^in 5 schemas, tried and taken back$/);
});

test('of a project that is well each look says so', async () => {
  const of = await found(await someCredit());
  for (const what of ['landing', 'permission to create', 'engine', 'clocks', 'owner', 'alerts', 'disk'])
    assert.equal(of(what)?.ok, true, what);
  assert.match(of('landing')?.found ?? '', /^8 tables, each with rows$/);
  assert.match(of('engine')?.found ?? '', /^duckdb answered in /);
});
