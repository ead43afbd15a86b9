import assert from 'node:assert/strict';
import { test } from 'node:test';
import { given } from 'esteira/testing';
import { eventOn, eventos } from '../definitions/1-events.ts';
import {
  competitorFiles,
  competitorPrices,
  concorrentes,
  dailySales,
  masterTable,
  rawSales,
  rawStock,
  sales,
  salesFiles,
  stock,
  stockFiles,
} from '../definitions/2-data.ts';
import { masterVersions, nextDay, trainingWindow } from '../definitions/3-training.ts';
import { approvedPrices, movimentos, recommendations } from '../definitions/4-prices.ts';
import { retreino, semRetreino } from '../definitions/6-jobs.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const day = (text: string): Temporal.PlainDate => Temporal.PlainDate.from(text);
const nightAfter = (date: string): Temporal.Instant => at(`${day(date).add({ days: 1 })}T02:00:00Z`);
const place = { sku: 'a', region: 'sul' };
const sale = (sale_id: string, date: string, more: object = {}) => ({
  ...{ sale_id, date: day(date), sold_at: at(`${date}T12:00:00Z`), recorded_at: nightAfter(date), ...place },
  ...{ price: 10, units: 3, ...more },
});
const inStock = (date: string, more: object = {}) => ({
  ...{ date: day(date), ...place, opened_at: at(`${date}T11:00:00Z`), recorded_at: nightAfter(date) },
  ...{ opening_stock: 20, closing_stock: 17, price: 10, cost: 6, ...more },
});
const seen = (competitor: string, seen_at: string, price: number, more: object = {}) => ({
  ...{ competitor, seen_at: at(seen_at), recorded_at: nightAfter(seen_at.slice(0, 10)), ...place, price, ...more },
});
const tracked = [
  { competitor: 'alfa', acompanhado: true },
  { competitor: 'beta', acompanhado: true },
  { competitor: 'gama', acompanhado: false },
];

test('of several lines of a sale the one that was recorded last counts, whichever was read last; a line that cannot be is set aside', async () => {
  const lines = [
    sale('1', '2026-03-01', { units: 30 }),
    sale('1', '2026-03-01', { units: 3, recorded_at: at('2026-03-05T02:00:00Z') }),
    sale('1', '2026-03-01', { units: 30 }),
    sale('2', '2026-03-01'),
    sale('2', '2026-03-01'),
    sale('3', '2026-03-01', { price: 0 }),
    sale('4', '2026-03-01', { units: 4, recorded_at: at('2026-03-02T02:00:01Z') }),
    sale('4', '2026-03-01'),
  ];
  const raw = await given(salesFiles, lines).on('2026-03-01').build(rawSales);
  assert.deepEqual(raw.account, { in: 8, valid: 7, invalid: 1, duplicates: 0 });
  assert.equal(raw.invalid[0]?.['preco_positivo'], false);
  const { rows, account } = await given(salesFiles, lines).on('2026-03-01').build(sales);
  assert.deepEqual(account, { in: 7, valid: 3, invalid: 0, duplicates: 4 });
  assert.deepEqual(
    rows.map(({ sale_id, units, known_on }) => [sale_id, units, String(known_on)]),
    [
      ['1', 3, '2026-03-04'],
      ['2', 3, '2026-03-01'],
      ['4', 4, '2026-03-01'],
    ],
  );
});

test('a day has every product that was in stock; one of which no sale is known yet is no day without sales', async () => {
  const { rows } = await given(rawSales, [
    { ...sale('1', '2026-03-01'), known_on: day('2026-03-01') },
    { ...sale('2', '2026-03-01', { price: 8, units: 1 }), known_on: day('2026-03-01') },
    { ...sale('3', '2026-03-01', { sku: 'b', units: 0 }), known_on: day('2026-03-01') },
  ])
    .given(rawStock, [
      { ...inStock('2026-03-01'), known_on: day('2026-03-01') },
      { ...inStock('2026-03-01', { sku: 'b', closing_stock: 20 }), known_on: day('2026-03-01') },
      { ...inStock('2026-03-01', { sku: 'c', closing_stock: 0 }), known_on: day('2026-03-01') },
      {
        ...inStock('2026-03-01', { sku: 'd', opening_stock: 0, closing_stock: 0 }),
        known_on: day('2026-03-01'),
      },
      { ...inStock('2026-03-02'), known_on: day('2026-03-02') },
    ])
    .build(dailySales);
  assert.deepEqual(
    rows.map((row) => [String(row.date), row.sku, row.units, row.price, row.out_of_stock, row.without_stock]),
    [
      ['2026-03-01', 'a', 4, 9.5, false, false],
      ['2026-03-01', 'b', 0, 10, false, false],
      ['2026-03-01', 'c', 0, 10, true, false],
      ['2026-03-01', 'd', 0, 10, true, true],
    ],
  );
});

