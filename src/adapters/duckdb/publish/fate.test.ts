import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { col } from '../../../columns/index.ts';
import { Desk } from '../../../ports/conformance/warehouse/desk.ts';
import { Engine, memory } from '../connection.ts';
import { openDuckdb } from '../warehouse.ts';
import { lostSql } from './duplicates.ts';
import { temporary, workOf } from './work.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'esteira-fate-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const columns = {
  id: col.integer().key(),
  word: col.text(),
  moment: col.integer(),
  gone: col.boolean().optional(),
};
/** Few keys, many ties, some deletes, some rows without their word. */
const rows = (from: number, until: number): string => `
  select cast(hash(i * 7) % 2000 as bigint) as id, case when hash(i * 5) % 37 > 0 then 'w' || (hash(i * 11) % 5) end as word,
    cast(hash(i * 13) % 40 as bigint) as moment, hash(i * 3) % 11 = 0 as gone
  from range(${from}, ${until}) as given(i)`;

test('many rows at once, whose duplicates are looked for first, leave what the same rows leave in portions, whose fates are foreseen', async () => {
  const warehouse = await openDuckdb({ folder, catalogs: ['one'], memoryLimit: '1GiB' });
  try {
    const desk = new Desk(warehouse);
    const how = { mode: 'merge', latest: ['moment'], deleted: 'gone' } as const;
    const [together, apart] = [await desk.make('together', columns, how), await desk.make('apart', columns, how)];
    const all = await desk.publish(together, rows(0, 24_000));
    const portions = [];
    for (let from = 0; from < 24_000; from += 3_000) portions.push(await desk.publish(apart, rows(from, from + 3_000)));
    const left = await desk.read(together);
    assert.ok(left.length > 1000, `${left.length} rows`);
    assert.deepEqual(await desk.read(apart), left);
    const invalid = portions.map(({ account }) => account.invalid);
    assert.ok(invalid.every((count) => count > 0));
    assert.equal(
      invalid.reduce((sum, count) => sum + count, 0),
      all.account.invalid,
    );
    assert.ok(all.account.duplicates > 10_000 && portions.every(({ account }) => account.duplicates > 0));
  } finally {
    await warehouse.close();
  }
});

test('rows that are ranked in memory and rows that are sorted, because their keys are too many, lose the same ones', async () => {
  const engine = await Engine.open({ folder: memory, catalogs: [] });
  const warehouse = await openDuckdb({ folder: memory, catalogs: [] });
  try {
    const desk = new Desk(warehouse);
    for (const carried of [undefined, { reads: {}, original: { relation: '', json: '' } }]) {
      const kept = await desk.make(`t_${carried ? 'carried' : 'hashed'}`, columns, {
        mode: 'merge',
        latest: ['moment'],
      });
      const write = { ...desk.write(kept, ''), ...(carried ? { carried } : {}) };
      await engine.use(async (session) => {
        const work = workOf(write, session);
        const row = carried ? "'f:' || row_number() over ()" : "md5(id || ' ' || moment)";
        await session.make(temporary.candidate, `select *, ${row} as _rid from (${rows(0, 9_000)})`);
        const keys = await session.make(
          temporary.repeated,
          `select id from ${temporary.candidate} group by id having count(*) > 1`,
        );
        // Of rows that are alike in every way either may go.
        const left = (among: number): string =>
          `select * from ${temporary.candidate} where rowid not in (${lostSql(work, among)})`;
        const [ranked, sorted] = [left(keys), left(Number.POSITIVE_INFINITY)];
        const ids = await session.number(`select count(distinct id) from ${temporary.candidate}`);
        assert.ok(ids > 1_500 && ids < 2_000);
        for (const rest of [ranked, sorted]) assert.equal(await session.number(`select count(*) from (${rest})`), ids);
        assert.equal(await session.number(`select count(*) from ((${ranked}) except all (${sorted}))`), 0);
      });
    }
  } finally {
    await warehouse.close();
    await engine.close();
  }
});
