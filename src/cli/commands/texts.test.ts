import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { account, record, steps } from '../../../test/cli/samples.ts';
import { rowsText } from '../rows.ts';
import { width } from '../text.ts';
import { checkText } from './check.ts';
import { compileText } from './compile.ts';
import { doctorText } from './doctor.ts';
import { logText } from './logs.ts';
import { planText } from './plan.ts';
import { runText } from './run.ts';
import { runsText } from './runs.ts';
import { settingsText, settingText } from './settings.ts';
import { setupText } from './setup.ts';
import { showText } from './show.ts';
import { showRunText } from './show-run.ts';
import { statusText } from './status.ts';
import { syncText } from './sync.ts';

const look = { columns: 80, rows: 24, color: false, unicode: true };
const narrow = { ...look, columns: 40 };
const fits = (text: string, columns: number): void => {
  for (const line of text.split('\n')) assert.ok(width(line) <= columns, `${columns}: ${line}`);
};

const plan = {
  job: 'v_credit_diario',
  date: '2028-02-29',
  logicalTime: '2028-03-01T05:00:00Z',
  zone: 'America/Sao_Paulo',
  environment: 'demo',
  standIns: ['postgres_public.chamados: files postgres_public/chamados/*.jsonl in place of postgres'],
  steps: steps.map((step) => ({
    ...step,
    mode: 'merge',
    reason: 'new-rows' as const,
    why: 'new in bronze.chamados, bronze.clientes',
    reads: [],
  })),
  changed: [
    {
      step: 'v_credit.silver.tb_chamado',
      label: 'silver.tb_chamado',
      means: 'fill' as const,
      aspects: ['column prioridade', 'rows'],
      what: ['the column prioridade is new', 'its query'],
      next: 'esteira reprocess silver.tb_chamado',
    },
  ],
  leftBehind: [
    {
      table: 'v_credit.silver.tb_antiga',
      kind: 'table' as const,
      rows: 12_001,
      beside: ['v_credit.silver.tb_antiga_invalidos'],
      next: 'esteira setup --destroy silver.tb_antiga',
    },
  ],
  rollback: [],
  readsOnly: ['v_credit.postgres_public.chamados'],
  setup: ['create table silver.tb_chamado'],
};
const setting = {
  name: 'config.limites.invalidos',
  kind: 'decimal',
  value: '0.05',
  standard: '0.02',
  rules: ['min 0', 'max 1'],
  about: 'Share of invalid rows that is too much',
  changedAt: '2028-02-29T10:00:00Z',
  changedBy: 'ana',
};
const shown = {
  name: 'silver.tb_chamado',
  kind: 'table',
  catalog: 'v_credit',
  writtenAt: 'pipelines/credit/definitions/2-silver.ts:120',
  about: 'One row a ticket, as it stands today.',
  columns: [
    { name: 'id_chamado', kind: 'integer', key: true, optional: false, rules: [] },
    { name: 'nota', kind: 'integer', key: false, optional: true, rules: ['min 0', 'max 10'] },
  ],
  reads: ['bronze.chamados'],
  readBy: ['gold.ft_atendimento_geral', 'gold.ft_custo_operacional'],
  write: 'merge',
  latest: { runId: record.runId, publishedAt: '2028-03-01T05:00:03Z', account: account(12_001, 402, 77) },
  sample: {
    columns: [
      { name: 'id_chamado', type: 'INTEGER' },
      { name: 'nota', type: 'INTEGER' },
    ],
    rows: [[1, null]],
    more: true,
  },
};
const status = {
  environment: 'demo',
  owner: { pid: 4711, since: '2028-03-01T04:59:00Z', command: 'esteira run v_credit_diario' },
  running: [{ ...record, state: 'running' as const }],
  interrupted: [],
  waiting: [],
  missed: [],
  drift: [],
  alerts: { open: [], waiting: 0, givenUp: 0 },
  frozen: [],
  retrain: [],
  owed: [],
  approvals: [],
  changes: [],
  endpoints: [],
  jobs: [
    {
      job: 'v_credit_diario',
      when: '0 2 * * * America/Sao_Paulo, the day before',
      last: { runId: record.runId, date: '2028-02-29', state: 'running' as const },
      next: '2028-03-02T05:00:00Z',
    },
    { job: 'v_credit_sincronizacao', when: 'always' },
  ],
};
const doctor = {
  findings: [
    { what: 'disk', ok: true, found: '120.0 GB free' },
    {
      what: 'set-up',
      ok: false,
      found: '2 changes are missing, such as: add column prioridade',
      next: 'esteira setup',
    },
  ],
};

