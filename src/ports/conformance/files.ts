import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { FileStore, Put } from '../index.ts';

interface FilesUnderTest {
  readonly store: FileStore;
  /** Puts a file of the store in place, with the folders it needs; over one that is there, with another time. */
  put(path: string, content: string | Uint8Array): Promise<void>;
  remove(path: string): Promise<void>;
}

/** What a store of files for sources must do, beside what `kept.ts` says. `open` gives an empty one. */
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

    test('a file is put in the place of another, and whoever has that open reads on what it was', async () => {
      const { store } = await open();
      const folder = await mkdtemp(path.join(tmpdir(), 'esteira-put-'));
      const local = path.join(folder, 'rows');
      const put = async (text: string): Promise<Put> => {
        await writeFile(local, text);
        return (await store.put('out/ç 1/prices.csv', local)) ?? assert.fail('not put');
      };
      const [first, second] = [await put('first'), await put('second')];
      assert.equal(first.place, second.place, 'the place, for people');
      const isThere = ({ fingerprint }: Put) => store.isAsListed({ path: 'out/ç 1/prices.csv', fingerprint });
      assert.deepEqual([await isThere(first), await isThere(second)], [false, true]);
      assert.equal(new TextDecoder().decode(await store.read('out/ç 1/prices.csv')), 'second');
      assert.deepEqual(await store.below('', 9), ['out/ç 1/prices.csv'], 'nothing is left beside it');
      let isOver = false;
      const reading = (async () => {
        while (!isOver) {
          const text = new TextDecoder().decode(await store.read('out/ç 1/prices.csv'));
          assert.ok(text === 'second' || /^(\d )\1{9999}$/.test(text), text.slice(0, 20));
        }
      })();
      for (let number = 0; number < 10; number += 1) await put(`${number} `.repeat(10_000));
      isOver = true;
      await reading;
      await assert.rejects(store.put('../out.csv', local), { code: 'DEFINITION_INVALID' });
      await rm(folder, { recursive: true });
    });

    test('what was listed is what is read, wherever it is brought to; one that is another by then is not as it was listed', async () => {
      const files = await given('a/1.jsonl', 'a/2.jsonl', 'a/3 (ç)%.jsonl.gz');
      const listed = await files.store.list('a/*');
      await files.put('a/1.jsonl', '{"other": 1}\n');
      await files.remove('a/2.jsonl');
      const isAsListed = await Promise.all(listed.map((file) => files.store.isAsListed(file)));
      assert.deepEqual(isAsListed, [false, false, true]);
      const { files: here, release } = (await files.store.bring?.(listed)) ?? {
        files: listed,
        release: async () => {},
      };
      assert.deepEqual(
        here.map((file) => ({ ...file, location: '' })),
        listed.map((file) => ({ ...file, location: '' })),
      );
      const last = here[2] ?? assert.fail('not listed');
      assert.equal(await readFile(last.location, 'utf8'), '{}\n');
      assert.match(last.location, /\.jsonl\.gz$/);
      if (files.store.bring) {
        for (const { location } of here.slice(0, 2)) await assert.rejects(readFile(location), { code: 'ENOENT' });
        await release();
        await assert.rejects(readFile(last.location), { code: 'ENOENT' });
      }
    });

    test('the size is that of the file', async () => {
      const files = await open();
      await files.put('a/1.jsonl', new Uint8Array([0xc3, 0xa7, 10]));
      assert.deepEqual(
        (await files.store.list('a/*')).map(({ bytes }) => bytes),
        [3],
      );
    });

    test('a pattern that leads out of the store is refused', async () => {
      const files = await given('a/1.jsonl');
      await assert.rejects(files.store.list('../*.jsonl'), { code: 'DEFINITION_INVALID' });
    });
  });
}
