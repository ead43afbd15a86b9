import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from '../define/index.ts';
import type { Dialect } from '../ports/index.ts';
import { spellBody } from './spell.ts';

const spelled = (text: string): string =>
  spellBody(sql([text] as unknown as TemplateStringsArray), {
    dialect: {} as Dialect, // not asked: the text mentions nothing
    relation: () => '',
    run: () => '',
    setting: () => '',
    predict: () => '',
  });

test('a semicolon at the end of a body goes, whatever stands after it; one within text or a comment stays', () => {
  assert.equal(spelled('select 1 as n;'), 'select 1 as n');
  assert.equal(spelled('select 1 as n; -- done\n/* really */ '), 'select 1 as n -- done\n/* really */ ');
  assert.equal(spelled("select 1 as n where 'a' <> '; -- b'"), "select 1 as n where 'a' <> '; -- b'");
  assert.equal(spelled('select 1 as n -- done;'), 'select 1 as n -- done;');
  assert.equal(spelled('select 1 as n; select 2'), 'select 1 as n; select 2');
});