describe('plan', () => {
  it('says the day, what stands in, each step with its reason, and what is to be set up', () => {
    const text = planText(plan, look);
    assert.match(
      text,
      /^v_credit_diario {2}2028-02-29 {2}demo\n10 steps; logical time 2028-03-01 05:00Z, zone America\/Sao_Paulo\.\n/,
    );
    assert.match(text, /^silver\.tb_chamado +merge {3}new in bronze\.chamados, bronze\.clientes$/m);
    assert.match(text, /\nStanding in:\n {2}postgres_public\.chamados: files/);
    assert.match(
      text,
      /\n {2}silver\.tb_chamado {2}fill: the column prioridade is new; its query\n {4}rows that are there get it by: esteira reprocess silver\.tb_chamado\n/,
    );
    assert.match(text, /silver\.tb_antiga with 1 table beside it, 12,001 rows; dropped by:/);
    assert.match(text, /\nTo set up first \(esteira setup\):\n {2}create table silver\.tb_chamado$/);
    fits(text, 80);
    const long = {
      ...plan,
      steps: plan.steps.slice(0, 1).map((step) => ({ ...step, why: 'word '.repeat(40).trim() })),
    };
    assert.equal(planText(long, look).match(/\bword\b/g)?.length, 40, 'a reason is not cut');
    fits(planText(long, look), 80);
    fits(planText(plan, narrow), 40);
  });
});

describe('run', () => {
  it('of a day that is done says so, and how to do it again', () => {
    assert.equal(
      runText({ ...record, alreadyDone: true }, look),
      `v_credit_diario 2028-02-29 has succeeded already (run
  01KEXAMPLE0RUN0ID000000000, 2028-03-01 05:00Z): nothing was done.
  next    esteira run v_credit_diario --date 2028-02-29 --again`,
    );
  });
});

describe('runs', () => {
  it('has whole ids, which are copied, at 80 columns', () => {
    const text = runsText(
      { runs: [record, { ...record, state: 'running', job: 'v_credit_sincronizacao' }], missed: [] },
      look,
    );
    assert.match(text, /^01KEXAMPLE0RUN0ID000000000 {2}v_credit_diario +2028-02-29 {2}succeeded {2}4\.20 s/m);
    fits(text, 80);
    assert.equal(runsText({ runs: [], missed: [] }, look), 'No run yet.');
  });
});

