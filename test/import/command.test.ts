import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import type { RunView } from '../../src/operate/views.ts';
import { root, Sandbox } from '../sandbox.ts';
import { inPython } from './environment.ts';

const environment = path.join(root, '.esteira', 'python');
const definitions = `import { atLeast, atMost, byHand, col, imported, job, model, sql, table } from 'esteira';

export const visits = table('silver.visits', {
  columns: { id: col.integer().key(), minutes: col.real() },
  rows: sql\`select range as id, range / 4 as minutes from range(40)\`,
});
export const worth = model('ml.worth', {
  from: visits, features: ['minutes'], learner: imported('models/worth.joblib', { output: { value: col.real() } }),
  gate: [atMost('max_difference', 1e-6), atLeast('rows_compared', 40)],
});
export const values = table('gold.values', {
  columns: { id: col.integer().key(), value: worth.output.value }, rows: worth.predict(visits), write: 'replace',
});
export const take = job('take', { when: byHand, build: [visits], train: [worth] });
export const value = job('value', { when: byHand, build: [values] });
`;

describe('esteira models import of what scikit-learn has saved', {
  skip: !existsSync(environment) && `there is no Python with scikit-learn: .ci/python makes it in ${environment}`,
}, () => {
  let shop: Sandbox;
  before(async () => {
    shop = new Sandbox({ 'definitions/shop.ts': definitions });
    mkdirSync(shop.file('.esteira'));
    symlinkSync(environment, shop.file('.esteira/python'));
    const runtime = 'onnxruntime-node';
    symlinkSync(path.join(root, 'node_modules', runtime), path.join(shop.folder, 'node_modules', runtime));
    await inPython('small.py', shop.folder);
    await shop.succeed('setup');
  });
  const imported = (file: string, ...words: readonly string[]) =>
    shop.run('models', 'import', file, '--as', 'worth', ...words);
  const champion = async (): Promise<string> => {
    const found = await shop.succeed('models', 'show', 'worth', '--json');
    const [, name = ''] = /"file":\s*"([^"]+)"/.exec(found) ?? [];
    return name;
  };

  test('a .joblib becomes the champion by the job that trains it, and predicts as its original does', async () => {
    const { exit, out, err } = await imported('linear.joblib');
    assert.equal(exit, 0, out + err);
    assert.equal(await champion(), 'linear.joblib');
    await shop.succeed('run', 'value');
    const { rows } = await shop.ask<{ readonly rows: readonly [number][] }>(
      'query',
      'select max(abs(value - 2 * minutes)) from gold.values join silver.visits using (id)',
    );
    assert.ok(Math.abs(Number(rows[0]?.[0])) < 1e-9, JSON.stringify(rows));
  });

  test('what its scan finds keeps a file from being loaded, and --unscanned loads it where it can reach nothing', async () => {
    // It asks for the working folder before it is the pipeline.
    const pickled = readFileSync(shop.file('linear.pkl'));
    const asking = Buffer.from('cos\ngetcwd\n(tR0', 'latin1');
    writeFileSync(shop.file('asking.pkl'), Buffer.concat([pickled.subarray(0, 2), asking, pickled.subarray(2)]));
    const refused = await imported('asking.pkl');
    assert.match(refused.err, /IMPORT_REFUSED/);
    assert.match(refused.err, /os\.getcwd/);
    assert.match(refused.err, /--unscanned loads it where it can reach nothing/);
    assert.notEqual(refused.exit, 0);
    assert.equal(await champion(), 'linear.joblib');
    const allowed = await imported('asking.pkl', '--unscanned');
    assert.equal(allowed.exit, 0, allowed.out + allowed.err);
    const { runs } = await shop.ask<{ readonly runs: readonly RunView[] }>('runs');
    assert.equal(runs[0]?.state, 'succeeded');
    assert.equal(await champion(), 'asking.pkl');
  });
});
