import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { createGzip, deflateSync, gzipSync } from 'node:zlib';
import { contentOf, largest } from './content.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'esteira-content-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, 'model.joblib');
const written = (bytes: Uint8Array) => {
  writeFileSync(file, bytes);
  return contentOf(file);
};

test('what is compressed with zlib or gzip is read as what is in it, and whatever stands behind is not', async () => {
  const pickle = Buffer.from([0x80, 4, 0x4e, 0x2e]);
  for (const bytes of [pickle, deflateSync(pickle), gzipSync(pickle)]) assert.deepEqual(await written(bytes), pickle);
  assert.deepEqual(Buffer.from(await written(Buffer.concat([deflateSync(pickle), pickle]))), pickle);
});

test('another compression is refused, with what to do', async () => {
  await assert.rejects(written(Buffer.from('BZh91AY')), /compressed with bzip2; save it again with joblib.dump/);
  await assert.rejects(written(Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a])), /compressed with xz/);
  await assert.rejects(written(deflateSync(Buffer.alloc(100)).subarray(0, 6)), /cannot be read/);
});

test('what is small as a file and large in memory is refused, and so is a large file', async () => {
  const gzip = createGzip({ level: 1 });
  const parts: Buffer[] = [];
  gzip.on('data', (part: Buffer) => parts.push(part));
  const ended = new Promise((resolve) => gzip.on('end', resolve));
  const block = Buffer.alloc(2 ** 26);
  for (let at = 0; at <= largest; at += block.length)
    if (!gzip.write(block)) await new Promise((go) => gzip.once('drain', go));
  gzip.end();
  await ended;
  await assert.rejects(written(Buffer.concat(parts)), /compressed in it is larger than 1 GiB/);
  truncateSync(file, largest + 1);
  await assert.rejects(contentOf(file), /larger than 1 GiB/);
});
