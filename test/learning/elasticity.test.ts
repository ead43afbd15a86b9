import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { simulated } from '../../src/learn/elasticity/simulated.ts';
import type { VersionAbout } from '../../src/registry/about.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';

const definitions = `
import { approvedBy, atLeast, atMost, byHand, col, files, job, model, noWorse, priceElasticity, samples, source, sql, table } from 'esteira';

const columns = { date: col.date().key(), sku: col.text().key(), region: col.integer().key(), price: col.real(), competitor_price: col.real().optional(),
  promotion: col.boolean(), month: col.integer(), out_of_stock: col.boolean(), without_stock: col.boolean(), units: col.real() };
export const arrived = source('landing.days', { reader: files('days/*.csv'), columns });
export const days = table('silver.days', { columns, rows: arrived });
const { units, out_of_stock, without_stock, ...asked } = columns;
export const tomorrow = table('silver.tomorrow', { columns: asked, write: 'view',
  rows: sql\`select date, sku, region, price, competitor_price, promotion, month from \${days} where date = date '2026-08-28'
    union all select date, 'new', region, price, competitor_price, promotion, month from \${days} where date = date '2026-08-28' and sku = 'p0000'\` });
export const elasticity = model('ml.elasticity', {
  from: days, features: ['sku', 'region', 'price', 'competitor_price', 'promotion', 'month'], target: 'units',
  learner: priceElasticity({ by: ['sku', 'region'], price: 'price', rival: 'competitor_price', events: ['promotion'], season: ['month'],
    outOfStock: 'out_of_stock', withoutStock: 'without_stock' }),
  holdOut: { last: '28 days', by: 'date' }, segments: ['region'],
  gate: [atMost('mape', 0.6), noWorse('mape', 0.02), atLeast('interval_coverage', 0.85), atLeast('trustworthy_share', 1), atLeast(samples, 80)],
});
export const estimates = table('gold.estimates', {
  columns: { sku: col.text().key(), region: col.text().key(), elasticity: col.real(), naive: col.real(), trustworthy: col.boolean() },
  rows: sql\`select sku, region, elasticity, elasticity_naive as naive, trustworthy from \${elasticity.elasticities}\`,
});
export const prices = table('gold.prices', {
  columns: { sku: col.text().key(), region: col.integer().key(), expected_units: col.real().optional(), expected_units_low: col.real().optional(),
    expected_units_high: col.real().optional(), elasticity: col.real(), elasticity_low: col.real(), elasticity_high: col.real(), elasticity_naive: col.real().optional(),
    rival_elasticity: col.real().optional(), rival_reaction: col.real().optional(), days_used: col.integer(), trustworthy: col.boolean(), model_version: col.text() },
  rows: sql\`select * exclude (date, price, competitor_price, promotion, month) from \${elasticity.predict(tomorrow)}\`,
});
export const learn = job('learn', { when: byHand, train: [elasticity], build: [estimates] });
export const daily = job('daily', { when: byHand, build: [prices] });
`;
const [count, of] = [240, 6];
const names = ['p0000', 'p0001', 'p0002', '0.10', '\ufeffnull', 'x "é, 1,10"\n\\u0041 {'].toSorted();
const { columns, units, truth } = simulated({ seed: 11, products: of, days: count });
let world: World;

before(async () => {
  const folder = temporaryFolder('learning-elasticity');
  writeProject(folder, { catalog: 'shop', definitions });
  const values = (name: string): ArrayLike<number> => (columns[name] as { values: ArrayLike<number> }).values;
  const lines = Array.from(units, (sold, row) => {
    const day = Temporal.PlainDate.from('2026-01-01').add({ days: row % count });
    const rival = row % 13 === 0 ? '' : values('competitor_price')[row];
    return [
      day,
      `"${names[Math.floor(row / count)]?.replaceAll('"', '""')}"`,
      7,
      values('price')[row],
      rival,
      values('promotion')[row] === 1,
      values('month')[row],
      values('out_of_stock')[row] === 1,
      row % 17 === 0,
      row % 17 === 0 ? 0 : sold,
    ].join(',');
  });
  mkdirSync(path.join(folder, 'files', 'days'), { recursive: true });
  writeFileSync(
    path.join(folder, 'files', 'days', 'a.csv'),
    `date,sku,region,price,competitor_price,promotion,month,out_of_stock,without_stock,units\n${lines.join('\n')}\n`,
  );
  world = await World.open(folder, '2026-08-28T06:00:00Z');
  await world.do('setup', {});
  await world.run('learn', '2026-08-28');
});
after(() => world.close());

