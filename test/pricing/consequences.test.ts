// What a naive elasticity would have done to prices, beside what is recommended: the three failures of seed 004, planted one by one.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Chance } from '../../pipelines/chance.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';

const definitions = `
import { atMost, byHand, col, expectNone, files, job, model, monitor, priceElasticity, priceMoveColumns, priceMoves, recommendationColumns, recommendedPrices, run, source, sql, table } from 'esteira';
const columns = { date: col.date().key(), sku: col.text().key(), price: col.real(), rival: col.real(), cost: col.real(), units: col.integer(), out_of_stock: col.boolean(), black_friday: col.boolean() };
export const arrived = source('landing.days', { reader: files('days.csv'), columns });
export const days = table('silver.days', { columns, rows: arrived });
export const moves = table('gold.moves', { columns: { sku: col.text().key(), ...priceMoveColumns },
  rows: priceMoves(days, { by: ['sku'], day: 'date', price: 'price', rival: 'rival', cuts: 4, days: 3, least: 0.04 }) });
const { units, ...known } = columns;
export const today = table('silver.today', { columns: { ...known, cuts: col.integer(), cuts_answered: col.integer() },
  rows: sql\`select d.*, m.cuts, m.cuts_answered from \${days} d join \${moves} m on m.sku = d.sku where d.date = \${run.date}\` });
export const elasticity = model('ml.elasticity', {
  from: days, features: ['sku', 'price', 'rival', 'black_friday'], target: 'units',
  learner: priceElasticity({ by: 'sku', price: 'price', rival: 'rival', events: ['black_friday'], outOfStock: 'out_of_stock' }),
  holdOut: { last: '28 days', by: 'date' }, gate: [atMost('mape', 0.6)],
});
const predicted = elasticity.predict(today);
const limits = { price: 'price', cost: 'cost', step: 0.1, markup: 0.05, least: 0.02 };
const said = { sku: col.text().key(), price: col.real(), ...recommendationColumns };
export const recommendations = table('gold.recommendations', { columns: said,
  rows: recommendedPrices(predicted, { ...limits, outOfStock: 'out_of_stock', minimumHistory: 90, rivals: { cuts: 'cuts', answered: 'cuts_answered', most: 3 } }) });
export const careless = table('gold.careless', { columns: said, rows: recommendedPrices(predicted, limits) });
const { elasticity: e, elasticity_low, elasticity_high, trustworthy, ...others } = predicted.columns;
export const naive = table('silver.naive', {
  columns: { ...today.columns, elasticity: col.real(), elasticity_low: col.real(), elasticity_high: col.real(), expected_units: col.real(), expected_units_low: col.real(),
    expected_units_high: col.real(), days_used: col.integer(), trustworthy: col.boolean() },
  rows: sql\`select * exclude (elasticity, elasticity_low, elasticity_high, trustworthy, rival_reaction, rival_elasticity), elasticity_naive as elasticity,
    elasticity_naive as elasticity_low, elasticity_naive as elasticity_high, true as trustworthy from \${predicted}\` });
export const naively = table('gold.naively', { columns: said, rows: recommendedPrices(naive, limits) });
export const war = monitor('rivals answer our cuts', { expect: expectNone(sql\`select sku, why from \${recommendations} where reason = 'rivals_answer'\`), tell: 'team' });
export const learn = job('learn', { when: byHand, train: [elasticity] });
export const daily = job('daily', { when: byHand, build: [recommendations, careless, naively] });
`;

const last = Temporal.PlainDate.from('2026-01-10');
/** On the last of these some are sold out. */
const januaryDays = [5, 3, 1, 0].map((days) => last.subtract({ days }));
const count = 406;
const truth = -2;
const seed = Number(process.env['ESTEIRA_SEED'] ?? 5);
/** The Black Friday of 2025 and the days around it. */
const isBlackWeek = (date: Temporal.PlainDate): boolean => `${date}` >= '2025-11-24' && `${date}` <= '2025-11-30';

