import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LineageBranch, LineageView } from '../../src/operate/index.ts';
import { temporaryFolder, writeProject } from './support/folder.ts';
import { World } from './support/world.ts';

const definitions = `import { byHand, col, files, from, job, settings, source, sql, table } from 'esteira';
export const limits = settings('config.limits', { most: col.integer().default(10) });
export const landing = source('landing.sales', { reader: files('*.csv'), columns: { id: col.integer(), price: col.decimal(9, 2), shop: col.text() } });
export const sales = table('silver.sales', {
  columns: { id: col.integer().key(), price: col.decimal(9, 2), Shop: col.text() },
  rows: sql\`select id, least(price, \${limits.most}) as price, trim(shop) as "Shop" from \${landing.unread}\`, write: 'append', invalid: 'set aside' });
export const words = table('silver.words', {
  columns: { id: col.integer().key(), first: col.text() }, rows: from(sales, (row) => ({ id: row.id, first: row.Shop.slice(0, 1) })) });
export const totals = table('gold.totals', {
  columns: { shop: col.text().key(), total: col.decimal(18, 2), wrong: col.integer(), first: col.text() },
  rows: sql\`with s as (select * from \${sales})
    select s.shop, sum(s.price) as total, (select count(i.price) from \${sales.invalid} i) as wrong, min(w.first) as first
    from s join \${words} w using (id) group by s.shop\` });
export const seen = table('curated.vw_totals', { columns: { ...totals.columns }, rows: totals, write: 'view' });
export const all = job('all', { when: byHand, build: [seen] });
`;

async function open(): Promise<World> {
  const folder = temporaryFolder('lineage');
  writeProject(folder, { catalog: 'shop', definitions });
  return World.open(folder);
}
const flat = (branches: readonly LineageBranch[] = [], deep = 0): readonly string[] =>
  branches.flatMap(({ name, kind, next, again, undecided }) => [
    `${'  '.repeat(deep)}${name} ${kind}${again ? ' again' : ''}${undecided ? `: ${undecided}` : ''}`,
    ...flat(next, deep + 1),
  ]);
const both = ({ from, into }: LineageView) => ({ from: flat(from), into: flat(into) });

describe('lineage', () => {
  test('a table is followed to its sources and settings, and to all that is made of it', async () => {
    const world = await open();
    assert.deepEqual(both(await world.do('lineage', { name: 'silver.sales' })), {
      from: ['config.limits settings', 'landing.sales source'],
      into: ['gold.totals table', '  curated.vw_totals view', 'silver.words table', '  gold.totals table again'],
    });
    const invalid = await world.do('lineage', { name: 'silver.sales_invalidos' });
    assert.deepEqual([invalid.kind, flat(invalid.from)[0]], ['invalid rows', 'silver.sales table']);
    assert.equal(flat(invalid.into)[0], 'gold.totals table');
  });

  test('a column is followed through expressions, settings, parts, joins, invalid rows and views', async () => {
    const world = await open();
    const of = async (name: string) => both(await world.do('lineage', { name }));
    const price = ['silver.sales.price table', '  landing.sales.price source', '  config.limits.most settings'];
    assert.deepEqual(await of('curated.vw_totals.total'), {
      from: ['gold.totals.total table', ...price.map((line) => `  ${line}`)],
      into: [],
    });
    assert.deepEqual((await of('gold.totals.wrong')).from, [
      'silver.sales_invalidos.price invalid rows',
      ...['  landing.sales.price source', '  config.limits.most settings'],
    ]);
    assert.deepEqual((await of('config.limits.most')).into.slice(0, 3), [
      'silver.sales.price table',
      ...['  gold.totals.total table', '    curated.vw_totals.total view'],
    ]);
    assert.deepEqual((await of('shop.gold.totals.SHOP')).from, [
      'silver.sales.Shop table',
      '  landing.sales.shop source',
    ]);
  });

  test('what a function makes is not guessed, in neither direction', async () => {
    const world = await open();
    const first = await world.do('lineage', { name: 'silver.words.first' });
    assert.equal(first.undecided, 'a function makes its rows');
    assert.deepEqual(both(first), { from: [], into: ['gold.totals.first table', '  curated.vw_totals.first view'] });
    assert.deepEqual(flat((await world.do('lineage', { name: 'silver.sales.shop' })).into), [
      ...['gold.totals.shop table', '  curated.vw_totals.shop view'],
      'silver.words table: a function makes its rows',
    ]);
    assert.deepEqual(flat((await world.do('lineage', { name: 'curated.vw_totals.first' })).from), [
      'gold.totals.first table',
      '  silver.words.first table: a function makes its rows',
    ]);
  });

  test('a name that is none is refused with those that there are', async () => {
    const world = await open();
    const unknown = { code: 'NAME_UNKNOWN' };
    await assert.rejects(world.do('lineage', { name: 'silver.sale' }), unknown);
    await assert.rejects(world.do('lineage', { name: 'silver.sales.cost' }), unknown);
    await assert.rejects(world.do('lineage', { name: '' }), unknown);
  });

  test('every column of the credit pipeline is decided, and comes from a source, from the run, or from nothing', async () => {
    const folder = temporaryFolder('lineage');
    writeProject(folder, { catalog: 'v_credit' });
    const world = await World.open(folder);
    const ends = (branches: readonly LineageBranch[] = []): readonly LineageBranch[] =>
      branches.flatMap((branch) => (branch.next ? ends(branch.next) : [branch]));
    let asked = 0;
    for (const { schema, table, definition } of world.project.graph.nodes.values()) {
      if (definition.kind !== 'table') continue;
      for (const column of Object.keys(definition.columns)) {
        const found = await world.do('lineage', { name: `${schema}.${table}.${column}` });
        asked += 1;
        assert.equal(found.undecided, undefined, found.name);
        for (const { name, kind, again, undecided } of ends(found.from)) {
          assert.equal(undecided, undefined, name);
          assert.ok(again || /^(source|settings|table)$/.test(kind), `${found.name}: ${name} ${kind}`);
        }
      }
    }
    assert.ok(asked > 150, String(asked));
    const cost = await world.do('lineage', { name: 'gold.ft_custo_operacional.custo' });
    assert.match(flat(cost.from).join('\n'), /postgres_public\.custos_chamado\.\w+ source/);
    assert.doesNotMatch(flat(cost.from).join('\n'), /clientes|pesquisas/);
  });
});
