import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Manifest } from '../../pipelines/pricing/data/generate.ts';
import { Desk } from './desk.ts';

// A year with Black Friday, Christmas and shelves that were empty behind it, and a price war in its last weeks.
const lastDate = '2027-01-17';
let desk: Desk;
let manifest: Manifest;
interface Recommended {
  readonly sku: string;
  readonly region: string;
  readonly limit: string | null;
  readonly price: number;
  readonly cost: number | null;
  readonly recommended: number | null;
  readonly reason: string | null;
  readonly elasticity: number;
  readonly naive: number;
  readonly answered: number;
  readonly reaction: number;
  readonly isOut: boolean;
}
let found: readonly Recommended[];
let faixas: readonly {
  readonly sku: string;
  readonly region: string;
  readonly lowest: number;
  readonly highest: number;
}[];
before(async () => {
  desk = await Desk.open({ lastDate, days: 365, products: 16, regions: 2, seed: 2, war: '2026-12-21' });
  manifest = await desk.come(lastDate);
  await desk.learn(lastDate);
  // Four products of one region may hardly move.
  const today = await desk.world.rows(
    `select sku, region, shelf_price from master_table where date = date '${lastDate}' and region = 'r02' and sku < 'sku-00005'`,
  );
  faixas = today.map(([sku, region, price]) => ({
    ...{ sku: String(sku), region: String(region) },
    ...{ lowest: Number((Number(price) * 0.985).toFixed(2)), highest: Number((Number(price) * 1.015).toFixed(2)) },
  }));
  const values = faixas.map(({ sku, region, lowest, highest }) => `('${sku}', '${region}', ${lowest}, ${highest})`);
  await desk.world.do('settings sql', {
    sql: `insert into config.faixas_de_preco (sku, region, preco_minimo, preco_maximo) values ${values.join()}`,
    by: 'ana',
  });
  await desk.world.run('pricing_diario', lastDate);
  const rows = await desk.world.rows(
    'select sku, r.price, cost, recommended_price, reason, r.elasticity, r.elasticity_naive, out_of_stock, region, limited_by, r.elasticity_then, rival_reaction from recommendations_v1 r join price_elasticity using (sku, region) order by sku, region',
  );
  found = rows.map(
    ([sku, price, cost, recommended, reason, elasticity, naive, isOut, region, limit, answered, reaction]) => ({
      ...{
        ...{ sku: String(sku), region: String(region), limit: limit as string | null },
        price: Number(price),
        cost: cost as number | null,
        recommended: recommended as number | null,
      },
      ...{ answered: Number(answered), reaction: Number(reaction) },
      ...{
        reason: reason as string | null,
        elasticity: Number(elasticity),
        naive: Number(naive),
        isOut: Boolean(isOut),
      },
    }),
  );
});
after(() => desk.close());

test('every product has a recommendation or the reason for none, and a recommended price is within its limits', () => {
  assert.equal(found.length, 32);
  for (const { sku, price, cost, recommended, reason } of found) {
    assert.equal(recommended === null, reason !== null, sku);
    if (recommended === null) continue;
    assert.ok(Math.abs(recommended / price - 1) <= 0.1 + 0.005 / price, `${sku}: ${price} → ${recommended}`);
    assert.ok(recommended >= (cost ?? Number.POSITIVE_INFINITY) * 1.05 - 0.005, sku);
  }
  assert.ok(
    found.filter(({ reason }) => reason === null).length >= 8,
    JSON.stringify(found.map(({ reason }) => reason)),
  );
});

test('the lowest and the highest price of a product, which people set, hold', () => {
  const limits = faixas.flatMap(({ sku, region, lowest, highest }) => {
    const { recommended, limit } = found.find((one) => one.sku === sku && one.region === region) ?? assert.fail(sku);
    if (recommended === null) return [];
    assert.ok(recommended >= lowest && recommended <= highest, `${sku}: ${recommended}`);
    return [limit];
  });
  assert.ok(limits.includes('floor') || limits.includes('ceiling'), JSON.stringify(limits));
});

test('after Black Friday, empty shelves and rivals who follow, elasticities are those that were planted; prices and sales alone are off by more than one', () => {
  const truth = new Map(manifest.products.map(({ sku, elasticity }) => [sku, elasticity]));
  const errors = found.map(({ sku, elasticity, naive }) => {
    const of = truth.get(sku) ?? Number.NaN;
    return { treated: elasticity - of, naive: naive - of };
  });
  const mean = (of: (one: (typeof errors)[number]) => number): number =>
    errors.reduce((sum, one) => sum + of(one), 0) / errors.length;
  assert.ok(Math.abs(mean(({ treated }) => treated)) < 0.15, `${mean(({ treated }) => treated)}`);
  assert.ok(Math.abs(mean(({ naive }) => naive)) > 1, `${mean(({ naive }) => naive)}`);
});

