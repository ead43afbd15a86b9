import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Candidate, col, files, recommendationColumns, recommendedPrices, settings, source, table } from 'esteira';
import { given } from 'esteira/testing';
import { Chance } from '../../pipelines/chance.ts';

const limits = settings('config.pricing', {
  step: col.real().default(0.1),
  markup: col.real().default(0.05),
  history: col.integer().default(90),
  cool_down: col.integer().default(7),
  answered: col.integer().default(3),
});
const columns = {
  sku: col.text().key(),
  day: col.date(),
  price: col.real().optional(),
  cost: col.real().optional(),
  out_of_stock: col.boolean().optional(),
  least_price: col.real().optional(),
  most_price: col.real().optional(),
  price_changed_on: col.date().optional(),
  cuts: col.integer().optional(),
  cuts_answered: col.integer().optional(),
  expected_units: col.real().optional(),
  expected_units_low: col.real().optional(),
  expected_units_high: col.real().optional(),
  elasticity: col.real().optional(),
  elasticity_low: col.real().optional(),
  elasticity_high: col.real().optional(),
  days_used: col.integer().optional(),
  trustworthy: col.boolean().optional(),
};
const predicted = source('landing.predicted', { reader: files('predicted.csv'), columns });
const how = {
  price: 'price',
  cost: 'cost',
  outOfStock: 'out_of_stock',
  floor: 'least_price',
  ceiling: 'most_price',
  step: limits.step,
  markup: limits.markup,
  minimumHistory: limits.history,
  coolDown: { day: 'day', changedOn: 'price_changed_on', days: limits.cool_down },
  rivals: { cuts: 'cuts', answered: 'cuts_answered', most: limits.answered },
} as const;
const recommended = (say = {}, least = 0) =>
  table('recommendations_v1', {
    columns: { ...columns, ...recommendationColumns },
    rows: recommendedPrices(predicted, { ...how, say, least }),
  });
const english = recommended();

const day = Temporal.PlainDate.from('2026-01-10');
/** Elasticity -2.5, cost 6: 10 is the best price. */
const usual: Candidate<typeof columns> & { sku: string } = {
  ...{ sku: 'a', day, price: 10, cost: 6, out_of_stock: false, least_price: null, most_price: null },
  ...{ price_changed_on: null, cuts: 0, cuts_answered: 0, days_used: 365, trustworthy: true },
  ...{ expected_units: 100, expected_units_low: 80, expected_units_high: 125 },
  ...{ elasticity: -2.5, elasticity_low: -3, elasticity_high: -2 },
};
type Row = Partial<typeof usual>;
async function recommend(rows: readonly Row[], of = english, changed = {}) {
  const named = rows.map((row, index) => ({ ...usual, sku: `p${String(index).padStart(4, '0')}`, ...row }));
  return (await given(predicted, named).setting(limits, changed).build(of)).rows;
}
const near = (one: number | null, other: number, by = 1e-9): void =>
  assert.ok(one !== null && Math.abs(one - other) <= by, `${one} is not ${other}`);

