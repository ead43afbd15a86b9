import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { begun, ended, ends, fakeTerminal, screen, whole } from '../../../test/cli/samples.ts';
import { Live } from './live.ts';

describe('the live tree', () => {
  it('is drawn in its place, and ends as one tree with its summary', () => {
    const terminal = fakeTerminal({ live: true, rows: 40 });
    const live = new Live(terminal);
    for (const event of whole) live.onEvent(event);
    live.close();
    const shown = screen(terminal.written, 80);
    assert.equal(shown.filter((line) => line.startsWith('v_credit_diario')).length, 1, shown.join('\n'));
    assert.equal(shown.filter((line) => line.includes('tb_chamado  ')).length, 1);
    assert.match(shown.join('\n'), /\u2713 succeeded in 4\.20 s, 10 steps\nInvalid rows/);
    assert.doesNotMatch(shown.join('\n'), /Left:/);
  });

  it('draws ten times a second at most, and the last state always', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let clock = 0;
    const terminal = fakeTerminal({ live: true, rows: 40 });
    const live = new Live(terminal, () => clock);
    live.onEvent(begun);
    const draws = (): number => terminal.written.split('v_credit_diario').length - 1;
    for (let step = 0; step < 1000; step += 1) {
      const end = ends[step % ends.length];
      if (end) live.onEvent(end);
      clock += 1;
      t.mock.timers.tick(1);
    }
    assert.ok(draws() >= 8 && draws() <= 11, `${draws()} drawings in one second`);
    live.onEvent(ended);
    live.close();
    assert.match(screen(terminal.written, 80).join('\n'), /gold 2\/2/);
  });

  it('goes on counting seconds while nothing happens', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let clock = 0;
    const terminal = fakeTerminal({ live: true, rows: 40 });
    const live = new Live(terminal, () => clock);
    live.onEvent(begun);
    live.onEvent({ type: 'step', step: ends[0]?.step ?? '', state: 'running' });
    for (let times = 0; times < 30; times += 1) {
      clock += 100;
      t.mock.timers.tick(100);
    }
    assert.match(screen(terminal.written, 80).join('\n'), /\u25b8 chamados +[23]\.\d s/);
    live.close();
  });

  it('says notes above the tree, where they stay', () => {
    const terminal = fakeTerminal({ live: true, rows: 40 });
    const live = new Live(terminal);
    live.onEvent(begun);
    live.onEvent({ type: 'note', level: 'warn', text: 'chamados/2028-02-28.jsonl could not be read', step: 'x' });
    live.onEvent(ends[0] ?? ended);
    live.close();
    const shown = screen(terminal.written, 80);
    const note = shown.indexOf('! x: chamados/2028-02-28.jsonl could not be read');
    assert.ok(note >= 0, shown.join('\n'));
    assert.ok(note < shown.findIndex((line) => line.startsWith('v_credit_diario')));
  });

  it('says how far a long step is, in its own line, while it runs', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let clock = 0;
    const terminal = fakeTerminal({ live: true, rows: 40 });
    const live = new Live(terminal, () => clock);
    const [first] = ends;
    const step = first?.step ?? '';
    live.onEvent(begun);
    live.onEvent({ type: 'step', step, state: 'running' });
    live.onEvent({ type: 'progress', step, text: '3 of 10 starts' });
    clock += 300;
    t.mock.timers.tick(300);
    assert.match(screen(terminal.written, 80).join('\n'), /\u25b8 chamados +3 of 10 starts +0\.3 s/);
    if (first) live.onEvent(first);
    live.close();
    assert.doesNotMatch(screen(terminal.written, 80).join('\n'), /3 of 10 starts/);
  });

  it('keeps the latest note in sight below a tree that fills the screen', () => {
    const terminal = fakeTerminal({ live: true, rows: 10 });
    const live = new Live(terminal);
    live.onEvent(begun);
    live.onEvent({ type: 'note', level: 'info', text: `Stopping: ${'x'.repeat(100)}` });
    const lines = screen(terminal.written, 80).filter((line) => line !== '');
    assert.match(lines.at(-1) ?? '', /^Stopping: x+\u2026$/);
    assert.ok(lines.length - lines.findIndex((line) => line.startsWith('v_credit_diario')) <= 9);
    live.onEvent(ended);
    live.close();
    assert.doesNotMatch(screen(terminal.written, 80).join('\n'), /Stopping: x+\u2026/);
  });

  it('takes back all its lines when the window has become narrower', () => {
    const terminal = fakeTerminal({ live: true, rows: 40 });
    let columns = 80;
    const resized: (() => void)[] = [];
    const live = new Live({
      ...terminal,
      get columns() {
        return columns;
      },
      write: terminal.write,
      onResize: (listener) => {
        resized.push(listener);
        return () => {};
      },
    });
    live.onEvent(begun);
    const before = screen(terminal.written, 40);
    columns = 40;
    for (const listener of resized) listener();
    live.close();
    // As a terminal does it, the old lines are shown in the new width.
    const shown = screen(terminal.written, 40);
    assert.ok(before.length > 0);
    assert.equal(shown.filter((line) => line.startsWith('v_credit_diario')).length, 1, shown.join('\n'));
  });

  it('says what is left when the run was stopped, and how to go on', () => {
    const terminal = fakeTerminal({ live: true, rows: 40 });
    const live = new Live(terminal);
    live.onEvent(begun);
    for (const end of ends.slice(0, 4)) live.onEvent(end);
    live.onEvent({ ...ended, state: 'cancelled' });
    live.close();
    const shown = screen(terminal.written, 80).join('\n');
    assert.match(shown, /\u2013 cancelled in 4\.20 s/);
    assert.match(
      shown,
      /Left: 6 of 10 steps, from silver\.tb_cliente on\.\n {2}next {4}esteira run v_credit_diario --date 2028-02-29/,
    );
  });
});
