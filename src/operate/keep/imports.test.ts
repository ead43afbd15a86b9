import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/run/support/folder.ts';
import { folderStore } from '../../adapters/files/store.ts';
import type { KeptFiles } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';
import { sweepImports } from './imports.ts';

const hash = (...texts: readonly string[]): string => createHash('sha256').update(texts.join('')).digest('hex');

/** A model with versions of these files, and what sweeps its imports at an hour of the year. */
function given(became: readonly string[], over: Partial<KeptFiles> = {}) {
  const store = folderStore({ path: temporaryFolder('imports') });
  const read: string[] = [];
  const versions: KeptFiles = {
    ...store,
    read: (file) => {
      read.push(path.basename(file));
      return store.read(file);
    },
    ...over,
  };
  const about = became.map((text) => ({
    brought: { by: 'file', sha256: hash(text) },
    each: {},
    members: [],
    gate: { limits: [] },
  }));
  const model = { id: 'crm.ml.scoring', definition: { kind: 'model', facts: { learner: { brought: 'file' } } } };
  const project = {
    graph: { nodes: new Map([[model.id, model]]) },
    state: { models: { versions: async () => about.map((one) => ({ about: one })) }, runs: async () => [] },
    versions,
    redact: (text: string) => text,
  } as unknown as Project;
  const sweep = (hour: number, dryRun = false) =>
    sweepImports(project, {
      now: Temporal.Instant.from('2026-03-01T00:00:00Z').add({ hours: hour }),
      signal: new AbortController().signal,
      dryRun,
    });
  const put = async (name: string, text: string, answers?: string): Promise<void> => {
    const file = `imports/${hash(text, answers ?? '')}/${name}`;
    if (answers !== undefined) await store.keep(`${file}.answers.jsonl`, { bytes: Buffer.from(answers) });
    await store.keep(file, { bytes: Buffer.from(text) });
  };
  const left = async (): Promise<readonly string[]> =>
    (await store.below('imports', 99)).map((file) => path.basename(file)).toSorted();
  return { sweep, put, left, read };
}

test('what nobody wants goes when two sweeps a day apart have found it so, with what lies beside it', async () => {
  const { sweep, put, left } = given([]);
  await put('bad.onnx', 'bad', '{}');
  const there = ['bad.onnx', 'bad.onnx.answers.jsonl'];
  assert.deepEqual(await sweep(0, true), { count: 0, bytes: 0 });
  assert.deepEqual(await left(), there);
  for (const hour of [0, 1, 23]) assert.equal((await sweep(hour)).count, 0);
  assert.deepEqual(await left(), [...there, 'bad.onnx.unwanted']);
  assert.deepEqual(await sweep(24, true), { count: 2, bytes: 5 });
  assert.deepEqual(await sweep(24), { count: 2, bytes: 5 });
  assert.deepEqual(await left(), []);
});

test('a file that became a version is read to know it where answers lie beside it alone, and stays', async () => {
  const { sweep, put, left, read } = given(['good', 'told']);
  await put('good.onnx', 'good');
  await put('told.onnx', 'told', '{}');
  for (const hour of [0, 24, 48]) assert.deepEqual(await sweep(hour), { count: 0, bytes: 0 });
  assert.ok((await left()).includes('good.onnx') && (await left()).includes('told.onnx.answers.jsonl'));
  assert.ok(read.includes('told.onnx') && !read.includes('good.onnx'), read.join());
});

test('a store of versions that does not answer is said, and nothing is thrown', async () => {
  const { sweep } = given([], { below: async () => Promise.reject(new Error('it is away')), describe: 's3://models' });
  assert.deepEqual(await sweep(0), { count: 0, bytes: 0, trouble: 's3://models: Error: it is away' });
});
