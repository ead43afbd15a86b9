import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Typed } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { lineOf } from './line.ts';

/** What is told of ten days, a second each. */
function told({
  live,
  flags = [],
  note,
}: {
  readonly live: boolean;
  readonly flags?: readonly string[];
  /** Said after the last of them. */
  readonly note?: string;
}): readonly string[] {
  const texts: string[] = [];
  const terminal = {
    live,
    columns: 12,
    unicode: true,
    tell: (text: string) => texts.push(text),
  } as unknown as Terminal;
  let now = 0;
  const line = lineOf({ typed: { flags: new Set(flags) } as unknown as Typed, terminal }, () => now);
  for (let day = 1; day <= 10; day += 1) {
    now += 1000;
    for (const text of [`day ${day} of the ten`, 'at once']) line.onEvent({ type: 'progress', step: 'learn', text });
  }
  if (note !== undefined) line.onEvent({ type: 'note', level: 'info', text: note });
  line.close();
  return texts;
}

test('how far something is stands in one line of a terminal, which is gone at the end', () => {
  const texts = told({ live: true });
  assert.equal(texts.length, 11);
  assert.equal(texts[1], '\r\u001b[Kday 2 of t…');
  assert.equal(texts.at(-1), '\r\u001b[K');
});

test('in a log it is said now and then, and to a program not at all', () => {
  assert.deepEqual(told({ live: false }), ['day 10 of the ten\n']);
  assert.deepEqual(told({ live: true, flags: ['json'] }), []);
});

test('a note is told whole and at once, and stays; a program is not told it', () => {
  const note = 'Stopping: what goes on is rolled back.';
  assert.deepEqual(told({ live: true, note }).slice(10), [`\r\u001b[K${note}\n`]);
  assert.deepEqual(told({ live: false, note }).at(-1), `${note}\n`);
  assert.deepEqual(told({ live: true, note, flags: ['json'] }), []);
});
