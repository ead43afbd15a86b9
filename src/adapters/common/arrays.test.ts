import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrayText, listText } from './arrays.ts';

test('a list is said with every digit of its numbers, however deep they stand', () => {
  assert.equal(listText('[9007199254740993, 0.12345678901234567890]'), '{"9007199254740993","0.12345678901234567890"}');
  assert.equal(listText('[[9007199254740993],[null]]'), '{{"9007199254740993"},{NULL}}');
  assert.equal(listText('[{"a":[12345678901234567890]}]'), String.raw`{"{\"a\":[12345678901234567890]}"}`);
  assert.equal(listText('[true,"a \\"b\\"",-1.50]'), String.raw`{"true","a \"b\"","-1.50"}`);
});

test('what is no list is said as it is, and values as those of one column', () => {
  assert.equal(listText('9007199254740993'), '9007199254740993');
  assert.equal(arrayText([1, null, 'a "b"']), String.raw`{1,NULL,"a \"b\""}`);
});