test('rivals who follow some days later are seen to follow, and what they leave of an elasticity is what prices are made by', () => {
  const of = (sku: string) => manifest.products.find((one) => one.sku === sku) ?? assert.fail(sku);
  const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
  const reactions = mean(found.map(({ sku, reaction }) => reaction - of(sku).reaction));
  assert.ok(Math.abs(reactions) < 0.15, `${reactions}`);
  const left = mean(found.map(({ sku, answered }) => answered - of(sku).elasticity - of(sku).reaction * of(sku).cross));
  assert.ok(Math.abs(left) < 0.12, `${left}`);
});

test('recommended prices earn more by what is planted, not only by what was estimated', () => {
  const gains = found.flatMap(({ sku, price, cost, recommended }) => {
    const product = manifest.products.find((one) => one.sku === sku);
    if (recommended === null || cost === null || !product) return [];
    const margin = (at: number): number => (at - cost) * at ** (product.elasticity + product.reaction * product.cross);
    return [margin(recommended) / margin(price) - 1];
  });
  assert.ok(gains.filter((gain) => gain > 0).length >= 0.8 * gains.length, JSON.stringify(gains));
  assert.ok(gains.reduce((sum, gain) => sum + gain, 0) / gains.length > 0.005, JSON.stringify(gains));
});

test('what ran out, or has no cost, has no recommendation and says so', () => {
  for (const { sku, cost, reason, isOut } of found) {
    if (cost === null) assert.equal(reason, 'no_cost', sku);
    else if (isOut) assert.equal(reason, 'out_of_stock', sku);
  }
  assert.ok(found.some(({ reason }) => reason === 'no_cost'));
});

test('where every cut of ours is answered the next day nothing is recommended, and the commercial team is told', async () => {
  const contested = new Set(manifest.products.filter((one) => one.contested).map(({ sku }) => sku));
  for (const { sku, reason } of found)
    if (contested.has(sku))
      assert.ok(['rivals_answer', 'out_of_stock', 'no_cost'].includes(reason ?? ''), `${sku}: ${reason}`);
    else assert.notEqual(reason, 'rivals_answer', sku);
  assert.ok(found.some(({ reason }) => reason === 'rivals_answer'));
  const { monitors } = await desk.world.do('monitors', { name: 'os concorrentes respondem aos nossos cortes' });
  assert.equal(monitors[0]?.last?.verdict, 'broken', JSON.stringify(monitors));
});

test('a price that people edit stays within the limits', async () => {
  const lines = (await desk.world.do('approvals list', { limit: 1000 })).lines ?? [];
  const { line, row } = lines.at(-1) ?? assert.fail('nothing waits');
  const [lowest, highest] = [Number(row['lowest_price']), Number(row['highest_price'])];
  const edit = (price: number) =>
    desk.world.do('approvals edit', {
      ...{ name: 'recommendations_v1', line, set: { recommended_price: price.toFixed(2) }, by: 'rui' },
    });
  for (const price of [0, 0.01, lowest - 0.01, highest + 0.01])
    await assert.rejects(edit(price), { code: 'ROWS_INVALID' }, `${price}`);
  assert.equal((await edit((lowest + highest) / 2)).lines[0]?.state, 'edited');
});

test('only what people have let through gets out: a large step by two of them, as the second one saw it, and small ones by themselves', async () => {
  const waiting = async () => (await desk.world.do('approvals list', { limit: 1000 })).lines ?? [];
  const [line] = await waiting();
  assert.ok(line, 'something waits');
  assert.equal((await desk.world.rows('select count(*) from approved_prices'))[0]?.[0], 0);
  const table = 'recommendations_v1';
  await desk.world.do('approvals approve', { name: table, lines: [line.line], by: 'ana' });
  const again = (await waiting()).find(({ line: one }) => one.split('@')[0] === line.line.split('@')[0]);
  assert.equal(again?.state, 'approved once');
  await desk.world.do('approvals approve', { name: table, lines: [again.line], by: 'eva' });
  desk.world.setClock('2027-01-18T06:00:00Z');
  await desk.world.run('pricing_aplicar');
  const approved = await desk.world.rows(
    'select a.recommended_price, a.price, a.approved_by, r.price_month_ago from approved_prices a join recommendations_v1 r using (date, sku, region)',
  );
  for (const [recommended, price, by, before] of approved)
    if (/quase nada/.test(String(by))) {
      assert.ok(Math.abs(Number(recommended) / Number(price) - 1) < 0.02, `${price} → ${recommended}`);
      assert.ok(Math.abs(Number(recommended) / Number(before) - 1) < 0.05, `${before} → ${recommended} in 28 days`);
    } else assert.match(String(by), /ana.*eva/);
  assert.ok(approved.some(([, , by]) => /ana.*eva/.test(String(by))));
  const lines = readFileSync(path.join(desk.folder, 'data', 'exports', 'approved_prices.csv'), 'utf8').trimEnd();
  assert.equal(lines.split('\n').length - 1, approved.length);
});