describe('show', () => {
  it('of a table says what it is, its columns, its last account and first rows', () => {
    assert.equal(
      showText(shown, look),
      `silver.tb_chamado  table
          One row a ticket, as it stands today.
catalog   v_credit
written   pipelines/credit/definitions/2-silver.ts:120
write     merge
reads     bronze.chamados
read by   gold.ft_atendimento_geral, gold.ft_custo_operacional
latest    2028-03-01 05:00Z, run 01KEXAMPLE0RUN0ID000000000: 12,480 in = 12,001
          valid + 402 invalid + 77 duplicates

column      kind               rules
id_chamado  integer  key
nota        integer  optional  min 0, max 10

id_chamado  nota
         1  NULL
1 row, and there are more (--limit)`,
    );
  });

  it('of a run has every step, and the summary', () => {
    const text = showRunText(record, look);
    assert.match(text, /^\u2713 silver\.tb_chamado +12,480 {2}12,001 {6}402 {10}77 {2}0\.70 s$/m);
    assert.match(text, /^\u2713 succeeded in 4\.20 s, 10 steps/m);
    fits(text, 80);
  });

  it('of a run that failed ends with the errors of its steps', () => {
    const error = { code: 'CHECK_FAILED', nature: 'terminal', what: 'Too many.', next: 'esteira logs latest' };
    const [first, ...rest] = record.steps;
    assert.ok(first);
    const failed = {
      ...record,
      state: 'failed' as const,
      steps: [{ ...first, state: 'failed' as const, error }, ...rest],
    };
    const text = showRunText(failed, look);
    assert.match(
      text,
      /\n\n\u2717 postgres_public\.chamados\nCHECK_FAILED: Too many\.\n {2}next {4}esteira logs latest$/,
    );
  });
});

describe('query', () => {
  const columns = [
    { name: 'id', type: 'BIGINT' },
    { name: 'valor', type: 'DECIMAL(18,2)' },
    { name: 'quando', type: 'TIMESTAMP WITH TIME ZONE' },
    { name: 'texto', type: 'VARCHAR' },
    { name: 'lista', type: 'INTEGER[]' },
  ];
  const rows = [
    ['9007199254740993', '1234567.10', '2028-02-29T23:59:59.123456Z', 'a\u00e7\u00e3o\n\u8868', [1, 2]],
    [1, null, null, 'x'.repeat(200), null],
  ];

  it('prints values exactly, numbers at the right', () => {
    const [, first] = rowsText({ columns, rows: rows.slice(0, 1), more: false }, { ...look, columns: 200 }).split('\n');
    assert.equal(first, '9007199254740993  1234567.10  2028-02-29T23:59:59.123456Z  a\u00e7\u00e3o\\n\u8868  [1,2]');
  });

  it('cuts texts only, and says so', () => {
    const text = rowsText({ columns, rows, more: false }, look);
    assert.match(text, /2028-02-29T23:59:59\.123456Z/);
    assert.match(text, /x\u2026/);
    assert.match(text, /2 rows; --json gives texts whole$/);
    fits(text, 80);
  });

  it('writes one value to a line where a row does not fit, and cuts nothing', () => {
    const text = rowsText({ columns, rows, more: true }, narrow);
    assert.match(text, /^row 1\n {2}id {6}9007199254740993\n {2}valor {3}1234567\.10$/m);
    assert.equal(text.replaceAll('texto', '').match(/x/g)?.length, 200);
    assert.match(text, /2 rows, and there are more \(--limit\)$/);
    fits(text, 40);
  });

  it('has a heading where there is no row', () => {
    assert.equal(rowsText({ columns: columns.slice(0, 2), rows: [], more: false }, look), 'id  valor\n0 rows');
  });
});

describe('settings', () => {
  it('are a table; one of them says what it may be', () => {
    fits(settingsText({ settings: [setting] }, look), 80);
    assert.match(
      settingsText({ settings: [setting] }, { ...look, columns: 140 }),
      /0\.05 {6}0\.02 {2}2028-02-29 10:00Z by ana/,
    );
    assert.match(settingText(setting, look), /^config\.limites\.invalidos = 0\.05\n/);
    assert.match(settingText({ ...setting, reason: 'March' }, look), /by ana\n {2}why {7}March$/);
    assert.match(settingText(setting, look), /may be {4}decimal, min 0, max 1/);
    assert.equal(settingsText({ settings: [] }, look), 'No definition has settings.');
  });
});

