import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { namesFiles, Unread } from './files.ts';
import { runtimeOf } from './runtime.ts';

const root = path.join(import.meta.dirname, '../../..');
const folder = mkdtempSync(path.join(tmpdir(), 'esteira-onnx-'));
const began = process.cwd();
process.chdir(folder);
after(() => {
  process.chdir(began);
  rmSync(folder, { recursive: true, force: true });
});

const varint = (of: number): Buffer =>
  of < 128 ? Buffer.of(of) : Buffer.concat([Buffer.of((of % 128) + 128), varint(Math.floor(of / 128))]);
const field = (number: number, of: number | string | Uint8Array): Buffer => {
  if (typeof of === 'number') return Buffer.concat([varint(number * 8), varint(of)]);
  const bytes = Buffer.from(of as Uint8Array);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
};
const message = (...fields: readonly Buffer[]): Buffer => Buffer.concat(fields);
const float = 1;
const uint8 = 2;

const entry = (key: string, value: string) => message(field(1, key), field(2, value));
/** A tensor whose numbers are the bytes of a file. */
const outside = (name: string, location: string, length: number): Buffer =>
  message(
    field(1, length),
    field(2, uint8),
    field(8, name),
    field(13, entry('location', location)),
    field(13, entry('length', String(length))),
    field(14, 1),
  );
const own = (name: string, length: number): Buffer =>
  message(field(1, length), field(2, uint8), field(8, name), field(9, Buffer.alloc(length, 7)));
const value = (name: string, width: number): Buffer => {
  const dims = [field(1, field(2, 'rows')), field(1, field(1, width))];
  return message(field(1, name), field(2, field(1, message(field(1, float), field(2, message(...dims))))));
};
const node = (kind: string, inputs: readonly string[], output: string, ...attributes: readonly Buffer[]): Buffer =>
  message(
    ...inputs.map((name) => field(1, name)),
    field(2, output),
    field(4, kind),
    ...attributes.map((one) => field(5, one)),
  );
const to = message(field(1, 'to'), field(3, float), field(20, 2));
const model = (width: number, ...parts: readonly Buffer[]): Buffer =>
  message(
    field(1, 8),
    field(8, field(2, 13)),
    field(
      7,
      message(
        ...parts,
        field(1, node('Cast', ['secret'], 'numbers', to)),
        field(1, node('Add', ['x', 'numbers'], 'scores')),
        field(2, 'graph'),
        field(11, value('x', 1)),
        field(12, value('scores', width)),
      ),
    ),
  );

test('what stands in another file is no part of a model: nobody predicts the secrets of the project', () => {
  const secret = 'KEY=of this project';
  writeFileSync('.env', secret);
  const { length } = secret;
  const whole = runtimeOf(root).open(model(length, field(5, own('secret', length))));
  const { scores = [] } = whole.run({ x: Float32Array.of(0) }, { rows: 1, outputs: ['scores'] });
  whole.close();
  assert.deepEqual(
    [...scores],
    Array.from({ length }, () => 7),
  );
  const said = (): string => {
    const session = runtimeOf(root).open(model(length, field(5, outside('secret', '.env', length))));
    const { scores = [] } = session.run({ x: Float32Array.of(0) }, { rows: 1, outputs: ['scores'] });
    session.close();
    return Buffer.from([...scores]).toString();
  };
  assert.throws(said, /names files beside it/);
});

test('it is found wherever a tensor may be', () => {
  const tensor = outside('secret', '.env', 3);
  const constant = (number: number, of: Buffer) => node('Constant', [], 'secret', message(field(number, of)));
  const inside = field(5, tensor);
  for (const part of [
    inside,
    field(15, field(1, tensor)),
    field(15, field(2, tensor)),
    field(1, constant(5, tensor)),
    field(1, constant(10, tensor)),
    field(1, constant(6, inside)),
    field(1, constant(11, inside)),
    field(1, constant(22, field(1, tensor))),
    field(1, constant(23, field(2, tensor))),
    // The location alone, or the names alone.
    field(5, field(14, 1)),
    field(5, field(13, entry('location', '.env'))),
  ])
    assert.equal(namesFiles(model(3, part)), true);
  assert.equal(namesFiles(message(model(3), field(25, field(7, constant(5, tensor))))), true);
  assert.equal(namesFiles(message(model(3), field(20, field(1, inside)))), true);
  // A part that is said twice is one to the runtime.
  assert.equal(namesFiles(message(model(3), field(7, inside))), true);
});

test('models as converters write them have all in one file, and what cannot be looked through is not opened', () => {
  for (const name of ['test/models/imports/leads.onnx', 'pipelines/leads/models/lead_scoring_pipeline_v1.onnx']) {
    const bytes = readFileSync(path.join(root, name));
    assert.equal(namesFiles(bytes), false);
    assert.throws(() => namesFiles(bytes.subarray(0, -3)), Unread);
  }
  assert.throws(() => namesFiles(Buffer.from('\0\0\0\0ORTM')), Unread);
  assert.throws(() => namesFiles(Buffer.of(0x0b)), Unread);
  let deep = field(5, own('a', 1));
  for (let depth = 0; depth < 60; depth += 1) deep = field(1, node('If', [], 'b', field(6, deep)));
  assert.throws(() => namesFiles(field(7, deep)), Unread);
  assert.throws(() => runtimeOf(root).open(Buffer.from('\0\0\0\0ORTM')), /cannot be read/);
});
