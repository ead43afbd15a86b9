import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { FileStore } from '../ports/index.ts';
import { canonical } from './canonical.ts';
import { keepVersion, openVersion } from './version-files.ts';

const root = mkdtempSync(path.join(tmpdir(), 'esteira-registry-'));
after(() => rmSync(root, { recursive: true, force: true }));

/** Files in memory, of which the keeping stops after so many. */
function store(): { readonly kept: Map<string, Uint8Array>; stopsAfter: number } & Pick<
  FileStore,
  'keep' | 'read' | 'remove'
> {
  const kept = new Map<string, Uint8Array>();
  let done = 0;
  return {
    kept,
    stopsAfter: Infinity,
    async keep(name, content) {
      if (done >= this.stopsAfter) throw new Error('killed');
      done += 1;
      if (kept.has(name)) return 'there';
      kept.set(name, 'file' in content ? readFileSync(content.file) : content.bytes);
      return 'kept';
    },
    read: async (name) => kept.get(name),
    remove: async (name) => void kept.delete(name),
  };
}
const version = { model: 'c.analytics.engagement', version: '20260310_0230' };
const about = { rows: 7, seed: 42, features: ['sessões'] };
const parts = {
  'model.json': { bytes: Buffer.from('{"centres":[1,2]}') },
  'rows.bin': { bytes: Buffer.alloc(100, 3) },
};

test('a version is given as it was kept, whatever the order of the names in what is said of it', async () => {
  const files = store();
  const contentHash = await keepVersion(files, version, { parts, about });
  assert.deepEqual(
    [...files.kept.keys()],
    ['model.json', 'rows.bin', 'version.json'].map((name) => `models/c.analytics.engagement/20260310_0230/${name}`),
  );
  const opened = await openVersion(files, { ...version, contentHash });
  assert.equal(opened.is, 'whole');
  if (opened.is !== 'whole') return;
  assert.deepEqual(opened.about, about);
  assert.deepEqual(await opened.part('model.json'), parts['model.json'].bytes);
  await assert.rejects(opened.part('other'), /other is not there/);
  const turned = { features: ['sessões'], seed: 42, rows: 7 };
  assert.equal(await keepVersion(store(), version, { parts, about: turned }), contentHash);
  assert.notEqual(await keepVersion(store(), version, { parts, about: { ...about, seed: 43 } }), contentHash);
});

test('a part that is a file of this machine is kept with the hash of what is in it', async () => {
  const file = path.join(root, 'rows');
  writeFileSync(file, Buffer.alloc(300_000, 7));
  const [one, other] = [store(), store()];
  const bytes = { ...parts, 'rows.bin': { bytes: readFileSync(file) } };
  assert.equal(
    await keepVersion(one, version, { parts: { ...parts, 'rows.bin': { file } }, about }),
    await keepVersion(other, version, { parts: bytes, about }),
  );
});

test('killed after any of its files it is not whole, and the next attempt makes it so', async () => {
  for (const stopsAfter of [0, 1, 2]) {
    const files = store();
    files.stopsAfter = stopsAfter;
    await assert.rejects(keepVersion(files, version, { parts, about }), /killed/);
    assert.equal((await openVersion(files, { ...version, contentHash: 'any' })).is, 'broken');
    files.stopsAfter = Infinity;
    // Training again may have come to other numbers.
    const again = { ...parts, 'model.json': { bytes: Buffer.from('{"centres":[1,3]}') } };
    const contentHash = await keepVersion(files, version, { parts: again, about });
    assert.equal((await openVersion(files, { ...version, contentHash })).is, 'whole');
  }
});

test('a version is not given when any of its files is gone, cut, or another, or the state knows it by another hash', async () => {
  const files = store();
  const contentHash = await keepVersion(files, version, { parts, about });
  const why = async (): Promise<string> => {
    const opened = await openVersion(files, { ...version, contentHash });
    return opened.is === 'broken' ? opened.why : 'whole';
  };
  for (const [name, bytes] of [...files.kept]) {
    files.kept.delete(name);
    assert.equal(await why(), `${name} is not there`);
    files.kept.set(name, bytes.subarray(0, bytes.length - 1));
    assert.equal(await why(), `${name} is not what was registered`);
    files.kept.set(name, bytes);
  }
  assert.equal(await why(), 'whole');
  assert.equal((await openVersion(files, { ...version, contentHash: 'another' })).is, 'broken');
});

test('equal values are equal texts, and what JSON does not have is refused', () => {
  assert.equal(
    canonical({ b: [1, { d: null, c: 'ç' }], a: 0.1 + 0.2 }),
    '{"a":0.30000000000000004,"b":[1,{"c":"ç","d":null}]}',
  );
  assert.equal(
    canonical({ at: Temporal.Instant.from('2026-03-10T00:00:00Z'), none: undefined }),
    '{"at":"2026-03-10T00:00:00Z"}',
  );
  assert.throws(() => canonical({ a: [Number.NaN] }), /NaN/);
});