describe('status', () => {
  it('says where rows wait for people, or, approved, for a run', () => {
    const prices = { name: 'prices_approved_by_sales', group: 'sales', waiting: 3, approved: 1 };
    const text = statusText({ ...status, approvals: [prices] }, look);
    assert.match(text, /^ {2}prices_approved_by_sales: 3 lines for sales, 1 approved line for the next run$/m);
    assert.match(text, /^ {2}next {4}esteira approvals list$/m);
    fits(text, 80);
  });

  it('says the owner, what is running, and each job with its last and next run', () => {
    const text = statusText(status, look);
    assert.match(text, /^demo; owner: process 4711 \(esteira run v_credit_diario\) since 2028-03-01 04:59Z/);
    assert.match(
      text,
      /\u25b8 v_credit_diario 2028-02-29, 10 of 10 steps, since 2028-03-01 05:00Z\n {2}01KEXAMPLE0RUN0ID000000000/,
    );
    assert.match(text, /^v_credit_sincronizacao {2}never/m);
    fits(text, 80);
    assert.match(statusText({ ...status, running: [] }, look), /Nothing is running\./);
    const { owner: _, ...alone } = status;
    assert.match(statusText(alone, look), /^demo; no process has it open\n/);
  });

  it('says which files are not what their source declares, the columns of one file together', () => {
    const met = {
      source: 'shop.landing.orders',
      run: 'r',
      since: '2028-02-29T05:00:00Z',
      path: 'orders/2028-02-29.csv',
    };
    const drift = ['discount', 'coupon'].map((column) => ({
      ...met,
      how: 'new' as const,
      column,
      note: 'it is ignored',
    }));
    const text = statusText({ ...status, drift }, look);
    assert.match(
      text,
      /\n\nFiles that are not what their sources declare\n {2}landing\.orders: new columns discount, coupon in/,
    );
    fits(text, 80);
  });

  it('says how far changes that are followed are behind, and what to look at', () => {
    const behind = {
      lagBytes: 5 * 2 ** 20,
      lagSeconds: 700,
      retainedBytes: 2 ** 31,
      warning: 'it is 12 minutes behind',
    };
    const changes = [{ job: 'follow', isGoing: true, rate: 1200, committedAt: '2028-02-29T05:00:00Z', ...behind }];
    const text = statusText({ ...status, changes }, look);
    assert.match(text, /\n\nChanges that are followed\n {2}follow: goes on, 1,200 rows in a second;/);
    assert.match(text, /landed up to 2028-02-29 05:00Z;\s+5 MB\s+and 11 min 40 s behind;/);
    assert.match(text, /keeps\s+2,048 MB for it\n {4}! it is 12 minutes behind$/);
    fits(text, 80);
    const away = statusText({ ...status, changes: [{ job: 'follow', isGoing: false }] }, look);
    assert.match(away, /\n {2}follow: not followed now$/);
  });

  it('says what was interrupted, what is due and what was not run, each once', () => {
    const tick = { job: 'nightly', date: '2028-02-28', due: '2028-02-29T05:00:00Z', state: 'due', cause: '0 2 * * *' };
    const missed = { ...tick, state: 'skipped', why: 'the job was not free in time' };
    const waiting = [tick, { ...tick, date: '2028-02-27', state: 'claimed', run: 'failed' }];
    const text = statusText({ ...status, running: [], interrupted: status.running, waiting, missed: [missed] }, look);
    assert.match(text, /^Nothing is running\.\n\nInterrupted: .*\n. v_credit_diario 2028-02-29, 10 of 10 steps/m);
    assert.match(text, /^Due, not done\n {2}nightly 2028-02-28, due 2028-02-29 05:00Z: not begun$/m);
    assert.match(text, /^ {2}nightly 2028-02-27, due .*: its run failed$/m);
    assert.match(text, /^Not run\n {2}nightly 2028-02-28, due 2028-02-29 05:00Z: the job was not free in time$/m);
    fits(text, 80);
  });

  it('says a newer run of a part of a job below it', () => {
    const lastPart = { job: 'nightly:silver.*', runId: 'r2', date: '2028-02-29', state: 'succeeded' as const };
    const last = { ...lastPart, state: 'failed' as const };
    const text = statusText({ ...status, jobs: [{ job: 'nightly', when: 'by hand', last, lastPart }] }, look);
    assert.match(text, /^nightly +2028-02-29 +failed .*\n {2}nightly:silver\.\* +2028-02-29 +succeeded/m);
  });
});

