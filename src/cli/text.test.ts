import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cut, visible, width, wrap, wrapHanging } from './text.ts';

const unicode = { unicode: true };

describe('text in the columns of a terminal', () => {
  it('counts wide characters twice, joined marks and colours not at all', () => {
    assert.equal(width('tb_chamado'), 10);
    assert.equal(width('\u8868\u683c'), 4);
    assert.equal(width('e\u0301'), 1);
    assert.equal(width('\u{1F469}\u200D\u{1F4BB}'), 2);
    assert.equal(width('\u{1F1E7}\u{1F1F7}'), 2);
    assert.equal(width('\u200B'), 0);
    assert.equal(width('\x1b[32mok\x1b[39m'), 2);
  });

  it('cuts between characters and says so, never wider than asked', () => {
    assert.equal(cut('tb_chamado', 10, unicode), 'tb_chamado');
    assert.equal(cut('tb_chamado', 5, unicode), 'tb_c\u2026');
    assert.equal(cut('tb_chamado', 5, { unicode: false }), 'tb_c~');
    assert.equal(cut('\u8868\u683c\u8868', 4, unicode), '\u8868\u2026');
    assert.equal(width(cut('\u8868\u683c\u8868\u683c', 6, unicode)), 5);
    assert.equal(cut('abc', 0, unicode), '');
  });

  it('breaks lines between words, and a word that is longer than the line', () => {
    assert.deepEqual(wrap('one two three', 8), ['one two', 'three']);
    assert.deepEqual(wrap('abcdefghij', 4), ['abcd', 'efgh', 'ij']);
    assert.deepEqual(wrap('a\nb', 8), ['a', 'b']);
    assert.deepEqual(wrap('', 8), ['']);
  });

  it('lets what follows hang below its text', () => {
    assert.equal(
      wrapHanging('  next    esteira show silver.tb_chamado', 24, 10),
      '  next    esteira show\n          silver.tb_cham\n          ado',
    );
    assert.equal(wrapHanging('short', 24, 10), 'short');
  });

  it('shows characters that would move the cursor, colour the screen or turn the line', () => {
    assert.equal(visible('a\x1b[31mb'), 'a\\u001b[31mb');
    assert.equal(visible('a\nb\tc\r'), 'a\\nb\\tc\\r');
    assert.equal(visible('a\nb', { lines: true }), 'a\nb');
    assert.equal(visible('\u202Eevil\u2066'), '\\u202eevil\\u2066');
    assert.equal(visible('\u009b31m'), '\\u009b31m');
    assert.equal(visible('a\u00e7\u00e3o \u8868'), 'a\u00e7\u00e3o \u8868');
  });
});
