import assert from 'node:assert/strict';
import { col } from '../../../columns/index.ts';
import type { On } from './on.ts';

/** Engines tell no upper from lower case in names: a definition and its query may spell one name in two ways. */
export function names(on: On): void {
  on('a query may spell its columns in other cases than the table', async (desk) => {
    const kept = await desk.make('t', { id: col.integer().key(), q: col.integer(), at: col.timestamp() });
    const sql = `select 1 as ID, cast(7 as bigint) as Q, timestamptz '2026-01-01 00:00:00+00' as "At"`;
    const { account } = await desk.publish(kept, sql);
    assert.equal(account.inserted, 1);
    assert.deepEqual(await desk.read(kept), [[1, 7, Temporal.Instant.from('2026-01-01T00:00:00Z')]]);
  });

  on('what could not be read is known by any spelling of its column', async (desk) => {
    const columns = { id: col.integer().key(), q: col.integer(), n: col.integer() };
    const source = `(values (1, 7, 1, 'f:1', null, null), (2, null, 1, 'f:2', '{"q":"x"}', ['Quantity']),
      (3, 7, null, 'f:3', '{"n":"x"}', ['n'])) as s(id, quantity, n, _rid, _original, _unread)`;
    const { warehouse } = desk;
    const empty = warehouse.dialect.emptyRelation({ Quantity: col.integer(), ...columns });
    const { projection } = await warehouse.examine(`select ID, QUANTITY as Q, S.N as N from ${empty} as s`);
    const kept = await desk.make('t', columns, { mode: 'merge' });
    const original = { relation: '(select null as _rid where false)', json: 'null' };
    const carried = { reads: { q: ['id'], ...projection?.from }, original };
    const { details } = await desk.publish(
      kept,
      `select ID, quantity as Q, N, _rid, _original, _unread from ${source}`,
      {
        carried,
      },
    );
    assert.deepEqual(details.flags, { q_kind: 1, n_kind: 1 });
  });

  on('a conversion is known by any spelling of its column', async (desk) => {
    const kept = await desk.make('t', { id: col.integer().key(), age: col.integer() });
    const sql = `select 1 as id, try_cast('seven' as bigint) as Age, true as "_was_Age"`;
    const { details } = await desk.publish(kept, sql, { converted: ['Age'] });
    assert.deepEqual(details.flags, { age_kind: 1 });
  });

  on('a column that a definition spells in another case now keeps its values, however many rows', async (desk) => {
    const kept = await desk.make('t', { n: col.integer().key() });
    const renamed = { ...kept, columns: { N: col.integer().key() }, mode: { ...kept.mode, key: ['N'] } };
    for (const size of [3, 200_000]) {
      await desk.publish(renamed, `select range as N from range(${size})`);
      assert.deepEqual(await desk.ask('select count(n) from one.silver.t'), [[size]]);
    }
  });

  on('a column that is not there yet is told, however many rows', async (desk) => {
    const kept = await desk.make('t', { n: col.integer().key() });
    const more = { ...kept, columns: { ...kept.columns, m: col.integer() } };
    for (const size of [3, 200_000]) {
      const { error } = await on.settled(desk.publish(more, `select range as n, range as m from range(${size})`));
      assert.match(`${error?.code} ${error?.message} ${error?.details.got}`, /\bm\b/, `${size}`);
    }
  });
}