describe('doctor', () => {
  it('says what is wrong and what to do', () => {
    assert.equal(
      doctorText(doctor, look),
      `\u2713 disk    120.0 GB free
\u2717 set-up  2 changes are missing, such as: add column prioridade
    next    esteira setup

1 finding to see to.`,
    );
    assert.match(doctorText({ findings: doctor.findings.slice(0, 1) }, look), /All is well\.$/);
  });
});

describe('the others', () => {
  it('sync adds nothing to what its runs have said', () => {
    const nothing = { runs: [], followed: [], dropped: [] };
    assert.equal(syncText({ ...nothing, runs: [record, record] }, look), '');
    assert.equal(syncText(nothing, look), 'No job is `always`: nothing to bring in.');
  });

  it('sync says what is followed anyway, and what was dropped', () => {
    const followed = [{ job: 'follow', upTo: '2028-02-29T05:00:00Z' }];
    const place = { job: 'follow', slot: 'esteira_shop_local_follow', database: 'db.example:5432/shop' };
    const dropped = [true, false].map((wasThere) => ({ ...place, wasThere }));
    const text = syncText({ runs: [], followed, dropped }, look);
    assert.match(text, /^follow is followed by the process that has the project: .* 2028-02-29 05:00Z\.$/ms);
    assert.match(text, /^follow: the slot and the publication esteira_shop_local_follow/m);
    assert.match(text, /^follow: there was no slot esteira_shop_local_follow in db\.example:5432\/shop\.$/m);
    fits(text, 80);
  });

  it('setup lists what it changed', () => {
    const changes = [{ catalog: 'v_credit', change: 'add column', name: 'silver.tb_chamado.prioridade' }];
    assert.match(
      setupText({ changes, variables: [] }, look),
      /add column {2}v_credit {2}silver\.tb_chamado\.prioridade\n1 change\.$/,
    );
    assert.equal(setupText({ changes: [], variables: [] }, look), 'Everything is there: nothing to set up.');
  });

  it('check counts what it saw', () => {
    const jobs = [{ job: 'v_credit_diario', when: '0 2 * * *', steps: 31 }];
    const view = { environment: 'demo', definitions: { source: 8, settings: 1, check: 1 }, described: 64, jobs };
    assert.match(
      checkText(view, look),
      /^\u2713 demo: 8 sources, 1 settings, 1 check; the engine described 64 queries\.\n\njob {14}when {7}steps\n/,
    );
  });

  it('compile gives SQL that an engine takes', () => {
    const queries = [
      { name: 'v_credit.a.b', sql: 'select 1\n' },
      { name: 'v_credit.a.c', sql: 'select 2' },
    ];
    assert.equal(
      compileText({ engine: 'duckdb', queries }),
      '-- v_credit.a.b (duckdb)\nselect 1;\n\n-- v_credit.a.c (duckdb)\nselect 2;',
    );
  });

  it('logs have the time to the millisecond, and go on below where a text has several lines', () => {
    const lines = [
      { at: '2028-03-01T05:00:00Z', level: 'info', text: 'run began' },
      { at: '2028-03-01T05:00:01.250999Z', step: 'a.b.c', level: 'error', text: 'two\nlines\r' },
    ];
    assert.equal(
      logText({ lines }, look),
      '2028-03-01T05:00:00.000Z info  run began\n2028-03-01T05:00:01.250Z error a.b.c: two\n  lines\\r',
    );
    assert.equal(logText({ lines: [] }, look), 'It said nothing.');
  });
});
