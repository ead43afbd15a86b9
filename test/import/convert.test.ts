import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { runtimeOf } from '../../src/adapters/onnx/runtime.ts';
import type { Vector } from '../../src/columns/index.ts';
import { col } from '../../src/index.ts';
import { root } from '../sandbox.ts';
import { converter, inPython } from './environment.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'esteira-import-'));
after(() => rmSync(folder, { recursive: true, force: true }));

type Given = Readonly<Record<string, readonly (number | string | null)[]>>;
let given: Given = {};
before(async () => {
  await inPython('fixtures.py', folder);
  given = JSON.parse(readFileSync(path.join(folder, 'rows.json'), 'utf8')) as Given;
});

const isText = (name: string): boolean => name === 'source' || name === 'tier';
function vector(name: string): Vector {
  const values = given[name] ?? [];
  if (!isText(name))
    return { of: 'numbers', values: Float64Array.from(values, (value) => (value as number) ?? Number.NaN) };
  const words = [...new Set(values.filter((value) => value !== null))] as string[];
  return { of: 'texts', words, codes: Int32Array.from(values, (value) => words.indexOf(value as string)) };
}

async function converted(file: string, names = Object.keys(given)) {
  const features = Object.fromEntries(
    names.map((name) => [name, isText(name) ? col.text().optional() : col.real().optional()]),
  );
  const columns = Object.fromEntries(names.map((name) => [name, vector(name)]));
  const rows = given[names[0] ?? '']?.length ?? 0;
  return converter().convert({ file: path.join(folder, file), features, columns, rows });
}

/** The largest difference, of values above one their share, between what the original said and what ONNX Runtime says, over all rows and classes. */
async function difference(file: string): Promise<number> {
  const { onnx, original, isolation } = await converted(file);
  assert.match(isolation, /^own users, files, network/);
  const runtime = runtimeOf(root);
  const session = runtime.open(onnx);
  const rows = given['source']?.length ?? 0;
  assert.deepEqual(
    session.outputs.map(({ name, type }) => [name, type]),
    [['scores', 'float64']],
  );
  const inputs = Object.fromEntries(
    session.inputs.map(({ name }) => [
      name,
      isText(name)
        ? (given[name] ?? []).map((value) => (value ?? '') as string)
        : Float64Array.from(given[name] ?? [], (value) => (value as number) ?? Number.NaN),
    ]),
  );
  const { scores = new Float64Array() } = session.run(inputs, { rows, outputs: ['scores'] });
  session.close();
  const width = original.length;
  assert.equal(scores.length, rows * width);
  return Math.max(
    ...original.flatMap((column, at) =>
      Array.from(
        column,
        (value, row) => Math.abs(value - (scores[row * width + at] ?? Number.NaN)) / Math.max(1, Math.abs(value)),
      ),
    ),
  );
}

const exact = ['logistic', 'three', 'calibrated', 'bayes', 'voting', 'linear', 'missing'];
const nearly = ['svc', 'tree', 'forest', 'boosted', 'histogram', 'stacking', 'neighbours', 'value'];

for (const name of exact)
  test(`${name}: what is missing, what was never seen, and all else as the original says, to 1e-12`, async () => {
    const found = await difference(`${name}.joblib`);
    assert.ok(found <= 1e-12, `${found}`);
  });
for (const name of nearly)
  test(`${name}: as the original says, to 1e-6`, async () => {
    const found = await difference(`${name}.joblib`);
    assert.ok(found <= 1e-6, `${found}`);
  });

test('what the runtime knows in single precision only says so by its difference', async () => {
  const found = await difference('vectors.joblib');
  assert.ok(found > 1e-9 && found <= 1e-5, `${found}`);
});

test('compressed files and older protocols give the same', async () => {
  assert.ok((await difference('forest-zlib.joblib')) <= 1e-6);
  for (const protocol of [0, 2, 5]) assert.ok((await difference(`logistic-${protocol}.pkl`)) <= 1e-12);
});

test('what is no pipeline, is not trained, knows other columns, or cannot be converted, is refused in one sentence', async () => {
  const fails = (file: string, what: RegExp, names?: string[]) =>
    assert.rejects(converted(file, names), (error: Error) => {
      assert.match(error.message, what);
      return true;
    });
  await fails('dictionary.joblib', /is of the type dict, not a pipeline/);
  await fails('untrained.joblib', /saved before it was trained|trained on/, ['page_views', 'demo_requests']);
  await fails('logistic.joblib', /trained on tier, which is no feature of the model/, [
    'page_views',
    'demo_requests',
    'days_since',
    'source',
  ]);
  await fails('spline.joblib', /skl2onnx cannot convert .*SplineTransformer/, ['page_views']);
  const other = readFileSync(path.join(folder, 'logistic-0.pkl'), 'latin1').replaceAll('1.7.2', '0.24.2');
  writeFileSync(path.join(folder, 'old.pkl'), other, 'latin1');
  await fails('old.pkl', /saved by scikit-learn 0\.24\.2; 1\.3 to 1\.7 can be converted/);
});
