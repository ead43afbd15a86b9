import assert from 'node:assert/strict';
import type { Desk } from './desk.ts';
import type { On } from './on.ts';

const relations = {
  'one.silver.t': ['id', 'Nome', 'x', 'tags', 'part'],
  'one.silver.u': ['id', 'price', 'x', 'day'],
};
const t = 'one.silver.t';
const u = 'one.silver.u';

/** `n: t.id t.x`, or `n: ?` where it is not decided. */
async function told({ warehouse }: Desk, query: string): Promise<readonly string[]> {
  const found = await warehouse.origins(query, relations);
  return found.map(({ name, from }) => {
    const places = from?.map(([relation, column]) => `${relation.split('.').at(-1)}.${column}`).toSorted();
    return `${name}:${places ? places.map((place) => ` ${place}`).join('') : ' ?'}`;
  });
}

/** Where the columns of a query come from. */
export function originsOf(on: On): void {
  on('each column is told with the columns that its expression names, whatever their case', async (desk) => {
    const query = `select q.ID, lower(trim(nome)) || q.X as word, 1 as one, case when q.x > 'a' then price else 0 end as cost,
        count(*) as n, sum(price) filter (where day is not null) over (partition by nome order by p.day) as running
      from ${t} as q join ${u} as p on p.id = q.id where p.x = 'b' group by all having max(day) > 1 order by part`;
    assert.deepEqual(await told(desk, query), [
      ...['ID: t.id', 'word: t.Nome t.x', 'one:', 'cost: t.x u.price', 'n:', 'running: t.Nome u.day u.price'],
    ]);
  });

  on('origins go through stars, subqueries, parts, unions and values', async (desk) => {
    const queries: readonly (readonly [string, readonly string[]])[] = [
      [`from ${u}`, ['id: u.id', 'price: u.price', 'x: u.x', 'day: u.day']],
      [
        `select * exclude (id, tags) replace (x || part as x) rename (nome as name) from ${t}`,
        ['name: t.Nome', 'x: t.part t.x', 'part: t.part'],
      ],
      [`select q.* from (select id as a, x || 'z' as b from ${t}) as q(k)`, ['k: t.id', 'b: t.x']],
      [`with g(a) as (select price from ${u}), h as (select a * 2 as a from g) select a from h`, ['a: u.price']],
      [`with "${t}" as (select 1 as id) select id from ${t}`, ['id: t.id']],
      [`select x from ${t} union all select day from ${u}`, ['x: t.x u.day']],
      [
        `select x, id from ${t} union by name select id, price as p from ${u}`,
        ['x: t.x', 'id: t.id u.id', 'p: u.price'],
      ],
      [`select x from ${t} except select x from ${u}`, ['x: t.x']],
      [
        `with recursive r(n, m) as (select id, x from ${t} union all select n + 1, n::text from r) from r`,
        ['n: t.id', 'm: t.id t.x'],
      ],
      [`select v.b from ${t}, (values (1, 2), (3, 4)) as v(a, b)`, ['b:']],
      [`select id, id + 1 as more, more * price as most from ${u}`, ['id: u.id', 'more: u.id', 'most: u.id u.price']],
    ];
    for (const [query, expected] of queries) assert.deepEqual(await told(desk, query), expected, query);
  });

  on(
    'origins go through joins: of a column that both sides share, that of the side that has every row',
    async (desk) => {
      const queries: readonly (readonly [string, readonly string[]])[] = [
        [`select id, p.id as other from ${t} q join ${u} p using (id)`, ['id: t.id', 'other: u.id']],
        [`select id from ${t} q right join ${u} p using (id)`, ['id: u.id']],
        [
          `select p.*, q.id as mine from ${t} q left join ${u} p using (id)`,
          ['id: u.id', 'price: u.price', 'x: u.x', 'day: u.day', 'mine: t.id'],
        ],
        [
          `select * exclude (x, tags, part) from ${t} left join ${u} using (id)`,
          ['id: t.id', 'Nome: t.Nome', 'price: u.price', 'day: u.day'],
        ],
        [`select id from ${t} q full join ${u} p using (id)`, ['id: t.id u.id']],
        [`select id from ${t} q natural join ${u} p`, ['id: t.id']],
        [`select x from ${t} q semi join ${u} p using (id)`, ['x: t.x']],
        [
          `select one.id, silver.u.price from ${u} asof join ${t} one on one.id >= u.id`,
          ['id: t.id', 'price: u.price'],
        ],
        [
          `select l.most from ${t} q, lateral (select max(price) + q.id as most from ${u} p where p.id = q.id) l`,
          ['most: t.id u.price'],
        ],
      ];
      for (const [query, expected] of queries) assert.deepEqual(await told(desk, query), expected, query);
    },
  );

  on('origins go into lists, records, inner queries and what a function of a table gives', async (desk) => {
    const queries: readonly (readonly [string, readonly string[]])[] = [
      [`select list_transform(tags, lambda x: x || part) as l from ${t}`, ['l: t.part t.tags']],
      [`select unnest(tags) as tag, w.word from ${t} q, unnest(q.tags) as w(word)`, ['tag: t.tags', 'word: t.tags']],
      [`select part.deep as a, q.part.deep as b from ${t} q`, ['a: t.part', 'b: t.part']],
      [`select q as whole from ${u} q`, ['whole: u.day u.id u.price u.x']],
      [`select id, (select max(price) from ${u} p where p.id = q.id) as top from ${t} q`, ['id: t.id', 'top: u.price']],
      [
        `select x in (select x from ${u}) as known, exists (select 1 from ${u}) as some from ${t}`,
        ['known: t.x u.x', 'some:'],
      ],
      [`select n from range(3) as r(n)`, ['n:']],
    ];
    for (const [query, expected] of queries) assert.deepEqual(await told(desk, query), expected, query);
  });

  on('what the text does not decide is not guessed', async (desk) => {
    const queries: readonly (readonly [string, readonly string[]])[] = [
      [`select coalesce(columns(*)) as c, id from ${t}`, ['c: ?', 'id: t.id']],
      [`select q.a, 1 as one from one.silver.unknown as q`, ['a: ?', 'one:']],
      [`select columns('i.*') from ${t}`, ['id: ?', 'Nome: ?', 'x: ?', 'tags: ?', 'part: ?']],
      [`select id, strange from ${t}`, ['id: t.id', 'strange: ?']],
    ];
    for (const [query, expected] of queries) assert.deepEqual(await told(desk, query), expected, query);
    await assert.rejects(desk.warehouse.origins('selec 1', relations), { code: 'QUERY_INVALID' });
  });
}
