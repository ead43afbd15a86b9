import assert from 'node:assert/strict';
import { col } from '../../../columns/index.ts';
import { noRows } from '../../account.ts';
import { at } from './desk.ts';
import type { On } from './on.ts';

const first = at('2026-01-01T10:00:00Z');
const second = at('2026-01-02T10:00:00.123456Z');
const third = at('2026-01-03T10:00:00Z');

const tickets = { id: col.integer().key(), status: col.text(), at: col.timestamp() };
const deleting = { ...tickets, status: col.text(), gone: col.boolean() };
const merging = { mode: 'merge', latest: ['at'] } as const;

/** What becomes of valid rows, by the way a table is written. */
export function modes(on: On): void {
  on('replace publishes the whole content and leaves nothing of the former', async (desk) => {
    const kept = await desk.make('t', tickets);
    await desk.publish(kept, [
      { id: 1, status: 'a', at: first },
      { id: 2, status: 'b', at: first },
    ]);
    const { account: counts, sequence } = await desk.publish(kept, [{ id: 3, status: 'c', at: second }]);
    assert.deepEqual(counts, { ...noRows, in: 1, valid: 1, inserted: 1 });
    assert.equal(sequence, 2n);
    assert.deepEqual(await desk.read(kept), [[3, 'c', second]]);
  });

  on('append adds rows once: the same rows again are stale, and rows alike in one run are all kept', async (desk) => {
    const kept = await desk.make('t', { word: col.text(), count: col.integer().optional() }, { mode: 'append' });
    const rows = [
      { word: 'a', count: 1 },
      { word: 'a', count: 1 },
      { word: 'b', count: null },
    ];
    assert.deepEqual((await desk.publish(kept, rows)).account, { ...noRows, in: 3, valid: 3, inserted: 3 });
    const again = await desk.publish(kept, [...rows, { word: 'c', count: 1 }]);
    assert.deepEqual(again.account, { ...noRows, in: 4, valid: 4, inserted: 1, stale: 3 });
    assert.equal((await desk.publish(kept, rows)).sequence, again.sequence);
    assert.equal((await desk.read(kept)).length, 4);
  });

  on('append with an order keeps the last of each key of a run', async (desk) => {
    const kept = await desk.make('t', tickets, { mode: 'append', latest: ['at'] });
    const { account: counts } = await desk.publish(kept, [
      { id: 1, status: 'old', at: first },
      { id: 1, status: 'new', at: second },
    ]);
    assert.deepEqual(counts, { ...noRows, in: 2, valid: 1, duplicates: 1, inserted: 1 });
    assert.deepEqual(await desk.read(kept), [[1, 'new', second]]);
  });

  on('merge inserts, updates, and tells what is unchanged or stale', async (desk) => {
    const kept = await desk.make('t', tickets, merging);
    await desk.publish(
      kept,
      [1, 2, 3, 4].map((id) => ({ id, status: 'open', at: second })),
    );
    const { account: counts } = await desk.publish(kept, [
      { id: 1, status: 'closed', at: third },
      { id: 2, status: 'late', at: first },
      { id: 3, status: 'open', at: third },
      { id: 4, status: 'open', at: second },
      { id: 5, status: 'open', at: first },
    ]);
    assert.deepEqual(counts, { ...noRows, in: 5, valid: 5, inserted: 1, updated: 1, unchanged: 1, stale: 2 });
    assert.deepEqual(await desk.read(kept), [
      [1, 'closed', third],
      [2, 'open', second],
      [3, 'open', third],
      [4, 'open', second],
      [5, 'open', first],
    ]);
  });

  on('merge keeps the last row of a run by its order, and counts the others as duplicates', async (desk) => {
    const kept = await desk.make('t', tickets, merging);
    const rows = [
      { id: 1, status: 'first', at: first },
      { id: 1, status: 'third', at: third },
      { id: 1, status: 'second', at: second },
      { id: 2, status: 'only', at: first },
    ];
    const { account: counts } = await desk.publish(kept, rows);
    assert.deepEqual(counts, { ...noRows, in: 4, valid: 2, duplicates: 2, inserted: 2 });
    assert.deepEqual(await desk.read(kept), [
      [1, 'third', third],
      [2, 'only', first],
    ]);
  });

  on('rows of one key and one time end alike, whichever came first', async (desk) => {
    const ends = [];
    const rows = ['a', 'b', 'c'].map((status) => ({ id: 1, status, at: first }));
    for (const [index, order] of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ].entries()) {
      const kept = await desk.make(`t${index}`, tickets, merging);
      for (const one of order) await desk.publish(kept, [rows[one] as object as Record<string, unknown>]);
      ends.push(await desk.read(kept));
    }
    const whole = await desk.make('whole', tickets, merging);
    await desk.publish(whole, rows);
    ends.push(await desk.read(whole));
    for (const end of ends) assert.deepEqual(end, ends[0]);
  });

  on('merge without an order lets the run win, and refuses two valid rows of one key', async (desk) => {
    const kept = await desk.make('t', tickets, { mode: 'merge' });
    await desk.publish(kept, [
      { id: 1, status: 'a', at: second },
      { id: 2, status: 'b', at: second },
    ]);
    const next = [
      { id: 1, status: 'c', at: first },
      { id: 2, status: 'b', at: second },
    ];
    const { account: counts } = await desk.publish(kept, next);
    assert.deepEqual(counts, { ...noRows, in: 2, valid: 2, updated: 1, unchanged: 1 });
    assert.deepEqual(await desk.read(kept), [
      [1, 'c', first],
      [2, 'b', second],
    ]);
    const quiet = await desk.publish(kept, next);
    assert.deepEqual(quiet.account, { ...noRows, in: 2, valid: 2, unchanged: 2 });
    assert.equal(quiet.sequence, 2n);
    await on.rejects(desk.publish(kept, [...next, { id: 1, status: 'd', at: first }]), 'KEYS_REPEATED', /"id":1/);
    assert.deepEqual(await desk.read(kept), [
      [1, 'c', first],
      [2, 'b', second],
    ]);
  });

  on('a merge refuses a table in which another definition has left a key more than once', async (desk) => {
    const every = await desk.make('t', tickets, { mode: 'append' });
    const rows = ['a', 'b'].map((status) => ({ id: 1, status, at: first }));
    await desk.publish(every, rows);
    const kept = { ...every, mode: { mode: 'merge', key: ['id'], latest: ['at'] } } as const;
    const next = [{ id: 2, status: 'c', at: first }];
    await on.rejects(
      desk.publish(kept, next, { redefined: true }),
      'KEYS_REPEATED',
      /1 key is more than once.*"id":1/s,
    );
    assert.equal((await desk.read(kept)).length, 2);
    const { account: counts } = await desk.publish(kept, next, { redefined: true, anew: true });
    assert.deepEqual([counts.valid, counts.inserted], [1, 1]);
    assert.deepEqual(await desk.read(kept), [[2, 'c', first]]);
  });

  on('replace with a key refuses a key that comes twice, unless an order says which stays', async (desk) => {
    const rows = [
      { id: 1, status: 'a', at: first },
      { id: 1, status: 'b', at: second },
    ];
    const strict = await desk.make('strict', tickets);
    await on.rejects(desk.publish(strict, rows), 'KEYS_REPEATED', /"id":1/);
    const kept = await desk.make('t', tickets, { latest: ['at'] });
    assert.equal((await desk.publish(kept, rows)).account.duplicates, 1);
    assert.deepEqual(await desk.read(kept), [[1, 'b', second]]);
  });

  on('a delete removes the row, and an older row that comes later does not bring it back', async (desk) => {
    const kept = await desk.make('t', deleting, { ...merging, deleted: 'gone' });
    await desk.publish(
      kept,
      [1, 2].map((id) => ({ id, status: 'open', at: first, gone: false })),
    );
    const removed = await desk.publish(kept, [{ id: 1, status: null, at: third, gone: true }]);
    assert.deepEqual(removed.account, { ...noRows, in: 1, valid: 1, deleted: 1 });
    assert.deepEqual(await desk.read(kept), [[2, 'open', first, false]]);
    const late = await desk.publish(kept, [{ id: 1, status: 'late', at: second, gone: false }]);
    assert.deepEqual(late.account, { ...noRows, in: 1, valid: 1, stale: 1 });
    assert.equal(late.sequence, removed.sequence);
    const back = await desk.publish(kept, [{ id: 1, status: 'back', at: at('2026-01-04T00:00:00Z'), gone: false }]);
    assert.deepEqual(back.account, { ...noRows, in: 1, valid: 1, inserted: 1 });
    assert.equal((await desk.read(kept)).length, 2);
    assert.deepEqual(await desk.ask('select * from one.silver.t__deleted'), []);
  });

  on('a delete of a row that never came is remembered, and the same delete again is stale', async (desk) => {
    const kept = await desk.make('t', deleting, { ...merging, deleted: 'gone' });
    const rows = [{ id: 7, status: null, at: second, gone: true }];
    assert.equal((await desk.publish(kept, rows)).account.deleted, 1);
    assert.deepEqual((await desk.publish(kept, rows)).account, { ...noRows, in: 1, valid: 1, stale: 1 });
    assert.equal((await desk.publish(kept, [{ id: 7, status: 'late', at: first, gone: false }])).account.stale, 1);
    assert.deepEqual(await desk.read(kept), []);
  });

  on('of a deleted row only the key and the order are judged', async (desk) => {
    const rule = { flag: 'known', condition: `status = 'open'` };
    const kept = await desk.make('t', deleting, { ...merging, deleted: 'gone', rules: [rule] });
    const { account: counts } = await desk.publish(kept, [
      { id: 1, status: 'strange', at: first, gone: true },
      { id: null, status: 'open', at: first, gone: true },
    ]);
    assert.deepEqual(counts, { ...noRows, in: 2, valid: 1, invalid: 1, deleted: 1 });
    assert.deepEqual(
      (await desk.refused(kept)).map(({ broken }) => broken),
      [['id_present']],
    );
  });

  on(
    'a delete without its order is an invalid row: it would come before every row and remove nothing',
    async (desk) => {
      const kept = await desk.make('t', deleting, { ...merging, deleted: 'gone' });
      await desk.publish(kept, [{ id: 1, status: 'open', at: first, gone: false }]);
      const { account: counts, details } = await desk.publish(kept, [{ id: 1, status: null, at: null, gone: true }]);
      assert.deepEqual(counts, { ...noRows, in: 1, invalid: 1 });
      assert.deepEqual(details.flags, { at_present: 1 });
      assert.deepEqual(
        (await desk.refused(kept)).map(({ broken }) => broken),
        [['at_present']],
      );
      assert.equal((await desk.read(kept)).length, 1);
      const strict = await desk.make('strict', deleting, { ...merging, deleted: 'gone', setAside: false });
      await on.rejects(
        desk.publish(strict, [{ id: 1, status: null, at: null, gone: true }]),
        'ROWS_INVALID',
        /at_present/,
      );
    },
  );

  on('any split of the changes over runs ends as one run over all of them', async (desk) => {
    const random = on.random(20260301);
    const changes = Array.from({ length: 60 }, (_, index) => ({
      id: 1 + Math.floor(random() * 8),
      status: random() < 0.15 ? null : `s${Math.floor(random() * 4)}`,
      at: first.add({ hours: Math.floor(random() * 12) }),
      gone: index > 5 && random() < 0.2,
    }));
    const whole = await desk.make('whole', deleting, { ...merging, deleted: 'gone' });
    await desk.publish(whole, changes);
    const expected = await desk.read(whole);
    for (let round = 0; round < 4; round += 1) {
      const kept = await desk.make(`round${round}`, deleting, { ...merging, deleted: 'gone' });
      const shuffled = changes.map((row) => ({ row, place: random() })).sort((a, b) => a.place - b.place);
      for (let from = 0; from < shuffled.length; ) {
        const size = 1 + Math.floor(random() * 20);
        await desk.publish(
          kept,
          shuffled.slice(from, from + size).map(({ row }) => row),
        );
        from += size;
      }
      assert.deepEqual(await desk.read(kept), expected);
    }
  });
}