/** What is the same by chance. */
const twins: Readonly<Record<string, string>> = { calm: 'black', stocked: 'empty' };
/** Whose price falls by 6 % on each of the last five Mondays, and on which day after that the rival is below it. */
const cut: Readonly<Record<string, (weeksLeft: number) => number>> = {
  war: () => 1,
  late: () => 4,
  half: (weeksLeft) => (weeksLeft % 2 === 1 ? 1 : Number.POSITIVE_INFINITY),
  peace: () => Number.POSITIVE_INFINITY,
};
/** A product's days: at 10, and cost 6, the best price is 12; prices change by the week. */
function daysOf(sku: string): readonly string[] {
  const kind = sku.slice(0, -1);
  // A calm product is one that had Black Friday, without it; one that is stocked is one that ran out, without that.
  const chance = new Chance(seed, `${twins[kind] ?? kind}${sku.at(-1)}`);
  const lines: string[] = [];
  let [price, rival] = [10, 10];
  for (let day = 0; day < count; day += 1) {
    const date = last.subtract({ days: count - 1 - day });
    const weeksLeft = Math.floor((count - 1 - day) / 7);
    const isMonday = (count - 1 - day) % 7 === 6;
    const answersAfter = weeksLeft < 5 ? cut[kind]?.(weeksLeft) : undefined;
    const isCut = answersAfter !== undefined;
    if (isMonday && !isCut) [price, rival] = [weeksLeft === 0 ? 10 : 10 * Math.exp(0.08 * chance.normal()), 10];
    if (isMonday && isCut) price *= 0.94;
    if (isCut && (count - 1 - day) % 7 === 6 - answersAfter) rival = Math.min(rival * 0.94, price);
    const isBlack = kind === 'black' && isBlackWeek(date);
    const asked = isBlack ? price * 0.7 : price;
    const wanted = Math.exp(Math.log(60) + truth * Math.log(asked / 10) + (isBlack ? 2.2 : 0) + 0.25 * chance.normal());
    // Whoever asks more has less on the shelf, and is sold out on most of those days.
    const isUnlucky = chance.next() < 0.6;
    const isShort = kind === 'empty' && (asked > 10 ? isUnlucky : day === count - 1);
    const stock = isShort ? 12 : Number.POSITIVE_INFINITY;
    const sold = Math.round(Math.min(wanted, stock));
    const cost = kind in cut ? 2 : 6;
    lines.push(
      [
        date,
        sku,
        asked.toFixed(4),
        (rival * Math.exp(0.005 * chance.normal())).toFixed(4),
        cost,
        sold,
        sold >= stock,
        isBlack,
      ].join(),
    );
  }
  return lines;
}
const skus = ['black', 'calm', 'empty', 'stocked'].flatMap((kind) => [0, 1, 2, 3].map((number) => `${kind}${number}`));
let world: World;
let folder: string;

before(async () => {
  console.log(`ESTEIRA_SEED=${seed}`);
  folder = temporaryFolder('consequences');
  writeProject(folder, { catalog: 'shop', definitions });
  const config = path.join(folder, 'esteira.config.ts');
  const channels = "channels: { team: [toFile({ path: 'alerts.txt' })] },";
  writeFileSync(config, readFileSync(config, 'utf8').replace("standard: 'here',", `standard: 'here',\n  ${channels}`));
  mkdirSync(path.join(folder, 'files'), { recursive: true });
  const lines = [...skus, ...Object.keys(cut).map((kind) => `${kind}0`)].flatMap(daysOf);
  writeFileSync(
    path.join(folder, 'files', 'days.csv'),
    `date,sku,price,rival,cost,units,out_of_stock,black_friday\n${lines.join('\n')}\n`,
  );
  world = await World.open(folder, '2026-01-11T06:00:00Z');
  await world.do('setup', {});
  await world.run('learn', `${last}`);
  for (const date of januaryDays) {
    await world.run('daily', `${date}`);
    const of = async (table: string) => [table, await saidBy(table)] as const;
    said.set(`${date}`, new Map([await of('recommendations'), await of('careless'), await of('naively')]));
  }
});
after(() => world.close());

interface Said {
  readonly reason: string | null;
  readonly change: number | null;
  readonly elasticity: number;
}
type Table = 'recommendations' | 'careless' | 'naively';
/** By day and table what is said of each product. */
const said = new Map<string, ReadonlyMap<string, ReadonlyMap<string, Said>>>();
async function saidBy(table: string): Promise<ReadonlyMap<string, Said>> {
  const rows = await world.rows(`select sku, reason, change, elasticity_then from gold.${table}`);
  return new Map(
    rows.map(([sku, reason, change, elasticity]) => [
      String(sku),
      { reason: reason as string | null, change: change as number | null, elasticity: Number(elasticity) },
    ]),
  );
}
const sayingOf = (table: Table, sku: string, date = last): Said =>
  said.get(`${date}`)?.get(table)?.get(sku) ?? assert.fail(`${table} says nothing of ${sku} on ${date}`);
