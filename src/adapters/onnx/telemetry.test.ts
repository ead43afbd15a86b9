import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

const root = path.join(import.meta.dirname, '../../..');
const home = mkdtempSync(path.join(tmpdir(), 'onnx-home-'));
after(() => rmSync(home, { recursive: true, force: true }));

const model = path.join(root, 'pipelines/leads/models/lead_scoring_pipeline_v1.onnx');
const file = (name: string) => JSON.stringify(new URL(`../../${name}`, import.meta.url).href);
const opening = `Promise.all([import(${file('config/onnx.ts')}), import(${file('ports/index.ts')}), import('node:fs')])
  .then(async ([{ onnxIn }, { onnxRuntimeAt }, { readFileSync }]) => {
    const runtime = await onnxRuntimeAt(onnxIn(${JSON.stringify(root)}));
    runtime.open(readFileSync(${JSON.stringify(model)})).close();
  })`;

test('ONNX Runtime counts nothing for its makers: neither in a thread nor in the process does it leave a name of the machine', () => {
  const script = `import { Worker } from 'node:worker_threads';
    import { onnxIn } from ${file('config/onnx.ts')};
    onnxIn(${JSON.stringify(root)});
    const worker = new Worker(${JSON.stringify(opening)}, { eval: true, env: {} });
    await new Promise((done, failed) => worker.on('exit', done).on('error', failed));
    await ${opening};`;
  const env = { PATH: process.env['PATH'], HOME: home };
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(done.status, 0, done.stderr);
  assert.deepEqual(readdirSync(home), []);
});
