import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { col } from '../../../columns/index.ts';
import type { On } from './on.ts';

/** What training takes from a warehouse, and what views are told of its champions. */
export function learning(on: On): void {
  on('rows are given column by column, in the order of their query, and are kept as they were', async (desk) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'esteira-vectors-'));
    try {
      const file = path.join(folder, "rows of o'brien.parquet");
      const columns = { n: col.integer().optional(), share: col.real(), active: col.boolean(), plan: col.text() };
      const query = `select * from (values (3, 0.5, true, 'pro', date '2026-01-01'), (null, -1e300, false, 'básico', null),
        (1, 1.1, null, null, null), (2, 0e0, true, 'pro', null)) as t(n, share, active, plan, day) order by share`;
      const found = await desk.warehouse.vectors(query, { columns, file });
      assert.deepEqual(found, {
        rows: 4,
        columns: {
          n: { of: 'numbers', values: Float64Array.of(NaN, 2, 3, 1), valid: Uint8Array.of(0, 1, 1, 1) },
          share: { of: 'numbers', values: Float64Array.of(-1e300, 0, 0.5, 1.1) },
          active: { of: 'booleans', values: Uint8Array.of(0, 1, 1, 0), valid: Uint8Array.of(1, 1, 1, 0) },
          plan: { of: 'texts', codes: Int32Array.of(0, 1, 1, -1), words: ['básico', 'pro'] },
        },
      });
      const many = await desk.warehouse.vectors('select range as n from range(300000) order by n desc', {
        columns: { n: col.bigint() },
        file,
      });
      assert.equal(many.rows, 300_000);
      const { n } = many.columns;
      assert.ok(n?.of === 'numbers' && n.values.every((value, row) => value === 299_999 - row));
      const stop = AbortSignal.abort(new Error('enough'));
      const { error } = await on.settled(desk.warehouse.vectors(query, { columns, file, signal: stop }));
      assert.equal(error?.code, 'CANCELLED');
      const wrong = await on.settled(desk.warehouse.vectors('select x', { columns, file }));
      assert.equal(wrong.error?.code, 'QUERY_INVALID');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  on('a view of a champion shows the one of the newest move, however late an older one comes', async (desk) => {
    await desk.make('t', { id: col.integer().key() });
    const { warehouse } = desk;
    const shown = (): Promise<unknown> => desk.ask(`select ${warehouse.dialect.champion('one', 'one.a.m')}`);
    assert.deepEqual(await warehouse.champions('one'), new Map());
    assert.deepEqual(await shown(), [[null]]);
    const first = { version: '20260310_0200', number: 1 };
    const second = { version: '20260310_0200_2', number: 2 };
    await warehouse.show(
      'one',
      new Map([
        ['one.a.m', second],
        ["one.a.o'k", first],
      ]),
    );
    await warehouse.show('one', new Map([['one.a.m', first]]));
    await warehouse.show('one', new Map());
    assert.deepEqual(
      await warehouse.champions('one'),
      new Map([
        ['one.a.m', second],
        ["one.a.o'k", first],
      ]),
    );
    assert.deepEqual(await shown(), [[second.version]]);
    await warehouse.show('one', new Map([['one.a.m', { version: first.version, number: 3 }]]));
    assert.deepEqual(await shown(), [[first.version]]);
  });
}
