import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { closeAll } from './closing.ts';
import type { Say } from './parts.ts';

function world(context: TestContext) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const said: Parameters<Say>[0][] = [];
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  const pass = async (milliseconds: number): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    context.mock.timers.tick(milliseconds);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const say: Say = (line) => said.push(line);
  const begin = (parts: Parameters<typeof closeAll>[0]) => {
    const closing = { isOver: false };
    void closeAll(parts, { store: { leave }, say }).then(() => {
      closing.isOver = true;
    });
    return closing;
  };
  return { said, left, begin, pass };
}

test('parts that wait for a silent store do so together, and are over when it is left', async (context) => {
  const { said, left, begin, pass } = world(context);
  const closing = begin({ models: () => left, log: () => left.then(() => {}), counts: () => {} });
  await pass(5900);
  assert.equal(closing.isOver, false);
  await pass(200);
  assert.deepEqual([closing.isOver, said], [true, []]);
});

test('a part that never ends is named and left, and one that fails keeps none of the others', async (context) => {
  const { said, begin, pass } = world(context);
  let isClosed = false;
  const closing = begin({
    models: () => Promise.reject(new Error('no room')),
    log: () => new Promise<never>(() => {}),
    counts: async () => {
      isClosed = true;
    },
  });
  await pass(6000);
  assert.deepEqual([closing.isOver, isClosed], [false, true]);
  await pass(3000);
  assert.equal(closing.isOver, true);
  assert.deepEqual(
    said.map(({ part, error }) => [part, error]),
    [
      ['models', 'no room'],
      ['log', 'it does not end'],
    ],
  );
});

test('parts that end at once are waited for no longer', async (context) => {
  const { said, begin, pass } = world(context);
  const closing = begin({ models: () => {}, log: async () => {} });
  await pass(0);
  assert.equal(closing.isOver, true);
  await pass(20_000);
  assert.deepEqual(said, []);
});
