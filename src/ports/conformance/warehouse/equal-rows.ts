import assert from 'node:assert/strict';
import { col } from '../../../columns/index.ts';
import { at } from './desk.ts';
import type { On } from './on.ts';

const fresh = { fresh: true } as const;

/** Rows that are alike, and that no earlier publication has read. */
export function equalRows(on: On): void {
  on('an equal row of a later run is another row, until it is read again', async (desk) => {
    const kept = await desk.make('t', { word: col.text(), count: col.integer().optional() }, { mode: 'append' });
    const one = { word: 'a', count: 1 };
    const other = { word: 'b', count: null };
    await desk.publish(kept, [one, other], fresh);
    const { account } = await desk.publish(kept, [one, one, one, { word: 'c', count: 2 }], fresh);
    assert.deepEqual([account.inserted, account.stale], [4, 0]);
    await desk.publish(kept, [one], fresh);
    const [rows] = await desk.ask('select count(*), count(distinct _rid) from one.silver.t');
    assert.deepEqual(rows, [7, 7]);
    const again = await desk.publish(kept, [...Array(5).fill(one), other, { word: 'c', count: 2 }], { reread: true });
    assert.deepEqual([again.account.inserted, again.account.stale], [0, 7]);
  });

  on('an append with a key and no order keeps every version; with an order a version comes once', async (desk) => {
    const columns = { id: col.integer().key(), word: col.text(), at: col.timestamp() };
    const noon = at('2026-01-01T12:00:00Z');
    const every = await desk.make('every', columns, { mode: 'append' });
    const ordered = await desk.make('ordered', columns, { mode: 'append', latest: ['at'] });
    for (const kept of [every, ordered]) {
      await desk.publish(kept, [{ id: 1, word: 'a', at: noon }], fresh);
      await desk.publish(kept, [{ id: 1, word: 'b', at: noon }], fresh);
      await desk.publish(kept, [{ id: 1, word: 'c', at: noon.add({ hours: 1 }) }], fresh);
    }
    const words = async (table: string) => (await desk.ask(`select word from one.silver.${table} order by 1`)).flat();
    assert.deepEqual(await words('every'), ['a', 'b', 'c']);
    assert.deepEqual(await words('ordered'), ['a', 'c']);
  });

  on(
    'of an append with a key and no order, rows read again stay, and a new version among them comes in',
    async (desk) => {
      const kept = await desk.make('t', { id: col.integer().key(), word: col.text() }, { mode: 'append' });
      const versions = (...words: readonly string[]) => words.map((word) => ({ id: 1, word }));
      await desk.publish(kept, versions('a', 'd'), fresh);
      const again = await desk.publish(kept, versions('a', 'b', 'd'), { reread: true });
      assert.deepEqual([again.account.inserted, again.account.stale], [1, 2]);
      // Of a table that merges: a row that was read comes to stand anew.
      const moved = await desk.publish(kept, versions('c'));
      assert.deepEqual([moved.account.inserted, moved.account.stale], [1, 0]);
      assert.deepEqual((await desk.ask('select word from one.silver.t order by 1')).flat(), ['a', 'b', 'c', 'd']);
    },
  );

  on('an equal invalid row of a later run is another invalid row; of a replaced table it is not', async (desk) => {
    const columns = { id: col.integer().key(), count: col.integer().min(100) };
    const bad = { id: 7, count: 1 };
    for (const mode of ['merge', 'append'] as const) {
      const kept = await desk.make(mode, columns, { mode });
      await desk.publish(kept, [bad], fresh);
      const { sequence } = await desk.publish(kept, [bad, { id: 7, count: 2 }], fresh);
      assert.equal(sequence, 2n, 'what was set aside is something new');
      const refused = await desk.refused(kept);
      assert.deepEqual(
        refused.map(({ original }) => (original as typeof bad).count),
        [1, 1, 2],
      );
      assert.equal(new Set(refused.map(({ row }) => row)).size, 3);
      const again = await desk.publish(kept, [bad, bad, { id: 7, count: 2 }], { reread: true });
      assert.equal(again.sequence, sequence);
      assert.equal((await desk.refused(kept)).length, 3);
      const [moves] = await desk.ask(
        `select count(*) from one._esteira.invalid_ledger where target = 'silver.${mode}' and move = 'held'`,
      );
      assert.deepEqual(moves, [3]);
    }
    const replaced = await desk.make('replaced', columns);
    for (const _ of [1, 2]) await desk.publish(replaced, [bad], fresh);
    assert.equal((await desk.refused(replaced)).length, 1);
  });

  on(
    'the ledger counts a row once that is among the invalid ones already, when an equal one leaves the table',
    async (desk) => {
      const columns = { word: col.text(), count: col.integer() };
      const made = await desk.make('t', columns, {
        mode: 'append',
        rules: [{ flag: 'small', condition: 'count < 9' }],
      });
      const lax = { ...made, rules: [{ flag: 'small', condition: 'true' }] };
      const row = { word: 'a', count: 9 };
      await desk.publish(lax, [row, row], fresh);
      await desk.publish(made, [row], fresh);
      const once = await desk.publish(made, [row], { reread: true });
      assert.equal(once.sequence, 3n, 'a row has left the table');
      const { account } = await desk.publish(made, [row, row, row, row], { reread: true });
      assert.deepEqual([account.invalid, (await desk.read(made)).length], [4, 0]);
      const [moves] = await desk.ask(
        `select sum(case move when 'released' then -1 else 1 end)::int from one._esteira.invalid_ledger where target = 'silver.t'`,
      );
      assert.deepEqual([moves, (await desk.refused(made)).length], [[4], 4]);
    },
  );

  on('a valid and an invalid row of one key and order, read again, stay where they are', async (desk) => {
    const columns = { id: col.integer().key(), count: col.integer().min(100), at: col.timestamp() };
    const noon = at('2026-01-01T12:00:00Z');
    const rows = [500, 600, 1, 2].map((count) => ({ id: 7, count, at: noon }));
    for (const mode of ['merge', 'append'] as const) {
      const kept = await desk.make(mode, columns, { mode, ...(mode === 'merge' ? { latest: ['at'] } : {}) });
      const { sequence } = await desk.publish(kept, rows, fresh);
      const before = await desk.everything(kept);
      const again = await desk.publish(kept, rows, { reread: true });
      assert.equal(await desk.everything(kept), before);
      assert.equal(again.sequence, sequence, mode);
      const [moves] = await desk.ask(
        `select count(*) from one._esteira.invalid_ledger where target = 'silver.${mode}'`,
      );
      assert.deepEqual(moves, [2], mode);
    }
  });

  on(
    'rows with values that could not be read, where the body cannot say so, are counted and warned of',
    async (desk) => {
      const kept = await desk.make('t', { n: col.integer() });
      const source = (rows: string) => `(select * from (values ${rows}) as v(n, _unread))`;
      const relation = source(`(1, null), (null, ['n']), (null, ['n', 'm'])`);
      const { details } = await desk.publish(kept, `select sum(n) as n from ${relation} as r`, {
        unreadIn: [
          { source: 'landing.o', relation },
          { source: 'landing.p', relation: source(`(1, cast(null as varchar[]))`) },
          { source: 'landing.q', relation: source(`(1, ['n'])`) },
        ],
      });
      const taken = 'values that could not be read as their kind; this query takes them as missing';
      assert.deepEqual(details.warnings, [`2 rows of landing.o have ${taken}`, `1 row of landing.q has ${taken}`]);
    },
  );
}