const about = async (): Promise<VersionAbout> =>
  (await world.project.state.models.versions({ model: 'shop.ml.elasticity', limit: 1 }))[0]?.about as VersionAbout;

test('a version is judged by its forecast of the days that were kept from it, and the gate asks that of it', async () => {
  const { gate, members, heldOut } = await about();
  assert.equal(gate.passed, true, JSON.stringify(gate));
  assert.deepEqual([heldOut?.from, heldOut?.to], ['2026-08-01', '2026-08-28']);
  assert.deepEqual(Object.keys(members[0]?.measures ?? {}), [
    'bias',
    'interval_coverage',
    'mape',
    'trustworthy_share',
    'wape',
  ]);
  const samples = Number(gate.limits.find(({ measure }) => measure === 'samples')?.members[0]?.value);
  assert.ok(samples > 80 && samples < 28 * of, `${samples}`);
});

test('the table inside says of each product its elasticity, beside the naive one', async () => {
  const found = await world.rows('select sku, region, elasticity, naive, trustworthy from gold.estimates');
  const rows = found.toSorted(([one], [other]) => (String(one) < String(other) ? -1 : 1));
  assert.equal(rows.length, of);
  for (const [at, [sku, region, elasticity, naive, trustworthy]] of rows.entries()) {
    assert.deepEqual([sku, region, trustworthy], [names[at], '7', true]);
    assert.ok(Math.abs(Number(elasticity) - Number(truth[at])) < 0.7, `${elasticity} ${truth[at]}`);
    assert.ok(Number(naive) > Number(elasticity) + 0.8);
  }
});

test('rows that do not say how the stock was are predicted, and of a product that was not there only how wide all are spread', async () => {
  await world.run('daily', '2026-08-28');
  const columnNames =
    'sku, expected_units, expected_units_low, expected_units_high, elasticity, elasticity_low, elasticity_high, elasticity_naive, rival_reaction, days_used, trustworthy';
  const rows = await world.rows(`select ${columnNames} from gold.prices order by sku <> 'new'`);
  assert.equal(rows.length, of + 1);
  const [stranger] = rows;
  assert.deepEqual(
    [stranger?.[0], stranger?.[1], stranger?.[7], stranger?.[9], stranger?.[10]],
    ['new', null, null, 0, false],
  );
  for (const [sku, expected, low, high, elasticity, under, over, naive, reaction, days, trustworthy] of rows.slice(1)) {
    assert.ok(Number(low) < Number(expected) && Number(expected) < Number(high), String(sku));
    assert.ok(Number(under) < Number(elasticity) && Number(elasticity) < Number(over));
    assert.ok(Number(naive) > Number(over) && Math.abs(Number(reaction) - 0.7) < 0.3);
    assert.ok(Number(days) > 150 && Number(days) < count - 28 && trustworthy === true, `${days} ${trustworthy}`);
  }
});

test('what is learned is the same whenever it is learned again from the same rows', async () => {
  await world.run('learn', '2026-08-28', { again: true });
  const { gate } = await about();
  const before = gate.limits.find(({ sign }) => sign === 'no worse')?.members[0];
  assert.ok(before?.passed && before.value === before.champion, JSON.stringify(before));
  const versions = await world.rows('select distinct model_version from ml.elasticity order by 1');
  const [first, second] = await Promise.all(
    versions.map(([version]) =>
      world.rows(
        `select sku, elasticity, elasticity_low, own_std_error, naive_high, rival_reaction, days_used from ml.elasticity where model_version = '${version}' order by sku`,
      ),
    ),
  );
  assert.equal(first?.length, of);
  assert.deepEqual(second, first);
});
