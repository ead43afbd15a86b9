import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import type { EsteiraError } from '../../errors.ts';
import { filesConformance } from '../../ports/conformance/files.ts';
import { keptConformance } from '../../ports/conformance/kept.ts';
import { Wire } from '../../ports/conformance/wire.ts';
import type { Published } from '../../ports/index.ts';
import { textsIn } from './answer.ts';
import { credentials, newBucket, server, storeIn, straight, withoutServer } from './testing.ts';

const small = { whole: 5 * 2 ** 20, part: 5 * 2 ** 20 };
const coded = (code: string, what: RegExp) => (error: EsteiraError) => {
  assert.equal(error.code, code, error.message);
  assert.match(`${error.message} ${error.details.next}`, what);
  assert.doesNotMatch(JSON.stringify(error), /testsecret123/);
  return true;
};

describe('objects of a bucket', { skip: withoutServer }, () => {
  keptConformance('a bucket', async () => {
    const bucket = await newBucket();
    // The large file goes in parts.
    return { store: storeIn(bucket, { sizes: small }), another: async () => storeIn(bucket, { sizes: small }) };
  });
  keptConformance('below a prefix of a bucket', async () => {
    const bucket = await newBucket();
    await storeIn(bucket).keep('team x/outside', { bytes: new Uint8Array([1]) });
    const prefix = 'team x/models+ç';
    return { store: storeIn(bucket, { prefix }), another: async () => storeIn(bucket, { prefix }) };
  });

  filesConformance('a bucket', async () => {
    const bucket = await newBucket();
    await storeIn(bucket).keep('teams/outside.jsonl', { bytes: new Uint8Array([1]) });
    const store = storeIn(bucket, { prefix: 'team x/a+ç' });
    const key = (below: string): string => `team x/a+ç/${below}`;
    return {
      store,
      put: async (below, content) =>
        void (await straight(bucket).ask({
          method: 'PUT',
          key: key(below),
          body: new Blob([content as Uint8Array<ArrayBuffer>]),
        })),
      remove: (below) => store.remove(below),
    };
  });

  test('a file takes no place of one of a later publication of its table, whole or in parts', async () => {
    const store = storeIn(await newBucket(), { sizes: small });
    const folder = await mkdtemp(path.join(tmpdir(), 'esteira-s3-'));
    const put = async (text: string, of?: Published, size = 1) => {
      const file = path.join(folder, 'rows');
      await writeFile(file, text.repeat(size));
      return (await store.put('out/prices.csv', file, of)) !== undefined;
    };
    const is = async () => Buffer.from((await store.read('out/prices.csv')) ?? []).toString('utf8', 0, 9);
    const of = (sequence: bigint, generation = 'a b') => ({ sequence, generation });
    assert.equal(await put('by 3 ....', of(3n)), true);
    assert.equal(await put('by 2 ....', of(2n)), false);
    assert.equal(await put('again ...', of(3n)), true);
    assert.equal(await put('by 10 ...', of(10n), 2 ** 20), true);
    assert.equal(await put('by 9 ....', of(9n), 2 ** 20), false);
    assert.equal(await is(), 'by 10 ...');
    assert.equal(await put('anew ....', of(1n, 'other')), true);
    assert.equal(await put('whichever'), true);
    assert.equal(await is(), 'whichever');
    // Twenty at once: the last stays, whoever is late.
    const late = Array.from({ length: 20 }, (_, index) => index);
    await Promise.all(
      late.map(async (index) => {
        const file = path.join(folder, `rows ${index}`);
        await writeFile(file, `of ${index}`);
        await store.put('out/prices.csv', file, of(BigInt(index), 'race'));
      }),
    );
    assert.equal(await is(), 'of 19');
    await rm(folder, { recursive: true });
  });

  test('a list of more than a page is whole', async () => {
    const store = storeIn(await newBucket());
    for (let from = 0; from < 1100; from += 100)
      await Promise.all(
        Array.from({ length: 100 }, (_, index) => store.keep(`l/${1e6 + from + index}`, { bytes: new Uint8Array(1) })),
      );
    const all = await store.below('l', 5000);
    assert.equal(all.length, 1100);
    assert.deepEqual([all[0], all.at(-1)], ['l/1000000', 'l/1001099']);
  });

  test('of forty who put a file, or replace it, one does, ten times', async () => {
    const store = storeIn(await newBucket());
    const all = <Result>(work: (index: number) => Promise<Result>) =>
      Promise.all(Array.from({ length: 40 }, (_, i) => work(i)));
    for (let round = 0; round < 10; round += 1) {
      const put = await all((index) => store.keep(`r${round}`, { bytes: Buffer.from(`by ${index}`) }));
      assert.equal(put.filter((one) => one === 'kept').length, 1);
      const mark = (await store.look(`r${round}`))?.mark ?? '';
      const replaced = await all((index) => store.replace(`r${round}`, { bytes: Buffer.from(`again ${index}`), mark }));
      const winners = replaced.flatMap((one, index) => (one === 'replaced' ? [index] : []));
      assert.equal(winners.length, 1);
      assert.equal(Buffer.from((await store.read(`r${round}`)) ?? []).toString(), `again ${winners[0]}`);
    }
  });

  test('of twelve who put a large file, or replace it, one does, and the others hear that they do not', async () => {
    const store = storeIn(await newBucket());
    const large = (index: number): Uint8Array => Buffer.alloc(2 * 2 ** 20, `by ${index};`);
    const twelve = Array.from({ length: 12 }, (_, index) => index);
    const put = await Promise.all(twelve.map((index) => store.keep('large', { bytes: large(index) })));
    assert.equal(put.filter((one) => one === 'kept').length, 1);
    const mark = (await store.look('large'))?.mark ?? '';
    const replaced = await Promise.all(
      twelve.map((index) => store.replace('large', { bytes: large(20 + index), mark })),
    );
    assert.equal(replaced.filter((one) => one === 'replaced').length, 1);
    const winner = replaced.indexOf('replaced');
    assert.equal(Buffer.compare((await store.read('large')) ?? Buffer.alloc(0), large(20 + winner)), 0);
  });

  test('who is refused hears why and what to do, and is not asked again', async () => {
    const bucket = await newBucket();
    const refused = (of: Parameters<typeof storeIn>[1], what: RegExp) =>
      assert.rejects(storeIn(bucket, of).probe(), coded('STORE_REFUSED', what));
    await refused({ credentials: { ...credentials, secret: 'wrong-secret' } }, /secret key for the bucket is wrong/);
    await refused({ credentials: { key: 'nobody', secret: 'testsecret123' } }, /does not know the access key/);
    await refused({ bucket: 'esteira-test-none' }, /no such bucket.*Make the bucket/);
    await refused(
      { times: { now: () => Temporal.Now.instant().subtract({ hours: 2 }), pause: async () => {}, chance: () => 0 } },
      /clock of this machine/,
    );
    await refused({ region: 'sa-east-1' }, /region: 'us-east-1'/);
    for (const ask of ['read', 'look', 'remove'] as const)
      await assert.rejects(storeIn('esteira-test-none')[ask]('a'), coded('STORE_REFUSED', /no such bucket/), ask);
    const bytes = new Uint8Array(1);
    await assert.rejects(
      storeIn('esteira-test-none').replace('a', { bytes, mark: '"1"' }),
      coded('STORE_REFUSED', /no such bucket/),
    );
    await assert.rejects(storeIn('esteira-test-none').keep('a', { bytes }), coded('STORE_REFUSED', /no such bucket/));
    await storeIn(bucket).probe();
  });
});

