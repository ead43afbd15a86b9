import assert from 'node:assert/strict';
import { col } from '../../../columns/index.ts';
import type { WriteCheck } from '../../index.ts';
import { at, type Desk, type Kept } from './desk.ts';
import type { On } from './on.ts';

const first = at('2026-01-01T10:00:00Z');
const second = at('2026-01-02T10:00:00Z');
const people = {
  id: col.integer().key(),
  name: col.text().named('has_name'),
  age: col.integer().min(0).max(120).named('age_possible').optional(),
  at: col.timestamp(),
};
const merging = { mode: 'merge', latest: ['at'] } as const;

/** Sum of the ledger's moves, which is the number of rows among the invalid ones. */
async function ledger(desk: Desk, kept: Kept): Promise<number> {
  const [row] = await desk.ask(
    `select coalesce(sum(case move when 'released' then -1 else 1 end), 0)::bigint from one._esteira.invalid_ledger where target = 'silver.${kept.place.table}'`,
  );
  return Number(row?.[0]);
}

/** Rows that break a rule, and where they go. */
export function invalidRows(on: On): void {
  on('an invalid row is set aside with its original, and one flag for each rule', async (desk) => {
    const kept = await desk.make('t', people, { ...merging, rules: [{ flag: 'not_new', condition: 'id <> 3' }] });
    const { account, details } = await desk.publish(kept, [
      { id: 1, name: 'Ana', age: 30, at: first },
      { id: 2, name: null, age: 130, at: first },
      { id: 3, name: 'Eva', age: null, at: first },
      { id: null, name: 'Ivo', age: -1, at: first },
    ]);
    assert.deepEqual(
      { in: account.in, valid: account.valid, invalid: account.invalid },
      { in: 4, valid: 1, invalid: 3 },
    );
    assert.deepEqual(details.flags, { id_present: 1, has_name: 1, age_min: 1, age_possible: 1, not_new: 1 });
    const refused = await desk.refused(kept);
    assert.deepEqual(refused.map(({ broken }) => broken).toSorted(), [
      ['has_name', 'age_possible'],
      ['id_present', 'age_min'],
      ['not_new'],
    ]);
    const ivo = refused.find(({ broken }) => broken.includes('id_present'));
    assert.deepEqual(ivo?.original, { id: null, name: 'Ivo', age: -1, at: '2026-01-01 10:00:00+00' });
  });

  on('a value that is not of its kind is null among the invalid rows, and itself in the original', async (desk) => {
    const kept = await desk.make('t', people, merging);
    const types = { age: 'varchar' };
    const rows = [
      { id: 1, name: 'Ana', age: '41', at: first },
      { id: 2, name: 'Bia', age: 'forty', at: first },
    ];
    const { details } = await desk.publish(kept, desk.rows(kept.columns, rows, types));
    assert.deepEqual(details.flags, { age_kind: 1 });
    assert.deepEqual(await desk.read(kept), [[1, 'Ana', 41, first]]);
    const [bia] = await desk.refused(kept);
    assert.deepEqual(bia?.original, { id: 2, name: 'Bia', age: 'forty', at: '2026-01-01 10:00:00+00' });
    assert.deepEqual(await desk.ask('select id, age from one.silver.t_invalidos'), [[2, null]]);
  });

  on('the original of a row with a number that JSON has no word for is JSON all the same', async (desk) => {
    const kept = await desk.make('t', { id: col.integer().optional(), share: col.real(), list: col.json() });
    const rows = `select * from (values (1, cast('nan' as double), [cast('inf' as double)]), (2, 0.5, [0.5])) as v(id, share, list)`;
    const { account } = await desk.publish(kept, rows);
    assert.deepEqual([account.valid, account.invalid], [1, 1]);
    const [row] = await desk.refused(kept);
    assert.deepEqual(
      [row?.original, row?.broken],
      [{ id: 1, share: 'nan', list: '[inf]' }, ['share_kind', 'list_kind']],
    );
  });

  on('a conversion within the body fails kind where a text was there', async (desk) => {
    const kept = await desk.make('t', { id: col.integer().key(), age: col.integer() });
    const sql = `select id, try_cast(word as bigint) as age, word is not null as _was_age
      from (values (1, '7'), (2, 'seven'), (3, null)) as t(id, word)`;
    const { details, account } = await desk.publish(kept, sql, { converted: ['age'] });
    assert.equal(account.invalid, 2);
    assert.deepEqual(details.flags, { age_kind: 1, age_present: 1 });
  });

  on('an invalid row is no duplicate, and does not take the place of a valid one', async (desk) => {
    const kept = await desk.make('t', people, merging);
    const { account } = await desk.publish(kept, [
      { id: 1, name: 'Ana', age: 30, at: first },
      { id: 1, name: 'Ana', age: 300, at: second },
      { id: 1, name: 'Ana', age: 301, at: second },
    ]);
    assert.deepEqual([account.valid, account.invalid, account.duplicates], [1, 2, 0]);
    assert.equal((await desk.refused(kept)).length, 2);
    assert.equal(new Set((await desk.refused(kept)).map(({ row }) => row)).size, 2);
  });

  on('a table that sets no row aside fails with counts and examples, and publishes nothing', async (desk) => {
    const kept = await desk.make('t', people, { ...merging, setAside: false });
    const rows = Array.from({ length: 9 }, (_, id) => ({ id, name: 'Ana', age: 200, at: first }));
    await on.rejects(desk.publish(kept, rows), 'ROWS_INVALID', /age_possible 9[\s\S]*"age":200/);
    assert.deepEqual(await desk.read(kept), []);
  });

  on('a rule against another table holds for null and for what is there', async (desk) => {
    const parents = await desk.make('parents', { id: col.integer().key() });
    await desk.publish(parents, [{ id: 1 }]);
    const columns = { id: col.integer().key(), parent: col.integer().optional() };
    const rule = { flag: 'parent_known', column: 'parent', of: parents.place, other: 'id' };
    const kept = await desk.make('t', columns, { mode: 'merge', rules: [rule] });
    const { account, details } = await desk.publish(kept, [
      { id: 1, parent: 1 },
      { id: 2, parent: 2 },
      { id: 3, parent: null },
    ]);
    assert.equal(account.valid, 2);
    assert.deepEqual(details.flags, { parent_known: 1 });
  });

  on('a rule against a table without rows holds for null only', async (desk) => {
    const parents = await desk.make('parents', { id: col.integer().key() });
    const columns = { id: col.integer().key(), parent: col.integer().optional() };
    const rule = { flag: 'parent_known', column: 'parent', of: parents.place, other: 'id' };
    const kept = await desk.make('t', columns, { mode: 'merge', rules: [rule] });
    const { account, details } = await desk.publish(kept, [
      { id: 1, parent: null },
      { id: 2, parent: 2 },
    ]);
    assert.equal(account.valid, 1);
    assert.deepEqual(details.flags, { parent_known: 1 });
  });

  on(
    'a row carried from its source keeps its identity, the producer’s row, and what could not be read',
    async (desk) => {
      const kept = await desk.make('t', { id: col.integer().key(), age: col.integer() }, { mode: 'merge' });
      const source = `(values (1, 7, 'f:1', null, null), (2, null, 'f:2', '{"id":2,"age":"x"}', ['age']),
      (3, null, 'f:3', null, null)) as s(id, age, _rid, _original, _unread)`;
      const original = { relation: `(select _rid from ${source})`, json: `'{"from":"' || _rid || '"}'` };
      const { details } = await desk.publish(kept, `select * from ${source}`, {
        carried: { reads: { id: ['id'], age: ['age'] }, original },
      });
      assert.deepEqual(details.flags, { age_kind: 1, age_present: 1 });
      assert.deepEqual(await desk.refused(kept), [
        { original: { from: 'f:3' }, row: 'f:3', broken: ['age_present'] },
        { original: { id: 2, age: 'x' }, row: 'f:2', broken: ['age_kind'] },
      ]);
      assert.deepEqual(await desk.ask('select _rid from one.silver.t'), [['f:1']]);
    },
  );

  on('a table that keeps originals hands them on and does not judge kinds', async (desk) => {
    const columns = { id: col.integer().optional(), word: col.text() };
    const kept = await desk.make('t', columns, { mode: 'append', keepsOriginal: true });
    const sql = `select * from (values (1, 'a', 'f:1', null, null), (null, 'b', 'f:2', '{"id":"x"}', ['id']))
      as s(id, word, _rid, _original, _unread)`;
    const carried = {
      reads: { id: ['id'], word: ['word'] },
      original: { relation: '(select null as _rid where false)', json: 'null' },
    };
    const { account } = await desk.publish(kept, sql, { carried });
    assert.equal(account.inserted, 2);
    assert.deepEqual(await desk.ask('select id, _rid, _original, _unread from one.silver.t order by _rid'), [
      [1, 'f:1', null, null],
      [null, 'f:2', '{"id":"x"}', ['id']],
    ]);
  });

  on('the invalid rows of a replaced table are replaced with it', async (desk) => {
    const kept = await desk.make('t', people);
    await desk.publish(
      kept,
      [1, 2].map((id) => ({ id, name: 'Ana', age: 200, at: first })),
    );
    const { account } = await desk.publish(kept, [{ id: 2, name: 'Ana', age: 200, at: first }]);
    assert.equal(account.invalid, 1);
    assert.deepEqual(
      (await desk.refused(kept)).map(({ original }) => (original as { id: number }).id),
      [2],
    );
    assert.equal(await ledger(desk, kept), 1);
    await desk.publish(kept, []);
    assert.equal(await ledger(desk, kept), 0);
  });

  on('rows read again change nothing: not the table, not its invalid rows, not the sequence', async (desk) => {
    const columns = { ...people, gone: col.boolean() };
    const kept = await desk.make('t', columns, { ...merging, deleted: 'gone' });
    const random = on.random(7);
    const rows = Array.from({ length: 200 }, (_, index) => ({
      id: random() < 0.05 ? null : Math.floor(random() * 60),
      name: random() < 0.1 ? null : 'Ana',
      age: Math.floor(random() * 140),
      at: first.add({ minutes: index }),
      gone: random() < 0.1,
    }));
    for (let from = 0; from < rows.length; from += 50) await desk.publish(kept, rows.slice(from, from + 50));
    const [before, count] = [await desk.everything(kept), await ledger(desk, kept)];
    const { sequences } = await sequencesOf(desk, kept);
    const again = await desk.publish(kept, rows, { reread: true });
    assert.equal(await desk.everything(kept), before);
    assert.equal(again.account.valid, again.account.stale);
    assert.equal(await ledger(desk, kept), count);
    assert.equal(count, (await desk.refused(kept)).length);
    assert.deepEqual((await sequencesOf(desk, kept)).sequences, sequences);
  });

  on('read again, a row that is invalid now leaves the table, and a valid one the invalid rows', async (desk) => {
    const allowed = await desk.make('allowed', { name: col.text().key() });
    await desk.publish(allowed, [{ name: 'Ana' }]);
    const rule = { flag: 'allowed', column: 'name', of: allowed.place, other: 'name' };
    const kept = await desk.make('t', people, { ...merging, rules: [rule] });
    const rows = [
      { id: 1, name: 'Ana', age: 30, at: first },
      { id: 2, name: 'Bia', age: 30, at: first },
    ];
    await desk.publish(kept, rows);
    await desk.publish(allowed, [{ name: 'Bia' }]);
    const { account } = await desk.publish(kept, rows, { reread: true });
    assert.deepEqual([account.inserted, account.invalid], [1, 1]);
    assert.deepEqual(
      (await desk.read(kept)).map(([id]) => id),
      [2],
    );
    assert.deepEqual(
      (await desk.refused(kept)).map(({ broken }) => broken),
      [['allowed']],
    );
    assert.equal(await ledger(desk, kept), 1);
    const moves = await desk.ask(
      `select move from one._esteira.invalid_ledger where target = 'silver.t' order by run_id, move`,
    );
    assert.deepEqual(moves, [['held'], ['recalled'], ['released']]);
  });

  on('a check sees the table as it would be, and holds back everything when it fails', async (desk) => {
    const kept = await desk.make('t', people, merging);
    const none: WriteCheck = {
      name: 'nobody of 50',
      blocks: true,
      measure: 'rows of a query',
      query: 'select id, age from one.silver.t where age = 50 -- nobody',
      sign: '<=',
      bound: 0,
    };
    await desk.publish(kept, [{ id: 1, name: 'Ana', age: 49, at: first }], { checks: [none] });
    const rows = [
      { id: 1, name: 'Ana', age: 50, at: second },
      { id: 2, name: null, age: 5, at: second },
    ];
    await on.rejects(desk.publish(kept, rows, { checks: [none] }), 'CHECK_FAILED', /nobody of 50[\s\S]*"age":50/);
    assert.deepEqual(await desk.read(kept), [[1, 'Ana', 49, first]]);
    assert.deepEqual(await desk.refused(kept), []);
    const warned = await desk.publish(kept, rows, { checks: [{ ...none, blocks: false }] });
    assert.match(warned.details.warnings[0] ?? '', /nobody of 50: 1/);
    assert.equal(warned.account.updated, 1);
  });

  on('checks know the account and one number; what is not known yet is not judged', async (desk) => {
    const kept = await desk.make('t', people, merging);
    const rows = [
      { id: 1, name: 'Ana', age: 50, at: second },
      { id: 2, name: null, age: 5, at: second },
    ];
    const check = (measure: WriteCheck['measure'], sign: '>=' | '<=', bound: number, query?: string): WriteCheck => ({
      name: measure,
      blocks: true,
      measure,
      sign,
      bound,
      ...(query ? { query } : {}),
    });
    await on.rejects(desk.publish(kept, rows, { checks: [check('rows', '>=', 3)] }), 'CHECK_FAILED', /rows: 2/);
    await on.rejects(desk.publish(kept, rows, { checks: [check('invalid share', '<=', 0.4)] }), 'CHECK_FAILED', /0\.5/);
    const average = 'select avg(age) from one.silver.t';
    await on.rejects(desk.publish(kept, rows, { checks: [check('scalar', '<=', 10, average)] }), 'CHECK_FAILED', /50/);
    const kind = { checks: [check('invalid share', '<=', 0), check('scalar', '<=', 10, average)] };
    assert.equal((await desk.publish(kept, [], kind)).account.in, 0);
  });
}

async function sequencesOf(desk: Desk, { place }: Kept): Promise<{ readonly sequences: unknown }> {
  const { fences } = await desk.warehouse.position(place.catalog);
  return { sequences: fences.get(`${place.schema}.${place.table}`)?.sequence };
}
