import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { folderStore } from '../../adapters/files/store.ts';
import { col, type Vector } from '../../columns/index.ts';
import { onnxIn } from '../../config/onnx.ts';
import { imported, model, sql, table } from '../../define/index.ts';
import { readMembers } from '../../learn/learners/members.ts';
import type { Predict } from '../../learn/onnx/predict.ts';
import { type OnnxRuntimeAt, onnxRuntimeAt } from '../../ports/index.ts';
import { profilesOf } from '../../quality/drift/profile.ts';
import {
  modelFile,
  type Publishable,
  type PublishedMove,
  profileFile,
  publish,
  publishedPath,
  publishedPlace,
} from '../../registry/index.ts';
import { learn } from '../../run/learning/lessons.ts';
import { opened, predictorFile } from '../../run/learning/predictor.ts';
import type { ShadowSaid } from '../shadow/messages.ts';
import { packingOf } from '../shadow/packing.ts';
import { Models } from './models.ts';
import { wantedOf } from './wanted.ts';

const root = path.join(import.meta.dirname, '../../..');
const scratch = mkdtempSync(path.join(tmpdir(), 'serve-onnx-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const leads = table('silver.leads', {
  columns: {
    id: col.integer().key(),
    page_views: col.integer(),
    days_since_last: col.real().optional(),
    source: col.text(),
  },
  rows: sql`select 1`,
});
const scoring = model('ml.scoring', {
  ...{ from: leads, features: ['page_views', 'days_since_last', 'source'] },
  learner: imported('leads.onnx', { output: { lead_score: col.real() } }),
});
const id = 'crm.ml.scoring';
const at = onnxIn(root);
const runtime = await onnxRuntimeAt(at);
const rows = Array.from({ length: 300 }, (_, row) => ({
  page_views: row % 17,
  days_since_last: row % 5 === 0 ? null : (row % 23) + 0.5,
  source: ['ads', 'organic', 'nobody knows it'][row % 3] as string,
}));
const words = [...new Set(rows.map(({ source }) => source))];
const columns: Readonly<Record<string, Vector>> = {
  page_views: { of: 'numbers', values: Float64Array.from(rows, (row) => row.page_views) },
  days_since_last: {
    of: 'numbers',
    values: Float64Array.from(rows, (row) => row.days_since_last ?? 0),
    valid: Uint8Array.from(rows, (row) => (row.days_since_last === null ? 0 : 1)),
  },
  source: { of: 'texts', codes: Int32Array.from(rows, (row) => words.indexOf(row.source)), words },
};
const { members } = await learn(
  {
    ...{ learner: 'imported', options: {}, features: scoring.facts.features.map((name) => ({ name })) },
    ...{ across: [], asks: false, each: [], former: [], rows: rows.length, columns, outputs: ['lead_score'] },
    brought: { file: { onnx: readFileSync(path.join(root, 'test/models/imports/leads.onnx')) } },
  },
  { progress: () => {}, onnx: runtime },
);
const file = predictorFile({ model: id, version: '1', members });
const contentOf = (version: string): Publishable => ({
  ...{ model: id, version, contentHash: `hash of ${version}` },
  about: { learner: 'imported', each: [], date: '2026-03-04' },
  parts: {
    [modelFile]: file,
    [profileFile]: Buffer.from(JSON.stringify([{ member: {}, profile: profilesOf(columns) }])),
  },
});

let stores = 0;
function world(onnx: OnnxRuntimeAt | undefined) {
  stores += 1;
  const store = folderStore({ path: path.join(scratch, String(stores)) });
  const moves: PublishedMove[] = [];
  const models = new Models({
    ...{ endpoint: 'score', id, model: scoring, models: store, files: store, process: 'p1' },
    ...{ clock: { now: () => Temporal.Now.instant() }, every: () => '60 days', setting: (of) => of as '1 ms' },
    ...{ say: () => {}, ...(onnx && { onnx }) },
  });
  const champion = async (version: string): Promise<void> => {
    const from = moves.at(-1)?.to;
    const number = moves.length + 1;
    moves.push({
      number,
      to: version,
      by: 'ana',
      reason: 'seen',
      at: `2026-03-04T05:06:0${number}Z`,
      ...(from ? { from } : {}),
    });
    await publish(store, { place: publishedPlace(id), model: id, moves, load: async (one) => contentOf(one) });
  };
  return { models, champion, store };
}

test('a model of the ONNX format answers each row as it is predicted in the warehouse, alone and together, and another is swapped in', async () => {
  const { models, champion } = world(at);
  const [only] = opened(readMembers(file), runtime);
  const predict = only?.predict as Predict;
  const [expected] = predict(columns, rows.length) as [Float64Array];
  const isSame = (): void => {
    const together = models.begin().predict(rows);
    for (const [row, value] of expected.entries()) {
      assert.ok(value > 0 && value < 1);
      assert.equal(together[row]?.['lead_score'], value);
      // Several rows are multiplied in another order: the last digit of a float.
      const [alone] = models.begin().predict([rows[row] as (typeof rows)[number]]);
      assert.ok(Math.abs(Number(alone?.['lead_score']) - value) < 2e-7);
    }
  };
  await champion('1');
  await models.start();
  assert.equal(models.current?.version, '1');
  isSame();
  await champion('2');
  const { result, why, timing } = await models.reload('ana');
  assert.deepEqual([result, why, models.current?.version], ['swapped', undefined, '2']);
  assert.ok(timing && timing.p50 > 0);
  isSame();
  await models.close();
});

test('where ONNX Runtime is not there, the version is refused with what to install', async () => {
  const { models, champion } = world(undefined);
  await champion('1');
  const { result, why, next } = await models.reload('ana');
  assert.deepEqual([result, models.current], ['engine', undefined]);
  assert.match(`${why} ${next}`, /carries out models of the ONNX format.*npm install onnxruntime-node/);
  await models.close();
});

test('a shadow carries it out in a thread of its own', async () => {
  const { champion, store } = world(at);
  await champion('1');
  const bytes = await store.read(publishedPath(publishedPlace(id), '1'));
  const wanted = wantedOf({ id, definition: scoring });
  const packed = packingOf(wanted).pack(rows);
  const { promise, resolve, reject } = Promise.withResolvers<ShadowSaid>();
  const runner = new Worker(new URL('../shadow/shadow-worker.ts', import.meta.url), {
    workerData: { bytes, version: '1', wanted, isScored: true, onnx: at },
    ...{ execArgv: [], env: {} },
  });
  runner.on('error', reject).on('message', (said: ShadowSaid) => {
    if (said.said === 'ready') runner.postMessage({ number: 1, packed, scores: new Float64Array(rows.length) });
    else resolve(said);
  });
  const said = await promise;
  await runner.terminate();
  assert.equal(said.said, 'predicted', JSON.stringify(said));
  assert.ok(said.said === 'predicted' && said.outputs[0]?.every((score) => score > 0 && score < 1));
});
