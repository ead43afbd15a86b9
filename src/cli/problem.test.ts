import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EsteiraError } from '../errors.ts';
import { problem } from './problem.ts';
import { width } from './text.ts';

const look = { columns: 80, rows: 24, color: false, unicode: true };
const setupNeeded = new EsteiraError('SETUP_NEEDED', {
  what: 'The table silver.tb_chamado has no column prioridade, and a run never creates or alters anything by itself.',
  where: 'pipelines/credit/definitions/2-silver.ts:120',
  got: 'v_credit.silver.tb_chamado (17 columns)\nv_credit.silver.tb_cliente (9 columns)',
  next: 'esteira setup silver.tb_chamado',
});

describe('a coded error', () => {
  it('is wrapped at 80 columns, each line below its text', () => {
    assert.equal(
      problem(setupNeeded, '0.1.0').text(look),
      [
        'SETUP_NEEDED: The table silver.tb_chamado has no column prioridade, and a run',
        '  never creates or alters anything by itself.',
        '  where   pipelines/credit/definitions/2-silver.ts:120',
        '  got     v_credit.silver.tb_chamado (17 columns)',
        '          v_credit.silver.tb_cliente (9 columns)',
        '  next    esteira setup silver.tb_chamado',
      ].join('\n'),
    );
    for (const line of problem(setupNeeded, '0.1.0')
      .text({ ...look, columns: 40 })
      .split('\n'))
      assert.ok(width(line) <= 40, line);
  });

  it('gives its exit code, and as JSON its code and details', () => {
    const { exit, json } = problem(setupNeeded, '0.1.0');
    assert.equal(exit, 3);
    assert.equal((json.error as { code: string }).code, 'SETUP_NEEDED');
    assert.equal(JSON.parse(JSON.stringify(json)).error.next, 'esteira setup silver.tb_chamado');
  });

  it('cannot colour or clear the screen with what it quotes', () => {
    const hostile = new EsteiraError('QUERY_INVALID', { what: 'No \x1b[2Jcolumn', next: 'x' });
    assert.ok(!problem(hostile, '0.1.0').text(look).includes('\x1b'));
  });
});

describe('anything else that is thrown', () => {
  it('says the version, where it happened and how to report it, with exit code 1', () => {
    const { exit, json, text } = problem(new TypeError('x is not a function'), '0.1.0');
    assert.equal(exit, 1);
    assert.match(
      text(look),
      /^Esteira 0\.1\.0 met something that it has no name for: x is not a function\n {2}next {4}Report/,
    );
    assert.match(text(look), /at .*problem\.test\.ts/);
    const { error } = json as { error: { code: string; stack: string[]; version: string } };
    assert.deepEqual([error.code, error.version], ['UNEXPECTED', '0.1.0']);
    assert.ok(error.stack.length > 0);
  });

  it('need not be an Error', () => {
    assert.match(problem('just text', '0.1.0').text(look), /just text/);
  });
});
