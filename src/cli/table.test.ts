import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fitTable, table } from './table.ts';
import { width } from './text.ts';

const look = { columns: 80, rows: 24, color: false, unicode: true };
const headings = [{ head: 'step' }, { head: 'rows', align: 'right' }, { head: 'why', optional: true }] as const;

describe('a table', () => {
  it('stands numbers at the right and leaves no blanks at the end of a line', () => {
    assert.deepEqual(
      table(
        headings,
        [
          ['silver.a', '7', ''],
          ['b', '12480', 'new'],
        ],
        look,
      ),
      ['step       rows  why', 'silver.a      7', 'b         12480  new'],
    );
  });

  it('cuts the longest texts first and numbers never', () => {
    const plain = [{ head: 'step' }, { head: 'rows', align: 'right' }, { head: 'why' }] as const;
    const rows = [['a'.repeat(30), '123456789012', 'short']];
    assert.deepEqual(fitTable(plain, rows, { ...look, columns: 40 }), [
      'step                         rows  why',
      `${'a'.repeat(18)}\u2026  123456789012  short`,
    ]);
    const both = [['a'.repeat(30), '1', 'b'.repeat(20)]];
    assert.deepEqual(
      fitTable(plain, both, { ...look, columns: 40 })?.[1],
      `${'a'.repeat(15)}\u2026     1  ${'b'.repeat(15)}\u2026`,
    );
  });

  it('cuts what is optional, then leaves it out, before it cuts a name', () => {
    const rows = [['a'.repeat(20), '1', 'b'.repeat(30)]];
    const at = (columns: number): string | undefined => fitTable(headings, rows, { ...look, columns })?.[1];
    assert.equal(at(40), `${'a'.repeat(20)}     1  ${'b'.repeat(11)}\u2026`);
    assert.equal(at(30), `${'a'.repeat(20)}     1`);
    assert.equal(at(20), `${'a'.repeat(13)}\u2026     1`);
  });

  it('gives up before it cuts a number', () => {
    const rows = [['a'.repeat(30), '123456789012', 'b'.repeat(30)]];
    assert.deepEqual(fitTable(headings, rows, { ...look, columns: 24 })?.[1], `${'a'.repeat(9)}\u2026  123456789012`);
    assert.equal(fitTable(headings, rows, { ...look, columns: 12 }), undefined);
    assert.match(table(headings, rows, { ...look, columns: 12 })[1] ?? '', /^a{30} {2}123456789012/);
  });

  it('keeps to its width with wide characters, and to its lines with hostile ones', () => {
    const rows = [['\u8868'.repeat(40), '1', 'a\nb\x1b[2J']];
    const lines = fitTable(headings, rows, { ...look, columns: 40 }) ?? [];
    assert.equal(lines.length, 2);
    for (const line of lines) assert.ok(width(line) <= 40, line);
    assert.ok(!lines.join('').includes('\x1b'));
  });
});
