import assert from 'node:assert/strict';
import { col } from '../../../columns/index.ts';
import { noRows } from '../../account.ts';
import { day } from './desk.ts';
import type { On } from './on.ts';

const columns = { day: col.date().key(), id: col.integer().key(), amount: col.integer().min(0) };
const replacing = { mode: 'replace each', each: 'day' } as const;
const date = (number: number) => day(`2026-01-0${number}`);
const row = (number: number, id: number, amount: number) => ({ day: date(number), id, amount });
const cells = (number: number, id: number, amount: number) => [date(number), id, amount];

/** Tables that are replaced one value of a column at a time. */
export function partitions(on: On): void {
  on('what a run brings of a column replaces all that has its values, and leaves the others', async (desk) => {
    const kept = await desk.make('t', columns, replacing);
    await desk.publish(kept, [row(1, 1, 5), row(1, 2, 6), row(2, 1, 7)]);
    const { account } = await desk.publish(kept, [row(1, 3, 8), row(3, 1, 9)]);
    assert.deepEqual(account, { ...noRows, in: 2, valid: 2, inserted: 2 });
    assert.deepEqual(await desk.read(kept), [cells(1, 3, 8), cells(2, 1, 7), cells(3, 1, 9)]);
  });

  on('a value whose rows are as they were stays as it is, one with any change is written whole', async (desk) => {
    const kept = await desk.make('t', columns, replacing);
    const rows = [row(1, 1, 5), row(1, 2, 6), row(2, 1, 7)];
    const first = await desk.publish(kept, rows);
    const again = await desk.publish(kept, rows);
    assert.deepEqual(again.account, { ...noRows, in: 3, valid: 3, unchanged: 3 });
    assert.equal(again.sequence, first.sequence);
    const next = await desk.publish(kept, [row(1, 1, 5), row(1, 2, 8), row(2, 1, 7)]);
    assert.deepEqual(next.account, { ...noRows, in: 3, valid: 3, inserted: 2, unchanged: 1 });
    const written = await desk.ask('select day, id from one.silver.t where _seq = 2 order by all');
    assert.deepEqual(written, [
      [date(1), 1],
      [date(1), 2],
    ]);
    const less = await desk.publish(kept, [row(1, 1, 5)]);
    assert.deepEqual(less.account, { ...noRows, in: 1, valid: 1, inserted: 1 });
    assert.deepEqual(await desk.read(kept), [cells(1, 1, 5), cells(2, 1, 7)]);
  });

  on('a value that is known to be touched is replaced by nothing when the run brings nothing of it', async (desk) => {
    const kept = await desk.make('t', columns, replacing);
    await desk.publish(kept, [row(1, 1, 5), row(2, 1, 7)]);
    const parts = `select date '2026-01-02' as day union all select date '2026-01-03' union all select null`;
    const { account, sequence } = await desk.publish(kept, [row(3, 1, 9)], { parts });
    assert.deepEqual(account, { ...noRows, in: 1, valid: 1, inserted: 1 });
    assert.equal(sequence, 2n);
    assert.deepEqual(await desk.read(kept), [cells(1, 1, 5), cells(3, 1, 9)]);
    assert.equal((await desk.publish(kept, [], { parts: `select date '2026-01-02' as day` })).sequence, 2n);
  });

  on('rows alike are as many as the run brings, also of what is missing', async (desk) => {
    const keyless = { day: col.date(), word: col.text().optional(), count: col.real().optional() };
    const kept = await desk.make('t', keyless, replacing);
    const one = { day: date(1), word: null, count: null };
    await desk.publish(kept, [one, one, { day: date(1), word: 'a', count: 1.5 }]);
    assert.equal((await desk.read(kept)).length, 3);
    assert.equal((await desk.publish(kept, [one, one, { day: date(1), word: 'a', count: 1.5 }])).account.unchanged, 3);
    assert.equal((await desk.publish(kept, [one, { day: date(1), word: 'a', count: 1.5 }])).account.inserted, 2);
    assert.equal((await desk.read(kept)).length, 2);
  });

  on('two valid rows of one key are refused, and by an order the last stays', async (desk) => {
    const kept = await desk.make('t', columns, replacing);
    await on.rejects(desk.publish(kept, [row(1, 1, 5), row(1, 1, 6)]), 'KEYS_REPEATED', /"id":1/);
    const ordered = await desk.make('u', columns, { ...replacing, latest: ['amount'] });
    const { account } = await desk.publish(ordered, [row(1, 1, 5), row(1, 1, 6)]);
    assert.deepEqual(account, { ...noRows, in: 2, valid: 1, duplicates: 1, inserted: 1 });
    assert.deepEqual(await desk.read(ordered), [cells(1, 1, 6)]);
  });

  on(
    'invalid rows leave with their value, and what is mended or broken since moves with a line of the ledger',
    async (desk) => {
      const kept = await desk.make('t', columns, replacing);
      await desk.publish(kept, [row(1, 1, 5), row(1, 2, -1), row(1, 3, -1), row(2, 1, -1), row(2, 2, 2)]);
      assert.equal((await desk.refused(kept)).length, 3);
      const { account } = await desk.publish(kept, [row(1, 1, -5), row(1, 2, 1), row(1, 4, 1)]);
      assert.deepEqual(account, { ...noRows, in: 3, valid: 2, invalid: 1, inserted: 2 });
      assert.deepEqual(await desk.read(kept), [cells(1, 2, 1), cells(1, 4, 1), cells(2, 2, 2)]);
      const refused = (await desk.refused(kept)).map(({ original }) => original);
      assert.deepEqual(refused, [
        { day: '2026-01-01', id: 1, amount: -5 },
        { day: '2026-01-02', id: 1, amount: -1 },
      ]);
      const moves = await desk.ask('select move, count(*) from one._esteira.invalid_ledger group by 1 order by 1');
      assert.deepEqual(moves, [
        ['held', 3],
        ['recalled', 1],
        ['released', 2],
      ]);
    },
  );

  on('a value whose rows are all invalid now is empty', async (desk) => {
    const kept = await desk.make('t', columns, replacing);
    await desk.publish(kept, [row(1, 1, 5), row(2, 1, 5)]);
    const { sequence } = await desk.publish(kept, [row(1, 1, -5)]);
    assert.equal(sequence, 2n);
    assert.deepEqual(await desk.read(kept), [cells(2, 1, 5)]);
  });

  on('many rows are replaced as few are', async (desk) => {
    const kept = await desk.make('many', columns, replacing);
    const made = (days: number, amount: number) =>
      `select date '2026-01-01' + cast(i % ${days} as integer) as day, i as id, ${amount} as amount from range(200000) as r(i)`;
    assert.equal((await desk.publish(kept, made(4, 1))).account.inserted, 200_000);
    assert.equal((await desk.publish(kept, made(4, 1))).account.unchanged, 200_000);
    assert.equal((await desk.publish(kept, `select * from (${made(4, 2)}) where id % 4 = 1`)).account.inserted, 50_000);
    const counts = await desk.ask('select count(*), sum(amount) from one.silver.many');
    assert.deepEqual(counts, [[200_000, 250_000]]);
  });
}