const of = (kind: string) => skus.filter((sku) => sku.startsWith(kind));

test('after Black Friday no recommendation of January lowers a price because of it; naive elasticities lower every one', () => {
  const calm = (sku: string): string => sku.replace('black', 'calm');
  for (const date of januaryDays)
    for (const sku of of('black')) {
      const [own, other] = [sayingOf('recommendations', sku, date), sayingOf('naively', sku, date)];
      const all = `${sku} ${date}: ${JSON.stringify([own, other])}`;
      assert.ok((other.change ?? 0) < -0.02, all);
      assert.ok((own.change ?? 0) >= 0, all);
      assert.ok(Math.abs(own.elasticity - truth) < 0.6 && other.elasticity < truth - 0.5, all);
      // Because of it: without that week, and with all else the same, the same is recommended, and naive elasticities lower nothing.
      const without = sayingOf('recommendations', calm(sku), date);
      assert.ok(Math.abs((own.change ?? 0) - (without.change ?? 0)) < 0.03, `${all} ${JSON.stringify(without)}`);
      assert.ok((sayingOf('naively', calm(sku), date).change ?? 0) >= 0, all);
    }
  const raised = of('black').filter((sku) => (sayingOf('recommendations', sku).change ?? 0) > 0);
  assert.ok(raised.length >= 3, 'and it is not by saying nothing');
});

test('what runs out is not recommended a lower price for that, and while it is out of stock there is no recommendation', () => {
  let raised = 0;
  for (const date of januaryDays)
    for (const sku of of('empty')) {
      const all = `${sku} ${date}`;
      assert.ok((sayingOf('naively', sku, date).change ?? 0) < -0.02, all);
      assert.ok((sayingOf('careless', sku, date).change ?? 0) >= 0, all);
      const { reason, change } = sayingOf('recommendations', sku, date);
      assert.ok((change ?? 0) >= 0, all);
      raised += (change ?? 0) > 0 ? 1 : 0;
      if (date.equals(last)) assert.deepEqual([reason, change], ['out_of_stock', null]);
      // All else the same, and enough on the shelf.
      assert.ok((sayingOf('naively', sku.replace('empty', 'stocked'), date).change ?? 0) >= 0, all);
    }
  assert.ok(raised > 0, 'on days on which it was in stock');
});

test('when rivals answer our cuts the recommendations of that product stop, and an alert says why', async () => {
  assert.ok((sayingOf('careless', 'war0').change ?? 0) < 0, 'without that limit it would be cut again');
  const { reason, change } = sayingOf('recommendations', 'war0');
  assert.deepEqual([reason, change], ['rivals_answer', null]);
  // Whose rival stands still, answers after more days than are counted, or answers two of the last four.
  for (const sku of ['peace0', 'late0', 'half0']) {
    const going = sayingOf('recommendations', sku);
    assert.ok(going.reason === null && (going.change ?? 0) < 0, `${sku}: ${JSON.stringify(going)}`);
  }
  const counts = await world.rows('select sku, cuts, cuts_answered from gold.moves where cuts > 3 order by sku');
  assert.deepEqual(
    counts
      .map(([sku, , answered]) => [sku, Number(answered)])
      .filter(([sku]) => /^(war|half|late|peace)/.test(String(sku))),
    [
      ['half0', 2],
      ['late0', 0],
      ['peace0', 0],
      ['war0', 4],
    ],
  );
  const [[why] = []] = await world.rows("select why from gold.recommendations where sku = 'war0'");
  assert.match(String(why), /^No recommendation: rivals answered [34] of our last 4 cuts\.$/);
  const alerts = path.join(folder, 'alerts.txt');
  assert.ok(existsSync(alerts));
  const text = readFileSync(alerts, 'utf8');
  assert.match(text, /rivals answer our cuts/);
  assert.match(text, /war0/);
  assert.match(text, /rivals answered [34] of our last 4 cuts/);
  assert.doesNotMatch(text, /(peace|late|half)0/);
});
