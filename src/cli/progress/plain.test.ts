import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { begun, ended, ends, fakeTerminal, named, running, whole } from '../../../test/cli/samples.ts';
import type { RunEvent } from '../../operate/views.ts';
import { Plain } from './plain.ts';
import { progressOf } from './progress.ts';

function printed(events: readonly RunEvent[], columns = 80): string {
  const terminal = fakeTerminal({ columns });
  const plain = new Plain(terminal);
  for (const event of events) plain.onEvent(event);
  plain.close();
  assert.equal(terminal.told, '');
  return terminal.written;
}

describe('a run where there is no terminal', () => {
  it('is a line at its beginning, one for each step that ends, and the summary', () => {
    assert.equal(
      printed(whole),
      `v_credit_diario 2028-02-29 (demo), 10 steps, run 01KEXAMPLE0RUN0ID000000000
postgres_public.chamados: files in place of postgres
postgres_public.clientes: files in place of postgres
\u2713 0.10 s  postgres_public.chamados       12,480 in = 12,480 valid
\u2713 0.20 s  postgres_public.clientes       912 in = 912 valid
\u2713 0.30 s  bronze.chamados                12,480 in = 12,480 valid
\u2713 0.40 s  bronze.clientes                912 in = 912 valid
\u2713 0.50 s  silver.tb_cliente              912 in = 900 valid + 12 invalid
\u2713 0.60 s  silver.tb_canal                nothing new
\u2713 0.70 s  silver.tb_chamado              12,480 in = 12,001 valid + 402 invalid + 77 duplicates
\u2713 0.80 s  gold.dm_cliente                912 in = 912 valid
\u2713 0.90 s  gold.ft_atendimento_geral      912 in = 912 valid
\u2713 1.00 s  curated.vw_atendimento_diario  view
\u2713 succeeded in 4.20 s, 10 steps
  postgres_public  13,392 in = 13,392 valid
  bronze           13,392 in = 13,392 valid
  silver           13,392 in = 12,901 valid + 414 invalid + 77 duplicates
  gold              1,824 in = 1,824 valid
Invalid rows, with the rules that they break:
  402  silver.tb_chamado_invalidos
         canal_exists 210, ordem_das_datas 190, nota_max 2
   12  silver.tb_cliente_invalidos
         email_matches 12
  next    esteira show silver.tb_chamado_invalidos
`,
    );
  });

  it('says of a model what it learned from, not the rows inside its version, and where more of what was refused stands', () => {
    const trained = { version: '20280229_0215', contentHash: 'x', rows: 32_120, held: 7_020 };
    const details = { flags: {}, badFiles: [], warnings: [], files: 0, trained };
    const [step] = ends.filter((end) => end.type === 'step' && end.account);
    const text = printed([
      begun,
      { ...step, step: named('gold.dm_cliente').step, details } as RunEvent,
      {
        ...{ type: 'note', level: 'info', text: 'gold.ltr 20280229_0215 did not pass its gate: auc 0.6 is below 0.7' },
        next: 'esteira models show gold.ltr 20280229_0215',
      },
      ended,
    ]);
    assert.match(text, /gold\.dm_cliente +32,120 training rows, judged by 7,020$/m);
    assert.match(text, /^ {2}next {4}esteira models show gold\.ltr 20280229_0215$/m);
    assert.doesNotMatch(text, / in = /);
  });

  it('counts what was skipped behind a step that failed', () => {
    const error = { code: 'CHECK_FAILED', nature: 'terminal', what: 'Too many.', next: 'y' };
    const text = printed([
      begun,
      ...ends.slice(0, 6),
      running('silver.tb_chamado'),
      { type: 'step', step: named('silver.tb_chamado').step, state: 'failed', seconds: 0.4, error },
      ...['gold.dm_cliente', 'gold.ft_atendimento_geral', 'curated.vw_atendimento_diario'].map(
        (label) => ({ type: 'step', step: named(label).step, state: 'skipped' }) as const,
      ),
      { ...ended, state: 'failed' },
    ]);
    assert.match(text, /^\u2717 0\.40 s {2}silver\.tb_chamado {14}CHECK_FAILED: Too many\.$/m);
    assert.doesNotMatch(text, /skipped/);
    assert.match(text, /^\u2717 failed in 4\.20 s/m);
    assert.match(text, /^Left: 4 of 10 steps, from silver\.tb_chamado on\.\n$/m);
  });

  it('says that an interrupted run goes on, and leaves a run without its end unfinished', () => {
    const text = printed([{ ...begun, resumed: true, job: 'v_credit_diario:silver.*' }]);
    assert.match(text, /which goes on where it stood/);
    assert.match(text, /Left: 10 of 10 steps/);
    assert.match(text, /esteira run v_credit_diario --date 2028-02-29 --select 'silver\.\*'/);
  });

  it('names stand-ins in one line where there are many', () => {
    const text = printed([{ ...begun, standIns: ['a', 'b', 'c'] }]);
    assert.match(text, /Others stand in for 3 sources; esteira plan v_credit_diario names them\./);
  });

  it('shows one run after the other', () => {
    const text = printed([...whole, { ...begun, date: '2028-03-01' }, ...ends, ended]);
    assert.equal(text.match(/succeeded in/g)?.length, 2);
    assert.match(text, /v_credit_diario 2028-03-01/);
  });
});

describe('a run for another program', () => {
  const typed = (...flags: readonly string[]) => ({
    typed: { words: [], flags: new Set(flags), texts: new Map(), lists: new Map() },
  });

  it('says nothing while it goes', () => {
    const terminal = fakeTerminal();
    const progress = progressOf({ ...typed('json'), terminal });
    for (const event of whole) progress.onEvent(event);
    progress.close();
    assert.equal(terminal.written + terminal.told, '');
  });

  it('with --progress gives each event as a line of JSON on standard error', () => {
    const terminal = fakeTerminal();
    const progress = progressOf({ ...typed('json', 'progress'), terminal });
    for (const event of whole) progress.onEvent(event);
    progress.close();
    assert.equal(terminal.written, '');
    const lines = terminal.told.trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as RunEvent),
      whole,
    );
  });
});
