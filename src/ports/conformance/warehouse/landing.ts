import assert from 'node:assert/strict';
import { type Columns, col } from '../../../columns/index.ts';
import { added, type Lander, type LandingInto, type LandingPart, onTheWay, placeText } from '../../index.ts';
import { chunkOf, type Incoming } from './chunks.ts';
import { at, type Desk, type Kept } from './desk.ts';
import type { On } from './on.ts';

const columns = {
  id: col.bigint().key(),
  note: col.text().optional(),
  [added.deleted]: col.boolean(),
  [added.synced]: col.timestamp(),
  [added.lsn]: col.bigint().optional(),
  [added.committed]: col.timestamp().optional(),
  [added.operation]: col.text().optional(),
};
const coming: Columns = {
  ...columns,
  [onTheWay.kept]: col.text().optional(),
  [onTheWay.others]: col.text().optional(),
  [onTheWay.moved]: col.boolean().optional(),
};

/** A change at that microsecond. */
const change = (moment: number, operation: string, id: bigint, more: Incoming = {}): Incoming => ({
  ...{ id, _deleted: operation === 'delete', _synced_at: BigInt(moment), _lsn: 1n, _operation: operation },
  ...{ _rid: String(moment).padStart(4, '0'), ...more },
});
const making = { mode: 'append', keepsOriginal: true, setAside: false } as const;

function into(desk: Desk, ...tables: readonly Kept[]): LandingInto {
  const of = { job: 'follow', date: Temporal.PlainDate.from('2026-03-01'), zone: 'UTC', reason: 'always' };
  const logicalTime = at('2026-03-01T00:00:00Z');
  return {
    ...{
      catalog: 'one',
      stream: 'changes:follow',
      run: { runId: 'run', runSeq: 1n, token: desk.token, logicalTime, of },
    },
    tables: tables.map(({ place, columns: own }) => ({
      ...{ step: placeText(place), target: place, columns: own, definition: 'definition', settingsHash: '' },
    })),
  };
}
const part = (
  number: number,
  position: bigint,
  tables: readonly Kept[],
  more: Partial<LandingPart> = {},
): LandingPart => {
  const steps = tables.map(({ place }) => placeText(place));
  return {
    ...{ part: number, position, system: 'server', at: at('2026-03-01T12:00:00Z'), rows: 1, differences: new Map() },
    positions: new Map(steps.map((step) => [step, position])),
    keys: new Map(steps.map((step) => [step, ['id']])),
    ...more,
  };
};

