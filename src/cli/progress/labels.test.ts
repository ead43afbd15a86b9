import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelOf, runCommand } from './labels.ts';

test('names are written without their catalog where all have the same', () => {
  assert.equal(labelOf(['a.b.c', 'a.d.e'])('a.b.c'), 'b.c');
  assert.equal(labelOf(['a.b.c', 'x.d.e'])('a.b.c'), 'a.b.c');
  assert.equal(labelOf(['b.c'])('b.c'), 'b.c');
  assert.equal(labelOf([])('a.b.c'), 'a.b.c');
});

test('a run of some steps is asked for again with its selection', () => {
  assert.equal(runCommand('daily', '2028-02-29'), 'esteira run daily --date 2028-02-29');
  assert.equal(runCommand('daily:a.*,+b', '2028-02-29'), "esteira run daily --date 2028-02-29 --select 'a.*,+b'");
});