test('the recommended price has the highest margin of all prices within the limits, to the cent', async () => {
  const chance = new Chance(7, 'prices');
  const rows = Array.from({ length: 400 }, (): Row => {
    const price = Math.round(chance.between(200, 5000)) / 100;
    const elasticity = -chance.between(1.2, 6);
    const wide = chance.between(0, (-1 - elasticity) * 0.9);
    return {
      ...{ price, cost: price * chance.between(0.2, 1.1), elasticity },
      ...{ elasticity_low: elasticity - wide, elasticity_high: elasticity + wide },
      least_price: chance.next() < 0.3 ? price * chance.between(0.8, 1.15) : null,
      most_price: chance.next() < 0.3 ? price * chance.between(0.85, 1.2) : null,
    };
  });
  const found = await recommend(rows, english, { markup: 0.3 });
  const counts: Record<string, number> = {};
  for (const row of found) {
    const { price, cost, elasticity } = row as { price: number; cost: number; elasticity: number };
    const lowest = Math.max(price * 0.9, cost * 1.3, row.least_price ?? 0);
    const highest = Math.min(price * 1.1, row.most_price ?? Infinity);
    const margin = (of: number): number => (of - cost) * (of / price) ** elasticity;
    let best = Number.NaN;
    for (let cents = Math.ceil(lowest * 100 - 1e-6); cents <= highest * 100 + 1e-6; cents += 1)
      if (!(margin(cents / 100) <= margin(best))) best = cents / 100;
    counts[row.limited_by ?? row.reason ?? 'free'] = (counts[row.limited_by ?? row.reason ?? 'free'] ?? 0) + 1;
    if (Number.isNaN(best)) assert.equal(row.reason, 'rails_apart');
    else if (row.reason === 'already_best') near(best, price, 0.0101);
    else {
      assert.equal(row.reason, null);
      const { recommended_price: chosen } = row;
      assert.ok(
        chosen !== null && chosen >= lowest - 1e-7 && chosen <= highest + 1e-7,
        `${chosen} of ${lowest} to ${highest}`,
      );
      near(chosen * 100, Math.round(chosen * 100), 1e-6);
      assert.ok(
        margin(chosen) >= margin(best) * (1 - 1e-4),
        `${chosen} has ${margin(chosen)}, ${best} has ${margin(best)}`,
      );
      near(row.change, chosen / price - 1);
      near(row.margin_then, 100 * margin(chosen), 1e-6 * 100 * margin(chosen));
    }
  }
  for (const each of ['step', 'markup', 'floor', 'ceiling', 'rails_apart'])
    assert.ok((counts[each] ?? 0) > 3, JSON.stringify(counts));
});

test('there is none, and the reason, where a price would be a guess', async () => {
  const ago = (days: number) => day.subtract({ days });
  const cases: readonly [Row, string | null][] = [
    [{ cost: 5 }, null],
    [{ price: null }, 'no_price'],
    [{ price: 0 }, 'no_price'],
    [{ cost: null }, 'no_cost'],
    [{ cost: 0 }, 'no_cost'],
    [{ cost: 5, out_of_stock: true }, 'out_of_stock'],
    [{ cost: 5, out_of_stock: null }, 'stock_unknown'],
    [{ cost: 5, cuts: 5, cuts_answered: 3 }, 'rivals_answer'],
    [{ cost: 5, cuts: 5, cuts_answered: 2 }, null],
    [{ cost: 5, days_used: 89 }, 'short_history'],
    [{ cost: 5, days_used: 90 }, null],
    [{ cost: 5, days_used: null }, 'short_history'],
    [{ cost: 5, trustworthy: false }, 'uncertain'],
    [{ cost: 5, trustworthy: null }, 'uncertain'],
    [{ cost: 5, elasticity: null }, 'uncertain'],
    [{ cost: 5, elasticity_high: -1 }, 'not_elastic'],
    [{ cost: 5, elasticity: -0.5, elasticity_low: -0.9, elasticity_high: -0.1 }, 'not_elastic'],
    [{ cost: 5, elasticity_high: null }, 'not_elastic'],
    [{ cost: 5, elasticity_high: -1.0001 }, null],
    [{ cost: 5, price_changed_on: ago(6) }, 'cooling_down'],
    [{ cost: 5, price_changed_on: ago(7) }, null],
    [{ cost: 5, least_price: 12 }, 'rails_apart'],
    [{ cost: 6 }, 'already_best'],
  ];
  const found = await recommend(cases.map(([row]) => row));
  for (const [index, { reason, recommended_price, units_then, change, best_price, why }] of found.entries()) {
    const [row, expected] = cases[index] as (typeof cases)[number];
    assert.equal(reason, expected, JSON.stringify(row));
    assert.equal(recommended_price === null, expected !== null);
    if (expected !== null) assert.deepEqual([units_then, change], [null, null]);
    if (expected === 'not_elastic') assert.equal(best_price, null);
    assert.match(why, expected === null ? /^Lower 10\.00 to / : /^No recommendation: .*\.$/);
  }
});

test('limits are settings, and a change that is too small is none', async () => {
  const [narrow] = await recommend([{ cost: 5 }], english, { step: 0.02 });
  assert.deepEqual([narrow?.recommended_price, narrow?.limited_by], [9.8, 'step']);
  const [small] = await recommend([{ cost: 5.9 }], recommended({}, 0.02));
  assert.deepEqual([small?.reason, small?.recommended_price], ['already_best', null]);
});

