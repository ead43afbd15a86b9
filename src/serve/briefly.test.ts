import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EsteiraError } from '../errors.ts';
import { WrongAnswer } from './body/write.ts';
import { briefly, PlainError } from './briefly.ts';
import { UnknownMember } from './model/served.ts';

const caught = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

test('of an error of the project a log gets its kind, its code and its place, and nothing that it quotes', () => {
  const place = /at serve\/briefly\.test\.ts:\d+:\d+$/;
  const thrown = [
    new RangeError('no price for Maria\n    at Maria (secret/Maria.ts:1:1)'),
    caught(() => Temporal.PlainDate.from('Maria')),
    caught(() => JSON.parse('Maria')),
    Object.assign(new Error('Maria'), { name: 'Maria Silva', code: 'Maria Silva' }),
  ];
  for (const one of thrown) {
    assert.match(briefly(one), place);
    assert.doesNotMatch(briefly(one), /Maria/);
  }
  assert.match(briefly(Object.assign(new TypeError('x'), { code: 'E_PRICE' })), /^TypeError E_PRICE at serve/);
  assert.equal(briefly('Maria'), 'what was thrown is no error (string)');
  const changed = new Error('Maria');
  assert.match(changed.stack ?? '', /Maria/);
  changed.message = 'somebody';
  assert.equal(briefly(changed), 'Error');
});

test('errors of Esteira say what they say, in a line', () => {
  assert.equal(briefly(new PlainError('there is no model\nat all')), 'Error: there is no model');
  assert.match(
    briefly(new EsteiraError('CONFIG_INVALID', { what: 'It is wrong.', next: 'x' })),
    /^CONFIG_INVALID: It is/,
  );
  assert.equal(briefly(new UnknownMember('x')), 'UnknownMember: x');
  assert.equal(briefly(new WrongAnswer('y'.repeat(400))).length, 301);
});
