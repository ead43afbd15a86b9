// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- src/adapters/postgres
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { col } from '../../columns/index.ts';
import type { IncomingColumn } from '../../ports/index.ts';
import { connect, cut } from './client.ts';
import { Copy } from './copy.ts';
import { server, withoutServer } from './testing.ts';
import { Rows } from './values/rows.ts';
import { builtIn, type PostgresType } from './values/types.ts';

const type = (oid: number): PostgresType => builtIn({ oid, modifier: -1 }) as PostgresType;
const columns = { id: col.integer(), note: col.text().optional() };
const fields = [
  { name: 'id', type: type(23) },
  { name: 'note', type: type(25) },
];
const copyOf = (query: string): Copy => {
  const text = `copy (${query}) to stdout (format binary)`;
  return new Copy({ text, fields: 2, rows: new Rows({ columns, fields }), identify: () => '' });
};
const idsIn = ({ data }: IncomingColumn, count: number): readonly bigint[] => [
  ...new BigInt64Array(data.buffer, data.byteOffset, count),
];
/** What the client has read of its socket. */
const bytesRead = (client: pg.Client): number =>
  (client as unknown as { readonly connection: { readonly stream: { readonly bytesRead: number } } }).connection.stream
    .bytesRead;

describe('a copy in binary, straight from the connection', { skip: withoutServer }, () => {
  let client: pg.Client;
  before(async () => {
    client = await connect({ url: server, where: 'a test' });
  });
  after(() => client.end());

  test('gives each row once and in order, whatever lies across the pieces that come, and leaves the connection as it was', async () => {
    const copy = copyOf(
      `select n, case when n % 3 > 0 then repeat('x', n % 3000) end from generate_series(1, 10000) n`,
    );
    client.query(copy);
    const ids: bigint[] = [];
    let bytes = 0;
    for await (const {
      count,
      columns: [id, note],
    } of copy.chunks()) {
      ids.push(...idsIn(id as IncomingColumn, count));
      bytes += (note as IncomingColumn).ends[count - 1] as number;
    }
    assert.deepEqual(
      ids,
      Array.from({ length: 10_000 }, (_, index) => BigInt(index + 1)),
    );
    const [wanted] = (
      await client.query(`select sum(n % 3000)::int as bytes from generate_series(1, 10000) n where n % 3 > 0`)
    ).rows;
    assert.equal(bytes, wanted.bytes);
  });

  test('takes a value of many megabytes, and no row at all', async () => {
    for (const [query, length] of [
      [`select 1, repeat('y', 30000000)`, 30_000_000],
      ['select 1, null::text where false', undefined],
    ] as const) {
      const copy = copyOf(query);
      client.query(copy);
      const lengths: number[] = [];
      for await (const {
        columns: [, note],
      } of copy.chunks())
        lengths.push((note as IncomingColumn).ends[0] as number);
      assert.deepEqual(lengths, length === undefined ? [] : [length]);
    }
  });

  test('an error in the middle is thrown, and the next thing can be asked', async () => {
    const copy = copyOf(`select n, (1 / (n - 50000))::text from generate_series(1, 100000) n`);
    client.query(copy);
    await assert.rejects(Array.fromAsync(copy.chunks()), { code: '22012' });
    assert.deepEqual((await client.query('select 1 as n')).rows, [{ n: 1 }]);
  });

  test('the server waits while nobody takes what has come', async () => {
    const other = await connect({ url: server, where: 'a test' });
    const copy = copyOf(`select n, repeat('z', 1000) from generate_series(1, 100000) n`);
    other.query(copy);
    const chunks = copy.chunks();
    try {
      await chunks.next();
      const before = bytesRead(other);
      await sleep(300);
      assert.ok(bytesRead(other) - before < 1_000_000, `${bytesRead(other) - before} bytes came meanwhile`);
    } finally {
      cut(other);
    }
  });
});
