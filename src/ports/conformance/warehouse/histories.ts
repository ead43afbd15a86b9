import assert from 'node:assert/strict';
import { col } from '../../../columns/index.ts';
import { noRows } from '../../account.ts';
import { type Desk, at as instant, type Kept } from './desk.ts';
import type { On } from './on.ts';

const columns = {
  id: col.integer().key(),
  name: col.text().optional(),
  at: col.timestamp(),
  gone: col.boolean().optional(),
};
const keeping = {
  mode: 'history',
  latest: ['at'],
  deleted: 'gone',
  versions: { from: 'since', until: 'until' },
} as const;
const at = (day: number) => instant(`2026-01-${String(day).padStart(2, '0')}T10:00:00.123456Z`);
const row = (id: number, day: number, name: string | null, gone = false) => ({ id, name, at: at(day), gone });
type Row = ReturnType<typeof row>;
/** A version as readers see it. */
const version = (id: number, name: string | null, from: number, until?: number) => [
  id,
  name,
  at(from),
  false,
  at(from),
  until === undefined ? null : at(until),
];
const fresh = { fresh: true } as const;

/** Every order of a few rows. */
function orders<T>(rows: readonly T[]): readonly (readonly T[])[] {
  if (rows.length < 2) return [rows];
  return rows.flatMap((one, index) => orders(rows.toSpliced(index, 1)).map((rest) => [one, ...rest]));
}

/** Rows with an origin of their own, as a projection of a landing table hands them on. */
const carried = (desk: Desk, rows: readonly (Row & { readonly origin: string })[]) => {
  const { dialect } = desk.warehouse;
  const landed = rows.map(
    (one) =>
      `select *, ${dialect.literal(one.origin)} as _rid, cast(null as varchar) as _original, cast(null as varchar[]) as _unread from (${desk.rows(columns, [one])})`,
  );
  const relation = `(${landed.join(' union all ')})`;
  const original = { relation: `${relation} as landed`, json: 'null' };
  return { sql: `select * from ${relation}`, more: { ...fresh, carried: { reads: {}, original } } };
};

