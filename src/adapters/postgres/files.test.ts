import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { keptConformance } from '../../ports/conformance/kept.ts';
import { postgresFiles } from './files.ts';
import { ask, dropSchemas, newSchema, server, Wire, withoutServer } from './testing.ts';

after(dropSchemas);

describe('files in Postgres', { skip: withoutServer }, () => {
  keptConformance('tables of a schema', async () => {
    const schema = newSchema();
    const open = () => postgresFiles({ url: server, schema });
    return { store: open(), another: async () => open() };
  });

  test('of forty who put a file, or replace it, in a schema that none of them has seen, one does', async () => {
    const schema = newSchema();
    const stores = Array.from({ length: 8 }, () => postgresFiles({ url: server, schema }));
    const all = <Result>(work: (store: (typeof stores)[number], index: number) => Promise<Result>) =>
      Promise.all(Array.from({ length: 40 }, (_, index) => work(stores[index % 8] as (typeof stores)[number], index)));
    const put = await all((store, index) => store.keep('one', { bytes: Buffer.from(`by ${index}`) }));
    assert.equal(put.filter((one) => one === 'kept').length, 1);
    const mark = (await stores[0]?.look('one'))?.mark ?? '';
    const replaced = await all((store, index) => store.replace('one', { bytes: Buffer.from(`again ${index}`), mark }));
    const winners = replaced.flatMap((one, index) => (one === 'replaced' ? [index] : []));
    assert.equal(winners.length, 1);
    assert.equal(Buffer.from((await stores[1]?.read('one')) ?? []).toString(), `again ${winners[0]}`);
    const [left] = await ask(`select count(*)::int as parts from "${schema}".file_part`);
    assert.equal(left?.['parts'], 1, 'nothing is left of what was replaced');
  });

  test('a database that goes away in the middle is sought, and a file is kept once, also when the answer to its commit is lost', async () => {
    const wire = await Wire.to(server);
    after(() => wire.close());
    const store = postgresFiles({ url: wire.url, schema: newSchema() });
    assert.equal(await store.keep('first', { bytes: new Uint8Array([1]) }), 'kept');
    let lost = 0;
    wire.breaksAt = (sent) => {
      const isCommit = sent.includes('commit') && lost < 2;
      if (isCommit) lost += 1;
      return isCommit;
    };
    assert.equal(await store.keep('second', { bytes: new Uint8Array(10_000_000) }), 'kept');
    const seen = await store.look('first');
    assert.equal(await store.replace('first', { bytes: new Uint8Array([2]), mark: seen?.mark ?? '' }), 'replaced');
    assert.equal(lost, 2);
    wire.cut();
    setTimeout(() => wire.mend(), 300);
    assert.deepEqual(await store.read('first'), Buffer.from([2]));
    assert.equal((await store.read('second'))?.length, 10_000_000);
  });

  test('what does not answer, and what refuses, are told apart, without the password', async () => {
    const of = (change: (url: URL) => void) => {
      const url = new URL(server);
      url.password = 'correct-horse';
      change(url);
      return postgresFiles({ url: url.href, schema: 'x', patience: 300 }).probe();
    };
    const unreachable = of((url) => {
      url.port = '1';
    });
    await assert.rejects(unreachable, { code: 'STORE_UNREACHABLE' });
    const refused = of((url) => {
      url.pathname = '/none';
    });
    await assert.rejects(refused, (error: Error & { code?: string }) => {
      assert.equal(error.code, 'STORE_REFUSED');
      assert.doesNotMatch(JSON.stringify(error), /correct-horse/);
      return true;
    });
  });
});
