import assert from 'node:assert/strict';
import type { QueryPart } from '../../index.ts';
import type { Desk } from './desk.ts';
import type { On } from './on.ts';

const orders = `(values (1, 'a', 'paid'), (2, 'a', 'open'), (3, 'B ', 'paid'), (4, 'x', 'paid'), (5, 'x', 'paid')) as o(id, who, state)`;
const people = `(values ('a', 'Ana'), ('b', 'Bia')) as p(code, name)`;

/** `from 5, join 2`, of each part. */
const told = (parts: readonly QueryPart[]): readonly string[] =>
  parts.map(({ name, stages, rows }) => {
    const steps = stages.map(({ step, after }) => `${step} ${after}`).join(', ');
    return `${name || 'query'}: ${steps} = ${rows}`;
  });
const stage = (parts: readonly QueryPart[], step: string) => parts.at(-1)?.stages.find((one) => one.step === step);
const taken = ({ warehouse }: Desk, query: string) => warehouse.dissect(query);

/** Where a query loses its rows. */
export function dissecting(on: On): void {
  on('a query is counted after each table, join, condition and group', async (desk) => {
    const parts = await taken(
      desk,
      `select who, count(*) as n from ${orders} join ${people} on p.code = o.who left join ${people.replace('as p', 'as q')} on q.code = o.who
        where state = 'paid' and id < 100 group by who having count(*) > 0 order by 1 limit 1`,
    );
    assert.deepEqual(told(parts), ['query: from 5, join 2, join 2, where 1, where 1, group 1, having 1, rest 1 = 1']);
  });

  on(
    'a join says which rows have no partner, by which keys, and whether the keys are only written otherwise',
    async (desk) => {
      const found = stage(await taken(desk, `select 1 from ${orders} join ${people} on p.code = o.who`), 'join');
      assert.equal(found?.alone, 3);
      assert.deepEqual(found?.by, ['o.who']);
      assert.deepEqual(found?.lost, [
        { values: ['x'], rows: 2 },
        { values: ['B '], rows: 1 },
      ]);
      assert.deepEqual(found?.partners?.some, [
        { values: ['a'], rows: 1 },
        { values: ['b'], rows: 1 },
      ]);
      assert.deepEqual(found?.alike, { keys: 1, of: 2 });
    },
  );

  on('tables that are listed with commas are joined by the conditions between them', async (desk) => {
    const parts = await taken(desk, `select 1 from ${orders}, ${people} where o.state = 'paid' and o.who = p.code`);
    assert.deepEqual(told(parts), ['query: from 5, join 2, where 1 = 1']);
    assert.equal(stage(parts, 'join')?.alone, 3);
  });

  on('a condition says which values the lost rows have', async (desk) => {
    const found = stage(await taken(desk, `select 1 from ${orders} where state = 'paid'`), 'where');
    assert.deepEqual([found?.by, found?.lost], [['state'], [{ values: ['open'], rows: 1 }]]);
  });

  on('a join that makes more rows says which keys are there more than once', async (desk) => {
    const twice = `(values ('a', 1), ('a', 2), ('b', 3)) as t(code, n)`;
    const found = stage(await taken(desk, `select 1 from ${orders} left join ${twice} on t.code = o.who`), 'join');
    assert.deepEqual([found?.after, found?.repeated], [7, [{ values: ['a'], rows: 2 }]]);
  });

  on('parts, subqueries and both sides of a union are taken apart for themselves', async (desk) => {
    const parts = await taken(
      desk,
      `with paid as (select * from ${orders} where state = 'paid'), none as (select * from paid where id > 9)
        select 1 from none n join (select code from ${people} where name = 'Ana') as s on s.code = n.who
        union all select 2 from paid`,
    );
    assert.deepEqual(told(parts), [
      ...['paid: from 5, where 4 = 4', 'none: from 4, where 0 = 0', 's: from 2, where 1 = 1'],
      ...['query: from 0, join 0 = 0', 'query: from 4 = 4'],
    ]);
  });
}
