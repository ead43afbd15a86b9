import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col, portablePattern } from './index.ts';

test('a pattern is spelled so that its classes, ends and characters mean one thing', () => {
  assert.equal(portablePattern('^[A-Z]{2}$'), '\\A[A-Z]{2}\\z');
  assert.equal(portablePattern('\\d+\\.\\d'), '[0-9]+\\x{2e}[0-9]');
  // RE2 would find no end in any text where it is said twice.
  assert.equal(portablePattern('^(^)(?:a$(?:(?:$)$)|$)$'), '\\A(?:a\\z|\\z)\\z');
  assert.equal(portablePattern('(?:$){2}$'), '(?:\\z){2}\\z');
  assert.equal(portablePattern('(a|(?:b))*?'), '(?:a|(?:b))*?');
  assert.equal(portablePattern('\\ud83d\\ude00|\\u{1f600}|😀'), '\\x{1f600}|\\x{1f600}|\\x{1f600}');
  assert.equal(portablePattern('[\\w.-]'), '[0-9A-Z_a-z\\x{2e}\\x{2d}]');
  assert.equal(portablePattern('[\\b\\cJ\\0]'), '[\\x{8}\\x{a}\\x{0}]');
});

const refused: Readonly<Record<string, string>> = {
  'look-ahead': '(?=a)',
  'negative look-ahead': '(?!a)',
  'look-behind': '(?<=a)b',
  'negative look-behind': '(?<!a)b',
  'a named group': '(?<year>a)',
  'a back reference': '(a)\\1',
  'a named back reference': '(?<x>a)\\k<x>',
  'a modifier': '(?i:a)',
  'a property of Unicode': '\\p{Lu}',
  'the lack of a property': '[\\P{Lu}]',
  'no boundary of a word': '\\B',
  'an empty class': 'a[]',
  'a class of everything': '[^]',
  'more repetitions than RE2 has': 'a{1001}',
  'repetitions of repetitions': '(a{40}){40}',
  'half of a surrogate pair': '\\ud83d',
  'half of a pair in a class': '[\\ude00-\\udfff]',
  'what is no pattern with the flag u': 'a{,2}',
  'an escape of nothing': '\\y',
};
for (const [what, source] of Object.entries(refused)) {
  test(`${what} is refused in a pattern`, () => {
    assert.throws(() => portablePattern(source), { code: 'DEFINITION_INVALID' });
  });
}

test('a column takes a pattern with no flag or u, and refuses others where it is written', () => {
  assert.equal(col.text().matches(/^a$/u).facts.rules?.[0]?.allowed, '^a$');
  for (const pattern of [/a/i, /a/g, /a/m, /a/s, /a/y, /a/v, /a/d, /(?=a)/]) {
    assert.throws(() => col.text().matches(pattern), { code: 'DEFINITION_INVALID' }, String(pattern));
  }
});
