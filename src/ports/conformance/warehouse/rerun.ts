import assert from 'node:assert/strict';
import { col } from '../../../columns/index.ts';
import { placeText } from '../../index.ts';
import { at, type Desk, type Kept } from './desk.ts';
import type { On } from './on.ts';

const first = at('2026-01-01T10:00:00Z');
const second = at('2026-01-02T10:00:00Z');
const columns = {
  id: col.integer().key(),
  age: col.integer().min(0),
  gone: col.boolean().optional(),
  moment: col.timestamp(),
};
const merging = { mode: 'merge', latest: ['moment'], deleted: 'gone' } as const;
const row = (id: number, age: number, moment = first, gone = false) => ({ id, age, gone, moment });

/** Moves of rows between a table and its invalid rows, as the ledger has them. */
async function moves(desk: Desk, kept: Kept): Promise<Readonly<Record<string, number>>> {
  const rows = await desk.ask(
    `select move, count(*) from one._esteira.invalid_ledger where target = 'silver.${kept.place.table}' group by 1 order by 1`,
  );
  return Object.fromEntries(rows.map(([move, count]) => [String(move), Number(count)]));
}

/** Tables that are built again, several runs that write one table, and tables that are dropped. */
export function rerun(on: On): void {
  for (const mode of ['replace', 'append', 'merge'] as const) {
    on(`a ${mode} that is built anew has what a new table of those rows has, and nothing else`, async (desk) => {
      const how = mode === 'merge' ? merging : { mode, latest: ['moment'] };
      const [old, fresh] = [await desk.make('old', columns, how), await desk.make('fresh', columns, how)];
      await desk.publish(old, [row(1, 5), row(2, -1), row(3, 7), row(4, 1)]);
      await desk.publish(old, [row(3, 7, second, true), row(5, -5, second)]);
      const rows = [row(1, 6), row(2, 2), row(4, -1), row(6, 1, second)];
      const made = await desk.publish(old, rows, { anew: true });
      await desk.publish(fresh, rows);
      const seen = async (kept: Kept) => (await desk.everything(kept)).replaceAll(kept.place.table, '');
      assert.equal(await seen(old), await seen(fresh));
      assert.deepEqual([made.account.in, made.account.invalid, made.account.inserted], [4, 1, 3]);
    });
  }

  on('the ledger says how the invalid rows of a table that is built anew have moved', async (desk) => {
    const kept = await desk.make('t', columns, merging);
    await desk.publish(kept, [row(1, 5), row(2, -1), row(3, -1)]);
    assert.deepEqual(await moves(desk, kept), { held: 2 });
    await desk.publish(kept, [row(1, -5), row(2, 1), row(3, -1), row(4, -1)], { anew: true });
    assert.deepEqual(await moves(desk, kept), { held: 3, recalled: 1, released: 1 });
    assert.equal((await desk.refused(kept)).length, 3);
  });

  on(
    'a table that is built anew is another one for its readers; what was published to it before is proven all the same',
    async (desk) => {
      const kept = await desk.make('t', columns, merging);
      const before = await desk.publish(kept, [row(1, 5)]);
      const made = await desk.publish(kept, [], { anew: true });
      const { generations, latest } = await desk.warehouse.position('one');
      assert.deepEqual([generations.get('silver.t'), generations.get('silver.t_invalidos')], [made.runId, made.runId]);
      assert.equal(latest.get('silver.t')?.runId, made.runId);
      assert.equal(made.sequence, 2n);
      assert.deepEqual(await desk.read(kept), []);
      for (const { runId } of [before, made])
        assert.equal((await desk.warehouse.publications('one', runId)).length, 1, runId);
    },
  );

  for (const mode of ['append', 'merge'] as const) {
    on(`of a ${mode} the rows of one logical time can be written once more, and no others leave`, async (desk) => {
      const kept = await desk.make('t', columns, mode === 'merge' ? merging : { mode, latest: ['moment'] });
      const ofDay = (rows: readonly object[], logicalTime: Temporal.Instant, redo: boolean) => {
        const write = desk.write(kept, desk.rows(columns, rows as never), { redo });
        return desk.warehouse.publish({ ...write, batch: { ...write.batch, logicalTime } });
      };
      await desk.claim(kept);
      await ofDay([row(1, 5), row(2, -1), row(3, -1)], first, false);
      await ofDay([row(4, 5, second), row(5, -1, second)], second, false);
      await ofDay([row(1, -5), row(3, -1), row(6, 6)], first, true);
      assert.deepEqual(
        (await desk.read(kept)).map(([id]) => id),
        [4, 6],
      );
      assert.equal((await desk.refused(kept)).length, 3);
      assert.deepEqual(await moves(desk, kept), { held: 3, recalled: 1, released: 1 });
    });
  }

  on('a table that cannot be built anew stays as it was', async (desk) => {
    const kept = await desk.make('t', columns, { ...merging, setAside: false });
    await desk.publish(kept, [row(1, 5), row(2, 5)]);
    const before = await desk.warehouse.position('one');
    await on.rejects(desk.publish(kept, [row(1, 5), row(2, -1)], { anew: true }), 'ROWS_INVALID');
    assert.equal((await desk.read(kept)).length, 2);
    assert.deepEqual((await desk.warehouse.position('one')).generations, before.generations);
  });

  on('runs that write one table under one token each have their turn', async (desk) => {
    const kept = await desk.make('t', columns, { mode: 'append', latest: ['moment'] });
    await desk.claim(kept);
    const writes = [1, 2, 3, 4, 5].map((id) =>
      desk.write(kept, desk.rows(columns, [row(id, id)]), { ahead: id % 2 === 0 }),
    );
    const made = await Promise.all(writes.map((write) => desk.warehouse.publish(write)));
    assert.deepEqual(made.map(({ sequence }) => sequence).toSorted(), [1n, 2n, 3n, 4n, 5n]);
    assert.deepEqual(
      (await desk.read(kept)).map(([id]) => id),
      [1, 2, 3, 4, 5],
    );
  });

  on('a turn that fails keeps nobody from the next', async (desk) => {
    const kept = await desk.make('t', columns, { mode: 'append', latest: ['moment'], setAside: false });
    await desk.claim(kept);
    const [bad, good] = [-1, 1].map((age) =>
      desk.warehouse.publish(desk.write(kept, desk.rows(columns, [row(1, age)]))),
    );
    await on.rejects(bad as Promise<unknown>, 'ROWS_INVALID');
    await good;
    assert.equal((await desk.read(kept)).length, 1);
  });

  on('a table that is dropped is forgotten; one that is made again is another, and empty', async (desk) => {
    const kept = await desk.make('t', columns, merging);
    const stays = await desk.make('stays', columns, merging);
    const bounds = [{ source: 'one.bronze.s', lower: 0n, upper: 12n }];
    const before = await desk.publish(kept, [row(1, 5), row(2, -1)], { bounds });
    await desk.publish(stays, [row(1, 5), row(2, -1)], { bounds });
    const { warehouse } = desk;
    const beside = ['', '_invalidos', '__deleted'].map((end) => ({ ...kept.place, table: `t${end}` }));
    await warehouse.drop('one', [...beside, { ...kept.place, table: 'never' }], 2n);
    const there = async () => (await warehouse.inspect('one')).map(({ place }) => place.table).toSorted();
    assert.deepEqual(await there(), ['stays', 'stays__deleted', 'stays_invalidos']);
    const position = await warehouse.position('one');
    assert.deepEqual([...position.watermarks.keys()], ['silver.stays']);
    assert.deepEqual([...position.latest.keys()], ['silver.stays']);
    assert.deepEqual(await warehouse.publications('one', before.runId), []);
    assert.deepEqual([await moves(desk, kept), await moves(desk, stays)], [{}, { held: 1 }]);
    await warehouse.drop('one', beside, 2n);
    await desk.make('t', columns, merging);
    assert.deepEqual(await desk.read(kept), []);
    const made = await warehouse.position('one');
    assert.equal(made.latest.get('silver.t'), undefined);
    assert.notEqual(made.generations.get('silver.t'), undefined);
  });

  on('who has an older token drops nothing', async (desk) => {
    const kept = await desk.make('t', columns, merging);
    desk.token = 5n;
    await desk.publish(kept, [row(1, 5)]);
    await on.rejects(desk.warehouse.drop('one', [kept.place], 4n), 'FENCED', /token 5/);
    assert.equal((await desk.read(kept)).length, 1, placeText(kept.place));
  });
}
