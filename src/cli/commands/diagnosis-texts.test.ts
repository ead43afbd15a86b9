import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChecklistView, DiagnosisView, FindingView } from '../../operate/views.ts';
import { width } from '../text.ts';
import { checklistText } from './checklist.ts';
import { diagnosisText } from './diagnose.ts';

const look = { columns: 80, rows: 24, color: false, unicode: true };
const finding: FindingView = {
  cause: 'invalid rows',
  what: 'silver.tb_chamado: 499 of 1,472 rows (34 %) are invalid; status_conhecido is false in 492 of them, in the run of 2028-02-29; before it was 18 of 6,055 (0.3 %)',
  step: 'v_credit.silver.tb_chamado',
  evidence: ['status: "encerrado" in 486; "fechado" in 6', 'from postgres_public/chamados/2028-02-29.jsonl (492 rows)'],
  rows: {
    columns: [
      { name: 'id_chamado', type: 'BIGINT' },
      { name: 'status', type: 'VARCHAR' },
      { name: '_original', type: 'VARCHAR' },
    ],
    rows: [[803, 'encerrado', `{"id":803,"status":"encerrado","comentario":"${'longo '.repeat(30)}"}`]],
    more: false,
  },
  explains: ['95 rows of silver.tb_chamado_log are invalid (chamado_existe)'],
  next: ['esteira show silver.tb_chamado_invalidos', 'esteira reprocess silver.tb_chamado --invalid'],
};
const view: DiagnosisView = {
  environment: 'demo',
  at: '2028-03-01T06:00:00Z',
  runs: [],
  findings: [finding, { ...finding, cause: 'slow', what: 'v_credit_diario took 40 min', explains: [], next: [] }],
  waits: [],
  well: ['v_credit_diario 2028-02-29 succeeded in 4 s: 32 steps, 10,727 rows in, 32 invalid'],
};
const item: ChecklistView['items'][number] = {
  ...{ kind: 'rows', item: 'rows as expected: bronze', state: 'failed', what: '0 rows in 8 tables' },
  ...{
    limit: 'at least 1 row, all together',
    evidence: ['bronze.chamados 0', 'dates before: 2028-02-28 3,755', 'c', 'd', 'e'],
  },
  ...{
    at: '2028-03-01T06:00:00Z',
    run: '01KEXAMPLE0RUN0ID000000000',
    next: ['esteira diagnose 01KEXAMPLE0RUN0ID000000000'],
  },
};
const list: ChecklistView = {
  pipeline: 'v_credit',
  date: '2028-02-29',
  environment: 'demo',
  items: [item],
  objectives: [],
  ok: false,
};

describe('what is wrong, as text', () => {
  it('begins with the cause, hangs what it was seen by below it, and is no wider than the terminal where words may break', () => {
    const lines = diagnosisText(view, look).split('\n');
    assert.match(lines[0] ?? '', /^✗ silver\.tb_chamado: 499 of 1,472 rows \(34 %\) are invalid; status_conhecido/);
    for (const line of lines.filter((one) => !one.includes('_original') && !one.includes('803')))
      assert.ok(width(line) <= 80, line);
    assert.ok(lines.includes('  seen by  status: "encerrado" in 486; "fechado" in 6'));
    assert.ok(lines.includes('  explains 95 rows of silver.tb_chamado_log are invalid (chamado_existe)'));
    assert.ok(lines.includes('  next     esteira show silver.tb_chamado_invalidos'));
    assert.ok(lines.includes('Besides, what this does not explain:'));
    assert.ok(lines.includes('✗ v_credit_diario took 40 min.'));
  });

  it('names commands for the environment that was asked for', () => {
    const text = diagnosisText(view, { ...look, environment: 'demo' });
    assert.match(text, /esteira --env demo reprocess silver\.tb_chamado --invalid/);
    assert.match(checklistText(list, { ...look, environment: 'demo' }), /esteira --env demo diagnose 01KEX/);
  });

  it('says so where nothing is wrong, and what it has looked at', () => {
    assert.equal(
      diagnosisText({ ...view, findings: [] }, { ...look, columns: 200 }),
      'Nothing is wrong. 1 run looked at:\n✓ v_credit_diario 2028-02-29 succeeded in 4 s: 32 steps, 10,727 rows in, 32 invalid',
    );
    assert.match(diagnosisText({ ...view, findings: [], well: [] }, look), /nothing has run yet/);
    const waits = ['2 lines of prices_approved_by_sales wait for sales'];
    assert.match(
      diagnosisText({ ...view, waits, findings: [] }, look),
      /^Waiting for people\n {2}2 lines of prices_approved_by_sales wait for sales\n {2}next {4}esteira approvals list$/m,
    );
  });
});

describe('a checklist, as text', () => {
  it('says what the pipeline is for below its day, each with what is expected', () => {
    const objective = {
      ...item,
      kind: 'objective',
      item: 'fallbacks of ltr',
      limit: 'at most 0.1 %',
      next: [],
    } as const;
    const text = checklistText(
      {
        ...list,
        items: [],
        objectives: [
          { ...objective, state: 'ok' },
          { ...objective, state: 'unknown' },
        ],
        ok: true,
      },
      look,
    );
    assert.match(
      text,
      /All is well: 0 items\.\n\nObjectives, 1 of 2 reached\n✓ fallbacks of ltr\n.*\n {4}expected at most 0\.1 %\n/,
    );
  });

  it('has figure, limit and evidence of what failed, and one line of the others', () => {
    assert.equal(
      checklistText({ ...list, items: [item, { ...item, state: 'ok', item: 'loaded: gold', next: [] }] }, look),
      `v_credit  2028-02-29  demo
✗ rows as expected: bronze
    0 rows in 8 tables
    expected at least 1 row, all together
    bronze.chamados 0
    dates before: 2028-02-28 3,755
    c
    d
    next  esteira diagnose 01KEXAMPLE0RUN0ID000000000
✓ loaded: gold
    0 rows in 8 tables
    bronze.chamados 0

1 of 2 items failed.`,
    );
    assert.match(
      checklistText({ ...list, items: [{ ...item, state: 'ok', next: [] }] }, look),
      /All is well: 1 item\.$/,
    );
  });
});