/** Rows of a stream, landed in as many publications as it takes. */
export function landing(on: On): void {
  const opened = async (desk: Desk): Promise<readonly [Kept, Kept]> => {
    const both = [await desk.make('one', columns, making), await desk.make('two', columns, making)] as const;
    await desk.claim(...both);
    return both;
  };
  const land = <Result>(desk: Desk, tables: readonly Kept[], work: (lander: Lander) => Promise<Result>) =>
    desk.warehouse.land(into(desk, ...tables), work);
  const notes = (desk: Desk, table = 'one') =>
    desk.ask(`select id, _operation, note from one.silver.${table} order by _synced_at, id`);

  on(
    'rows of several tables, and up to where they go, are landed together; a table without any is not counted on',
    async (desk) => {
      const both = await opened(desk);
      const [one, two] = both.map(({ place }) => placeText(place)) as [string, string];
      await land(desk, both, async (lander) => {
        lander.rows(
          one,
          chunkOf(coming, [change(1, 'insert', 1n, { note: 'a' }), change(2, 'insert', 2n, { note: 'b' })]),
        );
        lander.rows(two, chunkOf(coming, [change(3, 'insert', 1n)]));
        const first = await lander.publish(part(1, 100n, both));
        assert.deepEqual(
          first.map(({ step, part: number, account, sequence }) => [step, number, account.in, sequence]),
          [
            [one, 1, 2, 1n],
            [two, 1, 1, 1n],
          ],
        );
        lander.rows(one, chunkOf(coming, [change(4, 'delete', 1n)]));
        assert.deepEqual(
          (await lander.publish(part(2, 200n, both))).map(({ step }) => step),
          [one],
        );
        lander.rows(one, chunkOf(coming, [change(5, 'insert', 3n)]));
      });
      assert.deepEqual(await notes(desk), [
        [1, 'insert', 'a'],
        [2, 'insert', 'b'],
        [1, 'delete', null],
      ]);
      const { watermarks, fences } = await desk.warehouse.position('one');
      assert.deepEqual(watermarks.get('silver.two')?.get('changes:follow'), { upper: 200n, generation: 'server' });
      assert.deepEqual([fences.get('silver.one')?.sequence, fences.get('silver.two')?.sequence], [2n, 1n]);
      const found = await desk.warehouse.landed(
        'one',
        'run',
        both.map(({ place }) => place),
      );
      assert.deepEqual(
        [found.part, found.clock, found.accounts.get(one)?.in, found.accounts.get(two)?.in],
        [2, 4n, 3, 1],
      );
    },
  );

  on(
    'a value that was not sent is that of the row before, through changes of the key; where there is none it is not read',
    async (desk) => {
      const both = await opened(desk);
      const one = placeText(both[0].place);
      const kept = { [onTheWay.kept]: 'note\n' };
      await land(desk, both, async (lander) => {
        lander.rows(one, chunkOf(coming, [change(1, 'insert', 1n, { note: 'a' }), change(2, 'insert', 2n)]));
        await lander.publish(part(1, 100n, both));
        const moved = [change(11, 'delete', 1n, { [onTheWay.moved]: true }), change(12, 'insert', 5n, kept)];
        const later = [change(13, 'update', 5n, kept), change(14, 'update', 2n, kept), change(15, 'update', 9n, kept)];
        lander.rows(one, chunkOf(coming, [change(10, 'update', 1n, kept), ...moved, ...later]));
        await lander.publish(part(2, 200n, both));
      });
      assert.deepEqual(
        await desk.ask(
          'select id, note, cast(_unread as varchar) from one.silver.one where _synced_at >= make_timestamptz(10) order by _synced_at',
        ),
        [
          [1, 'a', null],
          [1, null, null],
          [5, 'a', null],
          [5, 'a', null],
          [2, null, null],
          [9, null, '[note]'],
        ],
      );
    },
  );

  on(
    'a table that is emptied says so of each key that was there; so does another snapshot of keys that it has not',
    async (desk) => {
      const both = await opened(desk);
      const [one, two] = both.map(({ place }) => placeText(place)) as [string, string];
      await land(desk, both, async (lander) => {
        lander.rows(one, chunkOf(coming, [change(1, 'insert', 1n), change(2, 'insert', 2n), change(3, 'delete', 2n)]));
        lander.rows(two, chunkOf(coming, [change(4, 'insert', 7n), change(5, 'insert', 8n)]));
        await lander.publish(part(1, 100n, both));
        lander.rows(one, chunkOf(coming, [change(6, 'insert', 3n)]));
        lander.emptied(one, { identity: '0007', synced: 7n, lsn: 1n, committed: 7n });
        lander.rows(one, chunkOf(coming, [change(8, 'insert', 1n)]));
        await lander.publish(part(2, 200n, both));
        lander.rows(two, chunkOf(coming, [change(9, 'snapshot', 8n)]));
        const others = { identity: '0009.gone', synced: 9n, lsn: 1n };
        await lander.publish(part(3, 300n, [both[1]], { of: [two], others }));
      });
      assert.deepEqual((await notes(desk)).slice(3), [
        [3, 'insert', null],
        [1, 'truncate', null],
        [3, 'truncate', null],
        [1, 'insert', null],
      ]);
      assert.deepEqual((await notes(desk, 'two')).slice(2), [
        [7, 'snapshot', null],
        [8, 'snapshot', null],
      ]);
      assert.deepEqual(await desk.ask('select id from one.silver.two where _deleted'), [[7]]);
    },
  );

  on('whoever was overtaken lands nothing, nor moves up to where has been read', async (desk) => {
    const both = await opened(desk);
    const one = placeText(both[0].place);
    const late = into(desk, ...both);
    desk.token += 1n;
    await desk.claim(...both);
    const landed = desk.warehouse.land(late, async (lander) => {
      lander.rows(one, chunkOf(coming, [change(1, 'insert', 1n)]));
      await lander.publish(part(1, 100n, both));
    });
    await on.rejects(landed, 'FENCED');
    assert.deepEqual(await notes(desk), []);
    assert.equal((await desk.warehouse.position('one')).watermarks.get('silver.one'), undefined);
  });
}
