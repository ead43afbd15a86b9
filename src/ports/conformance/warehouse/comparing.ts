import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { col } from '../../../columns/index.ts';
import type { Compared } from '../../index.ts';
import { at, type Desk, day, type Kept } from './desk.ts';
import type { On } from './on.ts';

const keyed = {
  id: col.integer().key(),
  part: col.text().key(),
  real: col.real().optional(),
  money: col.decimal(18, 2).optional(),
  moment: col.timestamp().optional(),
  date: col.date().optional(),
  word: col.text().optional(),
  yes: col.boolean().optional(),
};
const { id: _, part: __, ...plain } = keyed;
const row = (id: number, more: object = {}) => ({
  id,
  part: 'a',
  real: 0.1,
  money: '0.10',
  moment: at('2026-03-29T00:59:59.999999Z'),
  date: day('2026-03-29'),
  word: '',
  yes: true,
  ...more,
});

/** Compares two tables of one warehouse as those of two are. */
async function compared(
  desk: Desk,
  [here, there]: readonly [Kept, Kept],
  key: readonly string[],
  samples = 100,
): Promise<Compared> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'compared-'));
  try {
    const file = path.join(folder, 'snapshot');
    const names = Object.keys(here.columns);
    const types = async ({ place }: Kept) => {
      const found = (await desk.warehouse.inspect(place.catalog)).find((table) => table.place.table === place.table);
      return new Map(found?.columns.map(({ name, type }) => [name, type]));
    };
    const [own, others] = [await types(here), await types(there)];
    await desk.warehouse.snapshot(there.place, { columns: names, file });
    const columns = names.map((name) => ({ name, here: own.get(name) ?? '', there: others.get(name) ?? '' }));
    return await desk.warehouse.compare(here.place, { file, columns, key, samples });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Only where the warehouse says that it compares. */
export function comparing(on: On): void {
  on(
    'missing values, not-a-number, decimals and instants are compared as they are, by key and by whole rows',
    async (desk) => {
      if (!desk.warehouse.capabilities.comparisons) return;
      const make = async (table: string, rows: readonly object[]): Promise<Kept> => {
        const kept = await desk.make(table, keyed, { setAside: false });
        const sql = desk.rows(keyed, rows as never);
        await desk.publish(
          kept,
          `select * replace (case when id = 2 then 'nan'::double else real end as real) from (${sql}) as body`,
          { judgements: [] },
        );
        return kept;
      };
      const same = [
        row(1),
        row(2),
        row(3, { real: null, money: null, moment: null, date: null, word: null, yes: null }),
      ];
      const here = await make('here', [...same, row(4), row(5), row(6), row(7), row(8), row(10)]);
      const there = await make('there', [
        ...same,
        row(4, { money: '0.11' }),
        row(5, { moment: at('2026-03-29T01:00:00Z') }),
        row(6, { word: null }),
        row(7, { yes: false, date: day('2026-03-30') }),
        row(8, { real: 0.1 + Number.EPSILON }),
        row(9),
      ]);
      const byKey = await compared(desk, [here, there], ['id', 'part']);
      assert.deepEqual(
        [byKey.by, byKey.rows, byKey.onlyHere, byKey.onlyThere, byKey.different],
        ['key', { here: 9, there: 9 }, 1, 1, 5],
      );
      assert.deepEqual(byKey.byColumn, [
        { name: 'real', rows: 1 },
        { name: 'money', rows: 1 },
        { name: 'moment', rows: 1 },
        { name: 'date', rows: 1 },
        { name: 'word', rows: 1 },
        { name: 'yes', rows: 1 },
      ]);
      const found = byKey.differences.map(({ what, here: own, there: other }) => [what, own[0] ?? other[0]]);
      assert.deepEqual(
        found.toSorted(),
        [
          ['different', 4],
          ['different', 5],
          ['different', 6],
          ['different', 7],
          ['different', 8],
          ['only here', 10],
          ['only there', 9],
        ].toSorted(),
      );
      const four = byKey.differences.find(({ here: own }) => own[0] === 4);
      assert.deepEqual([four?.here[3], four?.there[3]], ['0.10', '0.11']);
      const whole = { here: { ...here, columns: plain }, there: { ...there, columns: plain } };
      const byRow = await compared(desk, [whole.here, whole.there], []);
      // Of six like it here, and two there; the others are each their own.
      assert.deepEqual([byRow.by, byRow.onlyHere, byRow.onlyThere, byRow.different], ['row', 5, 5, 0]);
      assert.deepEqual(await compared(desk, [here, here], ['id', 'part']), {
        by: 'key',
        rows: { here: 9, there: 9 },
        onlyHere: 0,
        onlyThere: 0,
        different: 0,
        byColumn: [],
        differences: [],
      });
    },
  );

  on(
    'a key that is there more than once does not say which rows are the same: whole rows are compared',
    async (desk) => {
      if (!desk.warehouse.capabilities.comparisons) return;
      const columns = { n: col.integer(), m: col.integer() };
      const here = await desk.make('here', columns);
      const there = await desk.make('there', columns);
      await desk.publish(here, [
        { n: 1, m: 1 },
        { n: 1, m: 1 },
        { n: 1, m: 2 },
      ]);
      await desk.publish(there, [
        { n: 1, m: 1 },
        { n: 1, m: 3 },
      ]);
      const { by, onlyHere, onlyThere, differences } = await compared(desk, [here, there], ['n']);
      assert.deepEqual([by, onlyHere, onlyThere], ['row', 2, 1]);
      assert.deepEqual(
        differences.map(({ what, here: own, there: other }) => [what, own[1], other[1]]),
        [
          ['only here', 1, null],
          ['only here', 2, null],
          ['only there', null, 3],
        ],
      );
    },
  );

  on('columns of other kinds are compared as numbers where both are exact, else as text', async (desk) => {
    if (!desk.warehouse.capabilities.comparisons) return;
    const here = await desk.make('here', { n: col.integer().key(), m: col.integer() });
    const there = await desk.make('there', { n: col.decimal(20, 2).key(), m: col.text() });
    await desk.publish(here, [
      { n: 1, m: 1 },
      { n: Number.MAX_SAFE_INTEGER, m: 2 },
    ]);
    await desk.publish(there, [
      { n: '1.00', m: '1' },
      { n: `${Number.MAX_SAFE_INTEGER}.00`, m: '02' },
    ]);
    const { onlyHere, onlyThere, different, byColumn } = await compared(desk, [here, there], ['n']);
    assert.deepEqual([onlyHere, onlyThere, different, byColumn], [0, 0, 1, [{ name: 'm', rows: 1 }]]);
  });

  on(
    'of a million rows every difference is found, and as many are shown as were asked for, of each kind',
    async (desk) => {
      if (!desk.warehouse.capabilities.comparisons) return;
      const columns = { id: col.integer().key(), word: col.text(), share: col.real() };
      const rows = (query: string) =>
        `select id, 'word ' || id as word, id / 7 as share from range(1000000) as r(id) where ${query}`;
      const here = await desk.make('here', columns);
      const there = await desk.make('there', columns);
      await desk.publish(here, rows('id % 100000 <> 17'));
      await desk.publish(
        there,
        `select id, case when id in (5, 500000, 999999) then 'other' else word end as word, share from (${rows('id not in (1, 999998)')}) as r`,
      );
      const {
        rows: counts,
        onlyHere,
        onlyThere,
        different,
        byColumn,
        differences,
      } = await compared(desk, [here, there], ['id'], 6);
      assert.deepEqual([counts, onlyHere, onlyThere, different], [{ here: 999_990, there: 999_998 }, 2, 10, 3]);
      assert.deepEqual(byColumn, [{ name: 'word', rows: 3 }]);
      assert.deepEqual(
        differences.map(({ what, here: own, there: other }) => [what, own[0] ?? other[0]]),
        [
          ['different', 5],
          ['only here', 1],
          ['only there', 17],
          ['different', 500_000],
          ['only here', 999_998],
          ['only there', 100_017],
        ],
      );
      const byRow = await compared(desk, [here, there], []);
      assert.deepEqual([byRow.by, byRow.onlyHere, byRow.onlyThere, byRow.differences.length], ['row', 5, 13, 18]);
    },
  );
}