test('the intervals of units, revenue and margin hold as often as those that they are made of', async () => {
  const [row] = await recommend([
    { cost: 5, expected_units: 100, expected_units_low: 100 / 1.5, expected_units_high: 150 },
  ]);
  const price = row?.recommended_price as number;
  const chance = new Chance(3, 'truth');
  const draws = 20_000;
  let within = 0;
  for (let draw = 0; draw < draws; draw += 1) {
    const units = 100 * Math.exp((Math.log(1.5) / 1.959964) * chance.normal());
    const then = units * (price / 10) ** (-2.5 + (0.5 / 1.959964) * chance.normal());
    const holds = then >= (row?.units_then_low as number) && then <= (row?.units_then_high as number);
    within += holds ? 1 : 0;
  }
  near(within / draws, 0.95, 0.006);
  for (const end of ['', '_low', '_high'] as const) {
    const units = row?.[`units_then${end}`] as number;
    near(row?.[`revenue_then${end}`] ?? null, price * units, 1e-6);
    near(row?.[`margin_then${end}`] ?? null, (price - 5) * units, 1e-6);
  }
});

test('where it is known how rivals answer, the elasticity after their answer decides; it never makes sure what is not', async () => {
  const answering = source('landing.answering', {
    reader: files('answering.csv'),
    columns: { ...columns, rival_reaction: col.real().optional(), rival_elasticity: col.real().optional() },
  });
  const answered = table('recommendations_v2', {
    columns: { sku: columns.sku, ...recommendationColumns },
    rows: recommendedPrices(answering, { price: 'price', cost: 'cost', step: 1 }),
  });
  const rivals = [
    { sku: 'a', rival_reaction: 0, rival_elasticity: 0.8 },
    { sku: 'b', rival_reaction: 0.5, rival_elasticity: 0.8 },
    { sku: 'c', rival_reaction: 0.9, rival_elasticity: 1.2 },
    { sku: 'd', rival_reaction: null, rival_elasticity: null },
    // As if rivals helped our cuts: chance.
    { sku: 'e', rival_reaction: 0.7, rival_elasticity: -1.2 },
    { sku: 'f', rival_reaction: -0.5, rival_elasticity: 0.8 },
    {
      ...{ sku: 'g', rival_reaction: 0.7, rival_elasticity: -1.2 },
      ...{ elasticity: -0.9, elasticity_low: -1.3, elasticity_high: -0.5 },
    },
  ];
  const { rows } = await given(
    answering,
    rivals.map((one) => ({ ...usual, cost: 5, ...one })),
  ).build(answered);
  assert.deepEqual(
    rows.map(({ recommended_price, reason }) => recommended_price ?? reason),
    [8.33, 9.55, 'not_elastic', 8.33, 8.33, 8.33, 'not_elastic'],
  );
  near(rows[1]?.elasticity_then ?? null, -2.1);
  near(rows[1]?.units_then ?? null, 100 * 0.955 ** -2.1);
});

test('rows that say what is left once the rival has answered are taken at their word, and the own elasticity has to be sure as well', async () => {
  const unsure = { elasticity_then: col.real(), elasticity_then_low: col.real(), elasticity_then_high: col.real() };
  const knowing = source('landing.knowing', { reader: files('answering.csv'), columns: { ...columns, ...unsure } });
  const known = table('recommendations_v3', {
    columns: { sku: columns.sku, ...recommendationColumns },
    rows: recommendedPrices(knowing, { price: 'price', cost: 'cost', step: 1 }),
  });
  const left = { elasticity_then: -2.1, elasticity_then_low: -2.8, elasticity_then_high: -1.4 };
  const { rows } = await given(
    knowing,
    [
      { sku: 'a', ...left },
      { sku: 'b', ...left, elasticity_then_high: -0.9 },
      { sku: 'c', ...left, elasticity: -1.6, elasticity_low: -2.4, elasticity_high: -0.8 },
    ].map((one) => ({ ...usual, cost: 5, ...one })),
  ).build(known);
  assert.deepEqual(
    rows.map(({ recommended_price, reason }) => recommended_price ?? reason),
    [9.55, 'not_elastic', 'not_elastic'],
  );
});