test('while the sales of one region have not come, its day is no day without sales, and that of another stands', async () => {
  const known_on = day('2026-03-01');
  const { rows } = await given(rawSales, [{ ...sale('1', '2026-03-01'), known_on }])
    .given(rawStock, [
      { ...inStock('2026-03-01'), known_on },
      { ...inStock('2026-03-01', { sku: 'b' }), known_on },
      { ...inStock('2026-03-01', { region: 'norte' }), known_on },
    ])
    .build(dailySales);
  assert.deepEqual(
    rows.map(({ sku, region, units }) => `${sku} ${region} ${units}`),
    ['a sul 3', 'b sul 0'],
  );
});

test('what costs more than ten prices, or grows while it is sold, is set aside', async () => {
  const { account, invalid } = await given(stockFiles, [
    inStock('2026-03-01', { cost: 100 }),
    inStock('2026-03-01', { sku: 'b', closing_stock: 21 }),
    inStock('2026-03-01', { sku: 'c', cost: null }),
  ]).build(stock);
  assert.deepEqual(account, { in: 1, valid: 1, invalid: 0, duplicates: 0 });
  const raw = await given(stockFiles, [
    inStock('2026-03-01', { cost: 100 }),
    inStock('2026-03-01', { sku: 'b', closing_stock: 21 }),
  ]).build(rawStock);
  assert.deepEqual(
    raw.invalid.map((row) => [row.sku, row['custo_abaixo_de_dez_precos'], row['estoque_nao_cresce']]),
    [
      ['a', false, true],
      ['b', true, false],
    ],
  );
  assert.deepEqual(invalid, []);
});

test('a day knows the cheapest competitor as he was seen before it opened, at most seven days ago, and of those only who counts', async () => {
  const days = ['2026-03-01', '2026-03-08', '2026-03-09', '2026-03-10'];
  const { rows } = await given(
    dailySales,
    days.map((date) => ({
      ...{ date: day(date), ...place, opened_at: at(`${date}T11:00:00Z`), known_on: day(date) },
      ...{ price: 10, shelf_price: 10, units: 3, cost: 6, closing_stock: 1, out_of_stock: false, without_stock: false },
    })),
  )
    .given(concorrentes, tracked)
    .given(competitorFiles, [
      seen('alfa', '2026-03-01T11:00:00Z', 9),
      seen('alfa', '2026-03-01T11:00:01Z', 5),
      seen('beta', '2026-03-01T10:00:00Z', 8),
      seen('beta', '2026-03-01T10:00:00Z', 8.5, { recorded_at: at('2026-03-04T02:00:00Z') }),
      seen('gama', '2026-03-01T10:00:00Z', 1),
      seen('alfa', '2026-03-02T11:00:00Z', 7),
    ])
    .on('2026-03-01')
    .build(masterTable);
  assert.deepEqual(
    rows.map(({ date, competitor_price, known_on }) => [String(date), competitor_price, String(known_on)]),
    [
      ['2026-03-01', 8.5, '2026-03-03'],
      ['2026-03-08', 7, '2026-03-08'],
      ['2026-03-09', 7, '2026-03-09'],
      ['2026-03-10', null, '2026-03-10'],
    ],
  );
  const prices = await given(competitorFiles, [seen('alfa', '2026-03-01T10:00:00Z', 0)]).build(competitorPrices);
  assert.equal(prices.account.invalid, 1);
});

const master = (date: string, more: object = {}) => ({
  ...{ date: day(date), ...place, opened_at: at(`${date}T11:00:00Z`), known_on: day(date), units: 3 },
  ...{ price: 10, shelf_price: 10 },
  ...{ cost: 6, closing_stock: 1, out_of_stock: false, without_stock: false, competitor_price: 9, ...more },
});

