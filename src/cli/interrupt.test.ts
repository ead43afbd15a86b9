import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { listenForInterrupt } from './interrupt.ts';

function pressed(...at: readonly number[]): {
  readonly first: number;
  readonly aborted: boolean;
  readonly codes: number[];
} {
  const source = new EventEmitter();
  const codes: number[] = [];
  let first = 0;
  let clock = 0;
  const interrupt = listenForInterrupt({
    onFirst: () => {
      first += 1;
    },
    end: (code) => void codes.push(code),
    now: () => clock,
    source,
  });
  for (const time of at) {
    clock = time;
    source.emit('SIGINT');
  }
  interrupt.close();
  source.emit('SIGINT');
  return { first, aborted: interrupt.signal.aborted, codes };
}

describe('Ctrl-C', () => {
  it('asks the work to stop, once', () => {
    assert.deepEqual(pressed(0), { first: 1, aborted: true, codes: [] });
  });

  it('that arrives twice at once is one', () => {
    assert.deepEqual(pressed(0, 5), { first: 1, aborted: true, codes: [] });
  });

  it('pressed again ends the process with 130', () => {
    assert.deepEqual(pressed(0, 5, 900), { first: 1, aborted: true, codes: [130] });
  });

  it('is nobody\u2019s business when the work is over', () => {
    assert.deepEqual(pressed(), { first: 0, aborted: false, codes: [] });
  });
});
