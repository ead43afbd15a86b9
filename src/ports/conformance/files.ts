import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { FileStore } from '../index.ts';

interface FilesUnderTest {
  readonly store: FileStore;
  /** Puts a file of the store in place, with the folders it needs; over one that is there, with another time. */
  put(path: string, content: string | Uint8Array): Promise<void>;
  remove(path: string): Promise<void>;
}

async function localFile(): Promise<{ readonly bytes: Uint8Array; readonly location: string }> {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);
  const location = path.join(await mkdtemp(path.join(tmpdir(), 'esteira-local-')), 'rows');
  await writeFile(location, bytes);
  return { bytes, location };
}

/** What every file store must do. `open` gives an empty one. */
export function filesConformance(name: string, open: () => Promise<FilesUnderTest>): void {
  const paths = async (of: FilesUnderTest, pattern: string): Promise<string[]> =>
    (await of.store.list(pattern)).map((file) => file.path);
  const given = async (...files: readonly string[]): Promise<FilesUnderTest> => {
    const opened = await open();
    for (const file of files) await opened.put(file, '{}\n');
    return opened;
  };

  describe(`files: ${name}`, () => {
    test('a folder that is not there holds no files', async () => {
      assert.deepEqual(await paths(await given(), 'landing/*.jsonl'), []);
    });

    test('a star stands for part of a name, never for a slash', async () => {
      const files = await given('a/x-1.jsonl', 'a/x-2.jsonl', 'a/y-1.jsonl', 'a/b/x-3.jsonl', 'x-4.jsonl');
      assert.deepEqual(await paths(files, 'a/x-*.jsonl'), ['a/x-1.jsonl', 'a/x-2.jsonl']);
      assert.deepEqual(await paths(files, '*/x-1.jsonl'), ['a/x-1.jsonl']);
      assert.deepEqual(await paths(files, '*.jsonl'), ['x-4.jsonl']);
    });

    test('everything is whatever stands there, of any ending, up to a number of files', async () => {
      const files = await given('a/1.jsonl', 'a/b/2.txt', 'c.part', '.hidden/3.jsonl');
      assert.deepEqual(await files.store.everything(10), ['a/1.jsonl', 'a/b/2.txt', 'c.part']);
      assert.equal((await files.store.everything(2)).length, 2);
    });

    test('two stars stand for folders however deep, or none', async () => {
      const files = await given('a/1.jsonl', 'a/b/2.jsonl', 'a/b/c/3.jsonl', 'd/4.jsonl');
      assert.deepEqual(await paths(files, 'a/**/*.jsonl'), ['a/1.jsonl', 'a/b/2.jsonl', 'a/b/c/3.jsonl']);
      assert.deepEqual(await paths(files, '**/3.jsonl'), ['a/b/c/3.jsonl']);
      assert.deepEqual(await paths(files, 'a/**'), ['a/1.jsonl', 'a/b/2.jsonl', 'a/b/c/3.jsonl']);
    });

    test('other characters stand for themselves', async () => {
      const files = await given('a[1]/x+y (ç) $.jsonl', 'a1/x.jsonl');
      assert.deepEqual(await paths(files, 'a[1]/x+y (ç) $.jsonl'), ['a[1]/x+y (ç) $.jsonl']);
      assert.deepEqual(await paths(files, 'a?/x.jsonl'), []);
    });

    test('files come in the order of their code points', async () => {
      const names = ['Z', 'a', 'a-b', 'a/b', 'é', '\u{ffee}', '\u{1f600}', '10', '9'].map((one) => `p/${one}.jsonl`);
      const expected = names.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
      assert.deepEqual(await paths(await given(...names.toReversed()), 'p/**'), expected);
      assert.notDeepEqual(expected, names.toSorted(), 'these names tell the two orders apart');
    });

    test('the ending says the format, packed or not, and other files are left out', async () => {
      const files = await given(
        '1.csv',
        '2.CSV.gz',
        '3.jsonl',
        '4.ndjson.gz',
        '5.json',
        '6.parquet',
        '_SUCCESS',
        '7.jsonl.part',
      );
      const found = (await files.store.list('*')).map(({ path, format }) => `${path} ${format}`);
      assert.deepEqual(found, [
        '1.csv csv',
        '2.CSV.gz csv',
        '3.jsonl jsonl',
        '4.ndjson.gz jsonl',
        '5.json jsonl',
        '6.parquet parquet',
      ]);
    });

    test('a file whose name begins with a dot is hidden from a star', async () => {
      const files = await given('a/.hidden.jsonl', 'a/.b/1.jsonl', 'a/2.jsonl');
      assert.deepEqual(await paths(files, 'a/**'), ['a/2.jsonl']);
      assert.deepEqual(await paths(files, 'a/.hidden.jsonl'), ['a/.hidden.jsonl']);
    });

    test('the fingerprint changes when the content does, and only then', async () => {
      const files = await given('a/1.jsonl', 'a/2.jsonl');
      const marks = async (): Promise<string[]> => (await files.store.list('a/*')).map((file) => file.fingerprint);
      const before = await marks();
      assert.deepEqual(await marks(), before);
      await files.put('a/1.jsonl', '{"a": 1}\n');
      const [first, second] = await marks();
      assert.notEqual(first, before[0]);
      assert.equal(second, before[1]);
      await files.put('a/2.jsonl', '[]\n');
      assert.notEqual((await marks())[1], before[1], 'as many bytes, written later');
    });

    test('a file that was removed is not listed', async () => {
      const files = await given('a/1.jsonl', 'a/2.jsonl');
      await files.remove('a/1.jsonl');
      assert.deepEqual(await paths(files, 'a/*'), ['a/2.jsonl']);
    });

    test('the size is that of the file', async () => {
      const files = await open();
      await files.put('a/1.jsonl', new Uint8Array([0xc3, 0xa7, 10]));
      assert.deepEqual(
        (await files.store.list('a/*')).map(({ bytes }) => bytes),
        [3],
      );
    });

    test('what is kept is read as it was, and another of its name does not take its place', async () => {
      const { store } = await open();
      const bytes = new Uint8Array([0, 255, 10, 13, 0xc3]);
      assert.equal(await store.keep('models/ç 1/model.json', { bytes }), 'kept');
      assert.equal(await store.keep('models/ç 1/model.json', { bytes: new Uint8Array([1]) }), 'there');
      assert.deepEqual(new Uint8Array((await store.read('models/ç 1/model.json')) ?? []), bytes);
      assert.equal(await store.read('models/ç 1/other.json'), undefined);
      assert.equal(await store.read('models'), undefined, 'a folder is no file');
      await store.remove('models/ç 1/model.json');
      await store.remove('models/ç 1/model.json');
      assert.equal(await store.read('models/ç 1/model.json'), undefined);
    });

    test('a file of this machine is kept, and stays where it is', async () => {
      const { store } = await open();
      const { bytes, location } = await localFile();
      assert.equal(await store.keep('models/rows.parquet', { file: location }), 'kept');
      assert.equal(await store.keep('models/rows.parquet', { file: location }), 'there');
      assert.deepEqual(new Uint8Array((await store.read('models/rows.parquet')) ?? []), bytes);
      assert.deepEqual(new Uint8Array(await readFile(location)), bytes);
      const [found] = await store.list('models/*.parquet');
      assert.equal(found?.bytes, bytes.length);
      await rm(path.dirname(location), { recursive: true });
    });

    test('of many who keep a file of one name at once one does, and nothing else is left', async () => {
      const { store } = await open();
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.keep('m/one.csv', { bytes: new Uint8Array(1000).fill(index) })),
      );
      assert.equal(all.filter((one) => one === 'kept').length, 1);
      const kept = (await store.read('m/one.csv')) ?? [];
      assert.deepEqual([kept.length, new Set(kept).size], [1000, 1]);
      assert.deepEqual(
        (await store.list('m/*')).map((file) => file.path),
        ['m/one.csv'],
      );
    });

    test('a path that leads out of the store is neither written nor read', async () => {
      const { store } = await open();
      const refused = { code: 'DEFINITION_INVALID' };
      await assert.rejects(store.keep('../out.json', { bytes: new Uint8Array() }), refused);
      await assert.rejects(store.read('a/../../out.json'), refused);
      await assert.rejects(store.remove('/etc/hosts'), refused);
    });

    test('a pattern that leads out of the store is refused', async () => {
      const files = await given('a/1.jsonl');
      await assert.rejects(files.store.list('../*.jsonl'), { code: 'DEFINITION_INVALID' });
    });
  });
}
