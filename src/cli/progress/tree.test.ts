import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { begun, ends, named, running, whole } from '../../../test/cli/samples.ts';
import type { RunEvent } from '../../operate/views.ts';
import { width } from '../text.ts';
import { begin, type Followed, follow } from './follow.ts';
import { tree } from './tree.ts';

const look = { columns: 79, rows: 40, color: false, unicode: true };
const now = 12_340;
const after = (events: readonly RunEvent[]): Followed =>
  events.reduce<Followed>(
    (followed, event) => (event.type === 'step' || event.type === 'end' ? follow(followed, event, 10_000) : followed),
    begin(begun),
  );
const middle = after([...ends.slice(0, 5), running('silver.tb_canal'), running('silver.tb_chamado')]);

describe('the tree of a run', () => {
  it('groups steps by layer, with their rows and seconds', () => {
    assert.deepEqual(tree(middle, look, now), [
      'v_credit_diario  2028-02-29  demo  01KEXAMPLE0RUN0ID000000000',
      '                                        in   valid  invalid  duplicates',
      '\u2713 postgres_public 2/2               13,392  13,392        0           0',
      '  \u2713 chamados                        12,480  12,480        0           0  0.10 s',
      '  \u2713 clientes                           912     912        0           0  0.20 s',
      '\u2713 bronze 2/2                        13,392  13,392        0           0',
      '  \u2713 chamados                        12,480  12,480        0           0  0.30 s',
      '  \u2713 clientes                           912     912        0           0  0.40 s',
      '\u25b8 silver 1/3                           912     900       12           0',
      '  \u2713 tb_cliente                         912     900       12           0  0.50 s',
      '  \u25b8 tb_canal                                                              2.3 s',
      '  \u25b8 tb_chamado                                                            2.3 s',
      '\u00b7 gold 0/2',
      '  \u00b7 dm_cliente',
      '  \u00b7 ft_atendimento_geral',
      '\u00b7 curated 0/1',
      '  \u00b7 vw_atendimento_diario',
    ]);
  });

  it('keeps names and invalid rows at 40 columns', () => {
    assert.deepEqual(tree(middle, { ...look, columns: 39 }, now).slice(0, 11), [
      'v_credit_diario  2028-02-29  demo',
      '                        invalid',
      '\u2713 postgres_public 2/2         0',
      '  \u2713 chamados                  0  0.10 s',
      '  \u2713 clientes                  0  0.20 s',
      '\u2713 bronze 2/2                  0',
      '  \u2713 chamados                  0  0.30 s',
      '  \u2713 clientes                  0  0.40 s',
      '\u25b8 silver 1/3                 12',
      '  \u2713 tb_cliente               12  0.50 s',
      '  \u25b8 tb_canal                      2.3 s',
    ]);
  });

  it('closes finished layers, then those that wait, where the height is not enough', () => {
    assert.deepEqual(tree(middle, { ...look, rows: 12 }, now).slice(2), [
      '\u2713 postgres_public 2/2               13,392  13,392        0           0',
      '\u2713 bronze 2/2                        13,392  13,392        0           0',
      '\u25b8 silver 1/3                           912     900       12           0',
      '  \u2713 tb_cliente                         912     900       12           0  0.50 s',
      '  \u25b8 tb_canal                                                              2.3 s',
      '  \u25b8 tb_chamado                                                            2.3 s',
      '\u00b7 gold 0/2',
      '  \u00b7 dm_cliente',
      '  \u00b7 ft_atendimento_geral',
      '\u00b7 curated 0/1',
    ]);
  });

  it('never is wider or higher than the screen, however small, whatever has happened', () => {
    for (let events = 0; events <= whole.length; events += 1)
      for (const columns of [20, 39, 50, 66, 79, 200])
        for (const rows of [4, 8, 12, 23]) {
          const lines = tree(after(whole.slice(0, events)), { ...look, columns, rows }, now);
          assert.ok(lines.length <= rows, `${lines.length} lines of ${rows}`);
          for (const line of lines) assert.ok(width(line) <= columns, `${columns}: ${line}`);
        }
  });

  it('shows what runs and says how many steps it leaves out, in a layer higher than the screen', () => {
    const many = Array.from({ length: 50 }, (_, index) => ({
      ...named('silver.tb_canal'),
      step: `v_credit.silver.t${index}`,
      label: `silver.t${index}`,
    }));
    const started = begin({ ...begun, steps: many });
    const followed = follow(started, { type: 'step', step: 'v_credit.silver.t40', state: 'running' }, 10_000);
    assert.deepEqual(tree(followed, { ...look, rows: 7 }, now).slice(2), [
      '\u25b8 silver 0/50',
      '  \u00b7 t0',
      '  \u00b7 t1',
      '  \u25b8 t40                                                                   2.3 s',
      '  \u2026 47 more',
    ]);
  });

  it('says in the place of numbers what there is to say', () => {
    const error = { code: 'CHECK_FAILED', nature: 'terminal', what: 'x', next: 'y' };
    const [cliente, canal, chamado] = ['tb_cliente', 'tb_canal', 'tb_chamado'].map(
      (name) => named(`silver.${name}`).step,
    );
    const followed = after([
      { type: 'step', step: cliente ?? '', state: 'failed', seconds: 0.4, error },
      { type: 'step', step: canal ?? '', state: 'done', unchanged: true },
      { type: 'step', step: chamado ?? '', state: 'skipped' },
    ]);
    const lines = tree(followed, look, now).map((line) => line.replace(/ +/g, ' '));
    assert.ok(lines.includes(' \u2717 tb_cliente CHECK_FAILED 0.40 s'), lines.join('\n'));
    assert.ok(lines.includes(' \u2713 tb_canal nothing new'));
    assert.ok(lines.includes(' \u2013 tb_chamado skipped'));
  });

  it('uses letters where the terminal cannot show marks', () => {
    const text = tree(middle, { ...look, unicode: false, rows: 12 }, now).join('\n');
    assert.match(text, /^\+ bronze/m);
    assert.match(text, /^> silver/m);
    assert.ok(/^[\x20-\x7e\n]*$/.test(text));
  });

  it('stands names of wide characters under each other', () => {
    const view = { ...named('silver.tb_canal'), step: 'c.silver.\u8868', label: 'silver.\u8868\u683c\u8868\u683c' };
    const account = ends.at(-2)?.account;
    assert.ok(account);
    const followed = follow(
      begin({ ...begun, steps: [view] }),
      { type: 'step', step: view.step, state: 'done', seconds: 1, account },
      0,
    );
    const [, heading, layer, step] = tree(followed, look, now);
    assert.equal(width(step ?? '') - ' 1.00 s'.length - 1, width(layer ?? ''));
    assert.equal(width(layer ?? ''), width(heading ?? ''));
  });
});