test('training sees the last twelve months, as they were known by the run of that date, with the events of the calendar', async () => {
  const { rows } = await given(masterVersions, [
    { ...master('2025-11-27'), known_from: day('2025-11-27') },
    { ...master('2025-11-28'), known_from: day('2025-11-28') },
    {
      ...master('2026-11-25', { units: 30 }),
      ...{ known_from: day('2026-11-25'), known_until: day('2026-11-29') },
    },
    { ...master('2026-11-25'), known_from: day('2026-11-29') },
    { ...master('2026-11-27'), known_from: day('2026-11-27') },
    { ...master('2026-11-28'), known_from: day('2026-11-28') },
  ])
    .given(eventos, [
      { date: day('2025-11-28'), evento: 'black_friday' },
      { date: day('2026-11-27'), evento: 'black_friday' },
    ])
    .on('2026-11-27')
    .build(trainingWindow);
  assert.deepEqual(
    rows.map(({ date, units, month, black_friday, natal }) => [String(date), units, month, black_friday, natal]),
    [
      ['2025-11-28', 3, 11, true, false],
      ['2026-11-25', 30, 11, false, false],
      ['2026-11-27', 3, 11, true, false],
    ],
  );
});

test('prices are made for tomorrow, of what is asked today', async () => {
  const { rows } = await given(masterVersions, [
    { ...master('2026-11-25'), known_from: day('2026-11-25') },
    { ...master('2026-11-26', { price: 12, out_of_stock: true }), known_from: day('2026-11-26') },
  ])
    .given(eventos, [{ date: day('2026-11-27'), evento: 'black_friday' }])
    .on('2026-11-26')
    .build(nextDay);
  assert.deepEqual(
    rows.map((row) => [String(row.date), row.price, row.out_of_stock, row.black_friday, row.month]),
    [['2026-11-27', 12, true, true, 11]],
  );
});

test('a price on the shelf has moved, and cuts were answered, as far as the run of the date knows; Black Friday is no cut', async () => {
  const days = ['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23', '2026-11-24', '2026-11-25', '2026-11-26'];
  const prices = [10, 9, 9, 9, 9, 7, 9];
  const rivals = [9.5, 9.5, 8.5, 8.5, 8.5, 6, 6];
  const world = given(
    masterVersions,
    days.map((date, place) => ({
      // Coupons: what was paid is another price every day.
      ...master(date, { shelf_price: prices[place], price: 9 - place, competitor_price: rivals[place] }),
      known_from: day(date),
    })),
  ).given(eventos, [{ date: day('2026-11-25'), evento: 'black_friday' }]);
  const moves = async (date: string) => {
    const [row] = (await world.on(date).build(movimentos)).rows;
    return [String(row?.price_changed_on), row?.cuts, row?.cuts_answered];
  };
  assert.deepEqual(await moves('2026-11-21'), ['2026-11-21', 0, 0]);
  assert.deepEqual(await moves('2026-11-23'), ['2026-11-21', 1, 1]);
  assert.deepEqual(await moves('2026-11-26'), ['2026-11-26', 1, 1]);
});

test('Black Friday is the day after the fourth Thursday of November; paydays and eves of days off are busy, too', () => {
  const found = ['2025-11-28', '2026-11-27', '2027-11-26', '2026-11-20', '2026-12-24', '2026-12-25', '2026-09-06'];
  assert.deepEqual(
    found.map((date) => eventOn(day(date))),
    ['black_friday', 'black_friday', 'black_friday', 'feriado', 'natal', undefined, 'feriado'],
  );
});

test('a price that could not be exported is none that somebody may change a recommendation to', () => {
  const { rules } = recommendations.columns.recommended_price.facts;
  assert.deepEqual(rules, [{ code: 'min', allowed: 0.01 }]);
  assert.deepEqual(rules, approvedPrices.columns.recommended_price.facts.rules);
});

test('a model is trained again after an alert at most every fourteen days, and on no Black Friday to come', () => {
  assert.deepEqual(retreino.pauses, { coolDown: '14 days', blackout: semRetreino });
  const days = semRetreino.rows.map(({ date }) => date);
  assert.ok(days.every((date) => eventOn(date) === 'black_friday'));
  assert.deepEqual(
    days.map(({ year }) => year),
    [2026, 2027],
  );
});