test('why is a sentence with the numbers, in the words of the definition', async () => {
  const row: Row = { cost: 5 };
  const [said] = await recommend([row]);
  assert.equal(
    said?.why,
    'Lower 10.00 to 9.00 (-10.0 %): elasticity -2.50 (-3.00 to -2.00), so 130.1 units (103.5 to 163.7) instead of 100.0, and a margin of 520.54 (413.88 to 654.68) instead of 500.00; no further in one step.',
  );
  const portuguese = recommended({
    ...{ decimalMark: ',', lower: "Baixar {price} → {recommended_price} d'agora{limit}", step: ' (passo máximo)' },
    rivals_answer: 'Os concorrentes responderam a {cuts_answered} dos últimos {cuts} cortes',
  });
  const [lower, rivals] = await recommend([row, { ...row, cuts: 4, cuts_answered: 4 }], portuguese);
  assert.equal(lower?.why, "Baixar 10,00 → 9,00 d'agora (passo máximo)");
  assert.equal(rivals?.why, 'Os concorrentes responderam a 4 dos últimos 4 cortes');
});

test('prices have as many places as is said, and so has the sentence', async () => {
  const whole = table('recommendations_v3', {
    columns: { sku: columns.sku, ...recommendationColumns },
    rows: recommendedPrices(predicted, { price: 'price', cost: 'cost', step: 0.13, places: 0 }),
  });
  const [row] = (await given(predicted, [{ ...usual, price: 990, cost: 500 }]).build(whole)).rows;
  assert.equal(row?.recommended_price, 862);
  assert.match(row?.why ?? '', /^Lower 990 to 862 \(-12\.9 %\): .*; no further in one step\.$/);
});

const without = <Of extends { price: unknown; cost: unknown; day: unknown; out_of_stock: unknown }>({
  price: _,
  cost: __,
  day: ___,
  out_of_stock: ____,
  ...others
}: Of) => others;

test('columns that are named may be called anything', async () => {
  const others = without(columns);
  const odd = {
    ...others,
    ...{ 'Preço de "venda"': col.real(), 'o custo': col.real(), Date: col.date() },
    ...{ 'em falta?': col.boolean(), 'mudou em': col.date().optional() },
  };
  const oddly = source('landing.oddly', { reader: files('oddly.csv'), columns: odd });
  const of = table('recommendations_v4', {
    columns: { sku: columns.sku, ...recommendationColumns },
    rows: recommendedPrices(oddly, {
      ...{ price: 'Preço de "venda"', cost: 'o custo', outOfStock: 'em falta?', floor: 'least_price', step: 0.1 },
      coolDown: { day: 'Date', changedOn: 'mudou em', days: 7 },
      rivals: { cuts: 'cuts', answered: 'cuts_answered', most: 3 },
    }),
  });
  const own = {
    ...without(usual),
    'Preço de "venda"': 10,
    'o custo': 5,
    Date: day,
    'em falta?': false,
    'mudou em': null,
  };
  const late = { ...own, sku: 'b', 'mudou em': day };
  const { rows } = await given(oddly, [own, late]).build(of);
  assert.deepEqual(
    rows.map(({ recommended_price, reason, why }) => [recommended_price, reason, why.slice(0, 37)]),
    [
      [9, null, 'Lower 10.00 to 9.00 (-10.0 %): elasti'],
      [null, 'cooling_down', 'No recommendation: the price changed '],
    ],
  );
});

test('a sentence that names what is not there, and rows without a prediction, are refused where they are defined', () => {
  assert.throws(() => recommended({ lower: 'Lower {prise}' }), { code: 'DEFINITION_INVALID', message: /\{prise\}/ });
  assert.throws(() => recommended({ lower: 'Baixar {preço unitário}' }), { message: /names \{preço unitário\}/ });
  const bare = source('bare', { reader: files('bare.csv'), columns: { price: col.real(), cost: col.real() } });
  const asked = { price: 'price', cost: 'cost', step: 0.1 } as const;
  assert.throws(() => recommendedPrices(bare, asked), { code: 'DEFINITION_INVALID', message: /expected_units/ });
  const twice = source('twice', { reader: files('twice.csv'), columns: { ...columns, why: col.text() } });
  assert.throws(() => recommendedPrices(twice, asked), { code: 'DEFINITION_INVALID', message: /why/ });
});
