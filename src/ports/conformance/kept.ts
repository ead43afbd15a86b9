import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import type { KeptFiles } from '../index.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes);

/** A file of this machine, as long as that. */
async function localFile(length: number): Promise<{ readonly bytes: Uint8Array; readonly location: string }> {
  const bytes = new Uint8Array(length).map((_, index) => (index * 31 + (index >> 8)) % 251);
  const location = path.join(await mkdtemp(path.join(tmpdir(), 'esteira-local-')), 'rows');
  await writeFile(location, bytes);
  return { bytes, location };
}

/** What every keeper of whole files must do. `open` gives an empty one; `another`, of the same place, as another process would have it. */
export function keptConformance(
  name: string,
  open: () => Promise<{ readonly store: KeptFiles; another(): Promise<KeptFiles> }>,
): void {
  const opened = async (): Promise<KeptFiles> => (await open()).store;

  describe(`kept files: ${name}`, () => {
    test('what is kept is read as it was, and another of its name does not take its place', async () => {
      const store = await opened();
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

    test('names and contents are what they are, whatever characters they have', async () => {
      const store = await opened();
      for (const one of ["a+b (1) 'x'!*~", 'são paulo & co', '100%', '%41', 'a=b;c', '\u{1f600}', 'a#b?c', '@:,$']) {
        assert.equal(await store.keep(`names/${one}`, { bytes: bytesOf(one) }), 'kept', one);
        assert.equal(textOf(await store.read(`names/${one}`)), one);
        assert.deepEqual(await store.below('names', 9), [`names/${one}`]);
        await store.remove(`names/${one}`);
        assert.deepEqual(await store.below('names', 9), [], one);
      }
      assert.equal(await store.keep('empty', { bytes: new Uint8Array() }), 'kept');
      assert.equal((await store.read('empty'))?.length, 0);
    });

    for (const [how, length] of [
      ['a file', 100_000],
      ['a large file', 12_345_678],
    ] as const)
      test(`${how} of this machine is kept, and stays where it is`, async () => {
        const store = await opened();
        const { bytes, location } = await localFile(length);
        assert.equal(await store.keep('models/rows.parquet', { file: location }), 'kept');
        assert.equal(await store.keep('models/rows.parquet', { file: location }), 'there');
        assert.equal(Buffer.compare((await store.read('models/rows.parquet')) ?? Buffer.alloc(0), bytes), 0);
        assert.equal(Buffer.compare(await readFile(location), bytes), 0);
        await rm(path.dirname(location), { recursive: true });
      });

    test('a file that is done is kept as well, and the store has it when it is taken away here', async () => {
      const store = await opened();
      const { bytes, location } = await localFile(1000);
      assert.equal(await store.keep('log/1.parquet', { file: location, isDone: true }), 'kept');
      assert.equal(await store.keep('log/1.parquet', { file: location, isDone: true }), 'there');
      assert.equal(Buffer.compare(await readFile(location), bytes), 0);
      await rm(path.dirname(location), { recursive: true });
      assert.equal(Buffer.compare((await store.read('log/1.parquet')) ?? Buffer.alloc(0), bytes), 0);
      assert.deepEqual(await store.below('', 9), ['log/1.parquet']);
    });

    test('of many who keep a file of one name at once one does, and nothing else is left', async () => {
      const { store, another } = await open();
      const all = await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          const by = index % 2 === 0 ? store : await another();
          return by.keep('m/one.csv', { bytes: new Uint8Array(1000).fill(index) });
        }),
      );
      assert.equal(all.filter((one) => one === 'kept').length, 1);
      const kept = (await store.read('m/one.csv')) ?? [];
      assert.deepEqual([kept.length, new Set(kept).size], [1000, 1]);
      assert.deepEqual(await store.below('', 9), ['m/one.csv']);
    });

    test('a file is replaced by whoever has seen what is there, once', async () => {
      const { store, another } = await open();
      assert.equal(await store.look('latest/one'), undefined);
      assert.equal(await store.replace('latest/one', { bytes: bytesOf('none'), mark: '1' }), 'overtaken');
      await store.keep('latest/one', { bytes: bytesOf('first') });
      const first = await store.look('latest/one');
      assert.equal(textOf(first?.bytes), 'first');
      if (!first) return;
      assert.equal(await store.replace('latest/one', { bytes: bytesOf('second'), mark: first.mark }), 'replaced');
      assert.equal(await store.replace('latest/one', { bytes: bytesOf('third'), mark: first.mark }), 'overtaken');
      assert.equal(textOf(await store.read('latest/one')), 'second');
      const seen = await (await another()).look('latest/one');
      assert.equal(textOf(seen?.bytes), 'second');
      assert.notEqual(seen?.mark, first.mark);
      assert.equal(await store.keep('latest/one', { bytes: bytesOf('fourth') }), 'there');
      await store.remove('latest/one');
      assert.equal(await store.look('latest/one'), undefined);
    });

    test('of many who replace what they have seen one does, and no count is lost', async () => {
      const { store, another } = await open();
      await store.keep('latest/count', { bytes: bytesOf('0') });
      const count = async (by: KeptFiles, own: string): Promise<void> => {
        for (let counted = 0; counted < 5; ) {
          const seen = await by.look('latest/count');
          const next = Number(textOf(seen?.bytes)?.split(' ')[0]) + 1;
          const done = await by.replace('latest/count', { bytes: bytesOf(`${next} ${own}`), mark: seen?.mark ?? '' });
          if (done === 'replaced') counted += 1;
        }
      };
      const counters = Array.from({ length: 8 }, async (_, index) => {
        await count(index % 2 === 0 ? store : await another(), `by ${index}`);
      });
      await Promise.all(counters);
      assert.match(textOf((await store.look('latest/count'))?.bytes) ?? '', /^40 /);
      assert.match(textOf(await store.read('latest/count')) ?? '', /^40 /);
      assert.deepEqual(await store.below('', 9), ['latest/count']);
    });

    test('a file that one process alone replaces is read whole by everybody meanwhile, and its last content is the newest', async () => {
      const { store, another } = await open();
      const reader = await another();
      const contentOf = (number: number): string => `${number} `.repeat(200);
      await store.keep('counts/one', { bytes: bytesOf(contentOf(0)) });
      let isOver = false;
      const reading = (async () => {
        for (let last = 0; !isOver; ) {
          const seen = textOf((await reader.look('counts/one'))?.bytes) ?? '';
          assert.equal(seen, contentOf(Number.parseInt(seen, 10)));
          assert.ok(Number.parseInt(seen, 10) >= last);
          last = Number.parseInt(seen, 10);
        }
      })();
      for (let number = 1; number <= 12; number += 1) {
        const mark = (await store.look('counts/one'))?.mark ?? '';
        const now = { bytes: bytesOf(contentOf(number)), mark };
        assert.equal(await store.replace('counts/one', now, { isAlone: true }), 'replaced');
      }
      isOver = true;
      await reading;
      assert.equal(textOf((await reader.look('counts/one'))?.bytes), contentOf(12));
      assert.equal(textOf(await reader.read('counts/one')), contentOf(12));
      assert.deepEqual(await store.below('', 9), ['counts/one']);
    });

    test('what stands below a folder is listed by code point, however deep, up to a number of files', async () => {
      const store = await opened();
      const names = ['Z', 'a', 'a-b', 'a1/b', 'é', '\u{ffee}', '\u{1f600}', '10'].map((one) => `p/${one}`);
      for (const one of [...names.toReversed(), 'p/.hidden', 'p/.b/1', 'p2/x', 'q'])
        await store.keep(one, { bytes: bytesOf('x') });
      const expected = names.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
      assert.deepEqual(await store.below('p', 99), expected);
      assert.deepEqual(await store.below('', 99), [...expected, 'p2/x', 'q']);
      assert.equal((await store.below('', 2)).length, 2);
      assert.deepEqual(await store.below('none', 9), []);
    });

    test('a path that leads out of the store is neither written nor read', async () => {
      const store = await opened();
      const refused = { code: 'DEFINITION_INVALID' };
      await assert.rejects(store.keep('../out.json', { bytes: new Uint8Array() }), refused);
      await assert.rejects(store.read('a/../../out.json'), refused);
      await assert.rejects(store.look('a//b'), refused);
      await assert.rejects(store.replace('./a', { bytes: new Uint8Array(), mark: '' }), refused);
      await assert.rejects(store.remove('/etc/hosts'), refused);
      await assert.rejects(store.below('..', 9), refused);
    });
  });
}
