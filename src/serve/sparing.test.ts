import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Sparing } from './sparing.ts';

const line = (request: string, error: string) => ({ level: 'warn', event: 'fallback', request, error }) as const;

test('the first is said at once, the rest once a second with how many there were, and nothing after a quiet second', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const said: object[] = [];
    const sparing = new Sparing((one) => said.push(one));
    for (const request of ['1', '2', '3', '4']) sparing.say('fallback error', line(request, 'TypeError: a'));
    assert.deepEqual(said.splice(0), [line('1', 'TypeError: a')]);
    mock.timers.tick(1000);
    assert.deepEqual(said.splice(0), [{ ...line('4', 'TypeError: a'), notTold: 2 }]);
    sparing.say('fallback error', line('5', 'TypeError: a'));
    assert.deepEqual(said, [], 'a second has not gone by since the last line');
    mock.timers.tick(1000);
    assert.deepEqual(said.splice(0), [line('5', 'TypeError: a')]);
    mock.timers.tick(60_000);
    sparing.say('fallback error', line('6', 'TypeError: a'));
    assert.deepEqual(said, [line('6', 'TypeError: a')]);
  } finally {
    mock.timers.reset();
  }
});

test('another error is said at once, and what is left is said at the end', () => {
  const said: object[] = [];
  const sparing = new Sparing((one) => said.push(one));
  sparing.say('fallback error', line('1', 'TypeError: a'));
  sparing.say('fallback error', line('2', 'TypeError: a'));
  sparing.say('fallback error', line('3', 'RangeError: b'));
  sparing.close();
  sparing.close();
  assert.deepEqual(said, [line('1', 'TypeError: a'), line('3', 'RangeError: b'), line('2', 'TypeError: a')]);
});

test('errors that are all different are no line each', () => {
  const said: object[] = [];
  const sparing = new Sparing((one) => said.push(one));
  for (let request = 0; request < 1000; request += 1)
    sparing.say('fallback error', line(String(request), `Error: no row ${request}`));
  assert.equal(said.length, 51);
  sparing.close();
  assert.deepEqual(said.slice(51), [{ ...line('999', 'Error: no row 999'), notTold: 948 }]);
});
