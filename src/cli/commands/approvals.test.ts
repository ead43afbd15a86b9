import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApprovalsView, LineView } from '../../operate/views.ts';
import { width } from '../text.ts';
import { listText } from './approvals.ts';

const look = { columns: 140, rows: 24, color: false, unicode: true };
const line: LineView = {
  line: '3f9a01c2d4e5b678@2',
  state: 'edited',
  row: { data: '2026-03-10', 'código do produto': 'CAFÉ-500', região: 'sul', preço: 10, 'preço recomendado': 10.4 },
  edited: { 'preço recomendado': 10.9 },
  editors: ['ana'],
  approvers: [],
  second: 'precos',
  bulk: ['passos pequenos'],
  show: { hoje: 12345.67, 'mudança %': 10.9 - 10 },
  effect: { receita: 41.234, margem: null },
  proposedAt: '2026-03-10T05:00:00Z',
  expiresAt: '2026-03-13T05:00:00Z',
};
const view: ApprovalsView = {
  approvals: [
    { name: 'preços_approved_by_comercial', of: 'preços', group: 'comercial', people: ['ana'], counts: { edited: 1 } },
  ],
  lines: [line, { ...line, line: '91bb01c2d4e5b600@1', state: 'proposed', edited: {} }],
  key: ['data', 'código do produto', 'região'],
  edit: ['preço recomendado'],
  show: ['hoje', 'mudança %'],
  effect: { receita: 82.468, margem: 0 },
  more: false,
};

test('lines stand in a table, what is shown beside them after what may be changed', () => {
  const rows = listText(view, look, false).split('\n').slice(3);
  assert.match(
    rows[0] ?? '',
    /^line +state +data +código do produto +região +preço recomendado +hoje +mudança % +± receita +± margem +second/,
  );
  assert.match(
    rows[1] ?? '',
    /^3f9a01c2d4e5b678@2 +edited +2026-03-10 +CAFÉ-500 +sul +10\.4 → 10\.9 +12345\.67 +0\.9 +\+41\.23 +unknown +precos/,
  );
});

test('where the terminal is too narrow for a table each line stands by itself, and nothing of it is left out', () => {
  const text = listText(view, { ...look, columns: 80 }, false);
  assert.deepEqual(text.split('\n').slice(3, 7), [
    '3f9a01c2d4e5b678@2  edited  2026-03-10, CAFÉ-500, sul',
    '    preço recomendado 10.4 → 10.9; hoje 12345.67; mudança % 0.9; receita +41.23;',
    '    margem unknown; second person of precos; bulk rules: passos pequenos; until',
    '    2026-03-13 05:00Z',
  ]);
  for (const one of text.split('\n').slice(3)) assert.ok(width(one) <= 80, one);
});