describe('a way to a bucket that breaks', { skip: withoutServer }, () => {
  const made: { close(): Promise<void> }[] = [];
  after(async () => {
    for (const one of made) await one.close();
  });
  async function wired(of: Parameters<typeof storeIn>[1] = {}) {
    const wire = await Wire.to(server);
    made.push(wire);
    const bucket = await newBucket();
    const uploads = async (): Promise<readonly string[]> => {
      const { bytes } = await straight(bucket).ask({ method: 'GET', query: { uploads: '' } });
      return textsIn(new TextDecoder().decode(bytes), 'UploadId');
    };
    return {
      wire,
      bucket,
      uploads,
      store: storeIn(bucket, { endpoint: wire.url.replace(/\/$/, ''), ...of }),
      beside: storeIn(bucket),
    };
  }
  /** Breaks the connection that carries it, so many times. */
  const times = (count: number, what: RegExp) => {
    let left = count;
    return (sent: string): boolean => {
      if (!what.test(sent) || left === 0) return false;
      left -= 1;
      return true;
    };
  };

  test('what was put without an answer is known as one’s own, and what somebody else put is not', async () => {
    const { wire, store, beside } = await wired();
    wire.breaksAt = times(1, /^PUT .*\/one/);
    assert.equal(await store.keep('one', { bytes: Buffer.from('mine') }), 'kept');
    const { mark = '' } = (await store.look('one')) ?? {};
    wire.breaksAt = times(1, /^PUT .*\/one/);
    assert.equal(await store.replace('one', { bytes: Buffer.from('mine again'), mark }), 'replaced');
    assert.equal(wire.connections > 2, true);
    // The first attempt never comes there, and somebody else is faster than the second.
    wire.breaksAt = () => false;
    wire.dropsAt = times(1, /^PUT .*\/two/);
    await beside.keep('two', { bytes: Buffer.from('theirs') });
    assert.equal(await store.keep('two', { bytes: Buffer.from('mine') }), 'there');
  });

  test('a copy whose answer is lost is known as one’s own, and brings no half of a file', async () => {
    const { wire, store, beside } = await wired({ attempts: 3 });
    const folder = await mkdtemp(path.join(tmpdir(), 'esteira-s3-'));
    const file = path.join(folder, 'rows');
    await writeFile(file, 'mine');
    wire.breaksAt = times(1, /^PUT .*\/out/);
    const put = await store.put('out/a.csv', file, { generation: 'a', sequence: 1n });
    const [listed] = await beside.list('out/*');
    assert.equal(put?.fingerprint, listed?.fingerprint);
    await beside.keep('in/large.csv', { bytes: Buffer.alloc(3 * 2 ** 20, 'line\n') });
    const large = await store.list('in/*');
    wire.breaksAt = times(1, /^GET .*large/);
    const { files, release } = await store.bring(large);
    assert.equal((await stat(files[0]?.location ?? '')).size, 3 * 2 ** 20);
    await release();
    wire.breaksAt = times(9, /^GET .*large/);
    await assert.rejects(store.bring(large), coded('STORE_UNREACHABLE', /does not answer/));
    await rm(folder, { recursive: true });
  });

  test('a file that is cut in the middle of its way is not there, and comes whole when it is sent again', async () => {
    const { wire, store, beside, uploads } = await wired({ sizes: small, attempts: 2 });
    const folder = await mkdtemp(path.join(tmpdir(), 'esteira-s3-'));
    const file = path.join(folder, 'rows');
    await writeFile(file, Buffer.alloc(13 * 2 ** 20, 'abcdefg'));
    const reach = () => assert.rejects(store.keep('rows', { file }), coded('STORE_UNREACHABLE', /tried again/));
    // In the middle of the second part, and of each attempt after it.
    let sent = 0;
    wire.dropsAt = (piece) => {
      sent += piece.length;
      return sent > 8 * 2 ** 20 && !piece.startsWith('DELETE');
    };
    await reach();
    assert.equal(await beside.read('rows'), undefined);
    assert.deepEqual(await uploads(), []);
    // Whoever asks to have it taken away is not heard either.
    wire.dropsAt = (piece) => /^DELETE|partNumber=2/.test(piece);
    await reach();
    assert.deepEqual(await beside.below('', 9), []);
    assert.equal((await uploads()).length, 1, 'left to the rule of the bucket');
    // The last word is heard, and its answer is not.
    wire.dropsAt = () => false;
    wire.breaksAt = times(1, /^POST .*uploadId/);
    await store.keep('other rows', { file });
    assert.equal((await beside.read('other rows'))?.length, 13 * 2 ** 20);
    wire.dropsAt = times(1, /partNumber=3/);
    assert.equal(await store.keep('rows', { file }), 'kept');
    assert.equal(
      Buffer.compare((await beside.read('rows')) ?? Buffer.alloc(0), Buffer.alloc(13 * 2 ** 20, 'abcdefg')),
      0,
    );
    await rm(folder, { recursive: true });
  });

  test('a server that is not there is asked as often as was said, with pauses that grow', async () => {
    const pauses: number[] = [];
    const pause = async (milliseconds: number) => void pauses.push(milliseconds);
    const { wire, store } = await wired({
      times: { now: Temporal.Now.instant, pause, chance: () => 0.5 },
      attempts: 8,
    });
    wire.cut();
    await assert.rejects(store.probe(), coded('STORE_UNREACHABLE', /does not answer/));
    assert.deepEqual(pauses, [100, 200, 400, 800, 1600, 3200, 5000]);
    wire.mend();
    await store.probe();
  });
});