/** Tables that keep every version of a row. */
export function histories(on: On): void {
  on('a history keeps each version with the time from and until which it was true', async (desk) => {
    const kept = await desk.make('t', columns, keeping);
    const first = await desk.publish(kept, [row(1, 1, 'a'), row(1, 3, 'b'), row(2, 2, 'c')], fresh);
    assert.deepEqual(first.account, { ...noRows, in: 3, valid: 3, inserted: 3 });
    assert.deepEqual(await desk.read(kept), [version(1, 'a', 1, 3), version(1, 'b', 3), version(2, 'c', 2)]);
    await desk.publish(kept, [row(1, 5, 'a')], fresh);
    assert.deepEqual(await desk.read(kept), [
      version(1, 'a', 1, 3),
      version(1, 'a', 5),
      version(1, 'b', 3, 5),
      version(2, 'c', 2),
    ]);
  });

  on('a row that is late comes between the versions of its time', async (desk) => {
    const kept = await desk.make('t', columns, keeping);
    await desk.publish(kept, [row(1, 1, 'a'), row(1, 5, 'c')], fresh);
    await desk.publish(kept, [row(1, 3, 'b')], fresh);
    assert.deepEqual(await desk.read(kept), [version(1, 'a', 1, 3), version(1, 'b', 3, 5), version(1, 'c', 5)]);
    await desk.publish(kept, [row(1, 4, 'c')], fresh);
    assert.deepEqual(await desk.read(kept), [version(1, 'a', 1, 3), version(1, 'b', 3, 4), version(1, 'c', 4)]);
  });

  on('a row that says what the one before says is no version, until another comes between them', async (desk) => {
    const kept = await desk.make('t', columns, keeping);
    await desk.publish(kept, [row(1, 1, null), row(1, 2, null), row(1, 5, null)], fresh);
    assert.deepEqual(await desk.read(kept), [version(1, null, 1)]);
    await desk.publish(kept, [row(1, 3, 'b')], fresh);
    const wanted = [version(1, 'b', 3, 5), version(1, null, 1, 3), version(1, null, 5)];
    assert.deepEqual(await desk.read(kept), wanted);
  });

  on(
    'a delete ends a version, an equal row after it begins a new one, and a delete of nothing is none',
    async (desk) => {
      const kept = await desk.make('t', columns, keeping);
      const { account } = await desk.publish(
        kept,
        [row(1, 1, 'a'), row(1, 3, 'x', true), row(2, 1, null, true)],
        fresh,
      );
      assert.deepEqual(account, { ...noRows, in: 3, valid: 3, inserted: 1, deleted: 2 });
      assert.deepEqual(await desk.read(kept), [version(1, 'a', 1, 3)]);
      await desk.publish(kept, [row(1, 5, 'a'), row(1, 4, null, true)], fresh);
      assert.deepEqual(await desk.read(kept), [version(1, 'a', 1, 3), version(1, 'a', 5)]);
      await desk.publish(kept, [row(1, 2, null, true)], fresh);
      assert.deepEqual(await desk.read(kept), [version(1, 'a', 1, 2), version(1, 'a', 5)]);
    },
  );

  on('the same rows again change nothing, and the table stands where it stood', async (desk) => {
    const kept = await desk.make('t', columns, keeping);
    const rows = [row(1, 1, 'a'), row(1, 3, 'b'), row(2, 2, 'c'), row(2, 4, null, true)];
    const first = await desk.publish(kept, rows);
    const before = await desk.everything(kept);
    for (const more of [{}, fresh, { reread: true }]) {
      const again = await desk.publish(kept, rows, more);
      assert.deepEqual(again.account, { ...noRows, in: 4, valid: 4, stale: 4 });
      assert.equal(again.sequence, first.sequence);
      assert.equal(await desk.everything(kept), before);
    }
  });

  on('versions depend on the rows alone, not on the order in which they came', async (desk) => {
    const rows = [row(1, 1, 'a'), row(1, 2, 'b'), row(1, 2, 'c'), row(1, 3, 'a'), row(1, 4, null, true)];
    const whole = await desk.make('whole', columns, keeping);
    await desk.publish(whole, rows, fresh);
    const wanted = await desk.read(whole);
    assert.ok(wanted.length >= 3);
    for (const [index, order] of orders(rows).entries()) {
      if (index % 7 !== 0) continue;
      const kept = await desk.make(`t${index}`, columns, keeping);
      for (const one of [order.slice(0, 2), order.slice(2, 3), order.slice(3)]) await desk.publish(kept, one, fresh);
      assert.deepEqual(await desk.read(kept), wanted, JSON.stringify(order));
    }
  });

  on('of rows without an origin a delete counts among those of its time, whichever came first', async (desk) => {
    const rows = [row(1, 1, 'a'), row(1, 2, 'b'), row(1, 2, 'c'), row(1, 2, null, true)];
    for (const [index, order] of orders(rows).entries()) {
      if (index % 3 !== 0) continue;
      const kept = await desk.make(`t${index}`, columns, keeping);
      for (const one of order) await desk.publish(kept, [one], fresh);
      assert.deepEqual(await desk.read(kept), [version(1, 'a', 1, 2)], JSON.stringify(order));
    }
  });

  on('of rows of one time the one of the greatest origin counts, whichever came first', async (desk) => {
    const rows = [
      { ...row(1, 1, 'a'), origin: 'f:1' },
      { ...row(1, 2, 'x'), origin: 'f:3' },
      { ...row(1, 2, 'y'), origin: 'f:2' },
      { ...row(1, 2, 'y'), origin: 'f:1b' },
    ];
    for (const [index, order] of orders(rows).entries()) {
      if (index % 5 !== 0) continue;
      const kept = await desk.make(`t${index}`, columns, keeping);
      for (const one of order) {
        const { sql, more } = carried(desk, [one]);
        assert.equal((await desk.publish(kept, sql, more)).account.inserted, 1);
      }
      assert.deepEqual(await desk.read(kept), [version(1, 'a', 1, 2), version(1, 'x', 2)]);
      const { sql, more } = carried(desk, rows);
      assert.equal((await desk.publish(kept, sql, { ...more, fresh: false, reread: true })).account.stale, 4);
    }
  });

  on('the same row of a source that says something else now is what it says now', async (desk) => {
    const kept = await desk.make('t', columns, keeping);
    const publish = async (one: Row) => {
      const { sql, more } = carried(desk, [{ ...one, origin: 'f:1' }]);
      return (await desk.publish(kept, sql, { ...more, fresh: false, reread: true })).account;
    };
    await publish(row(1, 1, 'a'));
    assert.deepEqual(await publish(row(1, 2, 'b')), { ...noRows, in: 1, valid: 1, updated: 1 });
    assert.deepEqual(await desk.read(kept), [version(1, 'b', 2)]);
    await publish(row(2, 2, 'b'));
    assert.deepEqual(await desk.read(kept), [version(2, 'b', 2)]);
  });

  on(
    'a row that is invalid now leaves its version to the others, and one that is valid again comes back',
    async (desk) => {
      const rule = { flag: 'ok', condition: `name is null or name <> 'b'` };
      const kept = await desk.make('t', columns, { ...keeping, rules: [rule] });
      const rows = [row(1, 1, 'a'), row(1, 2, 'b'), row(1, 3, 'a')];
      const lenient = { ...kept, rules: [{ flag: 'ok', condition: 'true' }] };
      await desk.publish(lenient, rows);
      assert.equal((await desk.read(kept)).length, 3);
      const { account } = await desk.publish(kept, rows, { reread: true });
      assert.deepEqual(account, { ...noRows, in: 3, valid: 2, invalid: 1, stale: 2 });
      assert.deepEqual(await desk.read(kept), [version(1, 'a', 1)]);
      assert.equal((await desk.refused(kept)).length, 1);
      await desk.publish(lenient, rows.slice(1, 2), { reread: true });
      assert.equal((await desk.read(kept)).length, 3);
      assert.equal((await desk.refused(kept)).length, 0);
    },
  );

  on('what a logical time has brought to a history can be brought once more, and the others stay', async (desk) => {
    const kept = await desk.make('t', columns, keeping);
    const day = async (number: number, rows: readonly Row[], redo = false) => {
      const sql = desk.rows(columns, rows);
      const { batch } = desk.write(kept, sql);
      await desk.publish(kept, sql, { redo, batch: { ...batch, logicalTime: at(number) } });
    };
    await day(1, [row(1, 1, 'a'), row(2, 1, 'z')]);
    await day(2, [row(1, 2, 'b'), row(2, 2, 'y')]);
    await day(3, [row(1, 3, 'c')]);
    await day(2, [row(2, 2, 'x')], true);
    assert.deepEqual(await desk.read(kept), [
      version(1, 'a', 1, 3),
      version(1, 'c', 3),
      version(2, 'x', 2),
      version(2, 'z', 1, 2),
    ]);
    await day(2, [], true);
    assert.deepEqual(await desk.read(kept), [version(1, 'a', 1, 3), version(1, 'c', 3), version(2, 'z', 1)]);
  });

  on('a history that is built anew has what a new one of those rows has', async (desk) => {
    const [old, made] = [await desk.make('old', columns, keeping), await desk.make('made', columns, keeping)];
    await desk.publish(old, [row(1, 1, 'a'), row(2, 2, 'b'), row(1, 4, 'c', true)]);
    const rows = [row(1, 2, 'a'), row(1, 3, 'b'), row(3, 1, 'd')];
    await desk.publish(old, rows, { anew: true });
    await desk.publish(made, rows);
    const seen = async (kept: Kept) => (await desk.everything(kept)).replaceAll(kept.place.table, '');
    assert.equal(await seen(old), await seen(made));
  });

  on('versions of many rows are those that few would have', async (desk) => {
    const kept = await desk.make('many', columns, keeping);
    const made = (rows: number) => `select cast(i % 50000 as bigint) as id, 'n' || (i // 100000) as name,
      timestamptz '2026-01-01 00:00:00+00' + to_hours(cast(i // 50000 as integer)) as at, i // 50000 = 4 as gone from range(${rows}) as r(i)`;
    await desk.publish(kept, made(250_000), fresh);
    const counts = 'select count(*), count(until), count(distinct id) from one.silver.many';
    assert.deepEqual(await desk.ask(counts), [[100_000, 100_000, 50_000]]);
    const late = `select cast(7 as bigint) as id, 'late' as name, timestamptz '2026-01-01 01:30:00+00' as at, false as gone`;
    await desk.publish(kept, late, fresh);
    assert.deepEqual(await desk.ask(counts), [[100_001, 100_001, 50_000]]);
  });
}
