import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { account, record } from '../../../test/cli/samples.ts';
import { width } from '../text.ts';
import { endedBefore, summary } from './summary.ts';

const look = { columns: 80, rows: 24, color: false, unicode: true };
const flags = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`rule_${index}`, 10 - index]));
const many = {
  ...endedBefore(record),
  steps: Array.from({ length: 7 }, (_, index) => ({
    label: `silver.tb_${index}`,
    account: account(10, index + 1),
    details: { flags, badFiles: [], warnings: [], files: 0 },
  })),
};

describe('the end of a run', () => {
  it('calls tables of invalid rows as the project does', () => {
    assert.match(summary({ ...many, suffix: '_refused' }, look), /next {4}esteira show silver\.tb_6_refused$/);
  });

  it('adds up the account, and names the worst tables, their rules and where to look', () => {
    assert.equal(
      summary(many, look),
      `\u2713 succeeded in 4.20 s, 7 steps: 98 in = 70 valid + 28 invalid
Invalid rows, with the rules that they break:
  7  silver.tb_6_invalidos
       rule_0 10, rule_1 9, rule_2 8, 3 more
  6  silver.tb_5_invalidos
       rule_0 10, rule_1 9, rule_2 8, 3 more
  5  silver.tb_4_invalidos
       rule_0 10, rule_1 9, rule_2 8, 3 more
  4  silver.tb_3_invalidos
       rule_0 10, rule_1 9, rule_2 8, 3 more
  and in 3 more tables: esteira show 01KEXAMPLE0RUN0ID000000000
  next    esteira show silver.tb_6_invalidos`,
    );
  });

  it('gives the account of each layer for itself, as a row goes through all of them', () => {
    const steps = [
      ...[1200, 300].map((rows, index) => ({ label: `bronze.tb_${index}`, account: account(rows) })),
      { label: 'silver.tb_0', account: account(1198, 1, 1) },
      { label: 'gold.tb_0', account: account(0) },
    ];
    assert.equal(
      summary({ ...many, steps, state: 'cancelled' }, look),
      `\u2013 cancelled in 4.20 s, 4 steps
  bronze  1,500 in = 1,500 valid
  silver  1,200 in = 1,198 valid + 1 invalid + 1 duplicate`,
    );
  });

  it('is short where nothing is wrong', () => {
    const steps = [{ label: 'a.b', account: account(1) }];
    assert.equal(summary({ ...many, steps }, look), '\u2713 succeeded in 4.20 s, 1 step: 1 in = 1 valid');
    assert.equal(summary({ ...many, steps: [] }, look), '\u2713 succeeded in 4.20 s, 0 steps');
  });

  it('says rows that are held for approval', () => {
    const steps = [{ label: 'a.b', account: { ...account(1), in: 3, held: 2 } }];
    assert.match(summary({ ...many, steps }, look), /3 in = 1 valid \+ 2 held$/);
  });

  it('names files that were left out and checks that warn, once', () => {
    const details = { flags: {}, badFiles: [{ path: 'a.csv', why: 'no gzip' }], warnings: ['few rows'], files: 1 };
    const steps = [{ label: 'a.b', account: account(1), details }];
    const text = summary({ ...many, steps, told: false }, look);
    assert.match(
      text,
      /Files that could not be read, and were left out: 1\n {2}a\.csv: no gzip\nWarnings:\n {2}few rows$/,
    );
    assert.match(summary({ ...many, steps, told: true }, look), /And 1 file left out and 1 warning, as said above\.$/);
  });

  it('fits 40 columns', () => {
    for (const line of summary(many, { ...look, columns: 40 }).split('\n'))
      assert.ok(width(line) <= 40 || /esteira show|^Invalid rows/.test(line), line);
  });
});
