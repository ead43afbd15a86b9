import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../../columns/index.ts';
import { endpoint, linearRegression, model, sql, table } from '../../define/index.ts';
import type { KeptFiles } from '../../ports/index.ts';
import { Tables } from './tables.ts';

const prices = table('silver.prices', {
  columns: { id: col.text().key(), price: col.real(), minutes: col.real() },
  rows: sql`select 'a' as id, 1.0 as price, 2.0 as minutes`,
});
const quote = endpoint('quote', {
  path: '/quote',
  model: model('ml.minutes', { from: prices, features: ['price'], target: 'minutes', learner: linearRegression() }),
  ...{ lookup: { prices }, request: { id: col.text() }, answer: { ok: col.boolean() } },
  handle: () => ({ ok: true }),
});

/** A store that answers each look when it is told to. */
function world() {
  const said: object[] = [];
  const asked: ((answer: undefined) => void)[] = [];
  const look: KeptFiles['look'] = () => new Promise((answer) => void asked.push(answer));
  const tables = new Tables({
    ...{ endpoint: quote, idOf: () => 'shop.silver.prices', files: { look } as unknown as KeptFiles },
    exports: () => assert.fail('there is nothing to be read'),
    ...{ clock: { now: () => Temporal.Instant.from('2026-03-04T05:06:07Z') }, say: (line) => said.push(line) },
  });
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  const answer = async (): Promise<void> => {
    asked.shift()?.(undefined);
    await turn();
  };
  return { tables, asked, said, answer, turn };
}

test('who says that something was published while a look goes on gets a look of its own, and others who say so share it', async () => {
  const { tables, asked, answer, turn } = world();
  const looking = tables.refresh();
  await turn();
  const over = { first: false, told: false };
  void looking.then(() => {
    over.first = true;
  });
  const told = [tables.refresh(), tables.refresh()];
  void told[0]?.then(() => {
    over.told = true;
  });
  assert.equal(told[0], told[1]);
  assert.equal(asked.length, 1, 'never two at once');
  await answer();
  assert.deepEqual([over, asked.length], [{ first: true, told: false }, 1]);
  await answer();
  assert.deepEqual([over, asked.length], [{ first: true, told: true }, 0]);
  await tables.close();
});

test('a look that the store never answers is over after a minute, is said, and keeps no end waiting', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { tables, said, turn } = world();
  const silent = tables.refresh();
  await turn();
  context.mock.timers.tick(60_000);
  await silent;
  assert.deepEqual(said, [
    { level: 'warn', event: 'table', table: 'prices', result: 'kept', why: 'no answer for 60 seconds' },
  ]);
  void tables.refresh();
  await turn();
  await tables.close();
  assert.equal(said.length, 1, 'an end is no trouble of a table');
});

test('what was told to an ending process is not looked at any more', async () => {
  const { tables, asked, answer, turn } = world();
  void tables.refresh();
  await turn();
  void tables.refresh();
  const closing = tables.close();
  await answer();
  await closing;
  assert.equal(asked.length, 0);
});
