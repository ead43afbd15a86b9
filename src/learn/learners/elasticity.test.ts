import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elasticityPredictor, predictedNames } from '../elasticity/predict.ts';
import { simulated } from '../elasticity/simulated.ts';
import type { FeatureColumn } from '../features.ts';
import { priceElasticity } from './elasticity.ts';
import type { Learned, Lesson } from './learned.ts';

const days = 240;
const { columns, units, truth, products } = simulated({ seed: 5, products: 8, days });
const { out_of_stock: soldOut, ...features } = columns as Record<string, FeatureColumn>;
const count = units.length;
const held = Uint8Array.from({ length: count }, (_, row) => (row % days >= days - 28 ? 1 : 0));
const flags = (of: (row: number) => boolean): FeatureColumn => ({
  of: 'booleans',
  values: Uint8Array.from({ length: count }, (_, row) => (of(row) ? 1 : 0)),
});
const of = { by: 'sku', price: 'price', rival: 'competitor_price', events: ['promotion'], season: ['month'] } as const;
const lesson: Own = {
  options: { ...of, outOfStock: 'out_of_stock' },
  features: Object.keys(features).map((name) => ({ name })),
  columns: features,
  beside: { out_of_stock: soldOut as FeatureColumn },
  target: { of: 'numbers', values: units },
  held,
};
type Own = Lesson<Parameters<typeof priceElasticity>[0]['options']>;
const learned = priceElasticity(lesson);
const modelOf = ({ parameters }: Learned) => {
  assert.ok('model' in parameters);
  return parameters.model;
};
/** Of some rows, by name. */
function predicted(from: Learned, rows: Readonly<Record<string, FeatureColumn>>, length: number) {
  const found = elasticityPredictor(modelOf(from))(rows, length);
  return (name: (typeof predictedNames)[number]): Float64Array => found[predictedNames.indexOf(name)] as Float64Array;
}

test('each product has its elasticity between bounds, the naive one beside it', () => {
  assert.deepEqual(
    learned.inside.map(({ sku }) => sku),
    products,
  );
  for (const [at, row] of learned.inside.entries()) {
    const is = truth[at] as number;
    assert.ok(Math.abs(Number(row['elasticity']) - is) < 0.6 && Number(row['elasticity_naive']) > is + 0.8, `${at}`);
    assert.ok(Number(row['elasticity_low']) < Number(row['elasticity']));
    assert.ok(Math.abs(Number(row['rival_reaction']) - 0.7) < 0.3);
    assert.ok(Number(row['days_sold_out']) > 20 && row['trustworthy'] === 1);
  }
});

test('what is expected of a day is judged on days whose sales were their demand, kept from the learner', () => {
  const { measures, samples = 0 } = learned;
  const ranOut = (soldOut as { values: Uint8Array }).values;
  assert.equal(samples, held.filter((flag, row) => flag === 1 && ranOut[row] === 0).length);
  assert.ok(Number(measures['interval_coverage']) > 0.9 && Number(measures['trustworthy_share']) === 1);
  assert.ok(Number(measures['mape']) > 0.2 && Number(measures['mape']) < 0.6);
  // What is kept and says the contrary changes what it is judged by, and not what is learned.
  const other = priceElasticity({
    ...lesson,
    target: { of: 'numbers', values: units.map((one, row) => (held[row] ? one * 3 : one)) },
  });
  assert.deepEqual(other.parameters, learned.parameters);
  assert.ok(Number(other.measures['bias']) < -0.5 && Number(other.measures['interval_coverage']) < 0.6);
});

test('a row is expected to sell what its own price, event, month and rival make of it', () => {
  const one = (values: Readonly<Record<string, number>>) =>
    ({
      sku: { of: 'texts', codes: Int32Array.of(0), words: [products[0] as string] },
      promotion: { of: 'booleans', values: Uint8Array.of(values['promotion'] ?? 0) },
      ...Object.fromEntries(
        ['price', 'competitor_price', 'month'].map((name) => [
          name,
          { of: 'numbers', values: Float64Array.of(values[name] ?? 20) },
        ]),
      ),
    }) as const satisfies Record<string, FeatureColumn>;
  const expected = (values: Readonly<Record<string, number>>): number =>
    predicted(learned, one({ month: 2, ...values }), 1)('expected_units')[0] as number;
  const at = predicted(learned, one({ month: 2 }), 1);
  const [usual, elasticity, rival] = (['expected_units', 'elasticity', 'rival_elasticity'] as const).map(
    (name) => at(name)[0] as number,
  ) as [number, number, number];
  assert.ok(Math.abs(expected({ price: 18 }) / usual - (18 / 20) ** elasticity) < 1e-12);
  assert.ok(Math.abs(expected({ competitor_price: 22 }) / usual - 1.1 ** rival) < 1e-12);
  assert.ok(expected({ promotion: 1 }) > 1.5 * usual);
  assert.ok((at('expected_units_low')[0] as number) < usual && usual < (at('expected_units_high')[0] as number));
  // A month that nobody has seen is a usual one, and without a rival's price there is an answer.
  assert.ok(Math.abs(expected({ month: 12 }) / usual - 1) < 0.5);
  assert.ok(
    Number.isFinite(
      predicted(
        learned,
        {
          ...one({ month: 2 }),
          competitor_price: { of: 'numbers', values: Float64Array.of(0), valid: Uint8Array.of(0) },
        },
        1,
      )('expected_units')[0],
    ),
  );
  assert.ok(Number.isNaN(expected({ price: 0 })));
});

test('a product that was not there has the elasticity of all, wide, and nothing is expected of it', () => {
  const stranger = { ...features, sku: { of: 'texts', codes: new Int32Array(count), words: ['new'] } } as const;
  const found = predicted(learned, stranger as Record<string, FeatureColumn>, count);
  const [value, low, high] = (['elasticity', 'elasticity_low', 'elasticity_high'] as const).map(
    (name) => found(name)[0] as number,
  ) as [number, number, number];
  assert.ok(value > -3.4 && value < -1.8 && high - low > 0.8);
  assert.deepEqual([found('expected_units')[0], found('days_used')[0], found('trustworthy')[0]], [Number.NaN, 0, 0]);
});

test('a day without stock says nothing, whatever it is filled with', () => {
  const empty = (row: number): boolean => row % 9 === 0 && held[row] === 0;
  const learnedWith = (value: number) =>
    priceElasticity({
      ...lesson,
      options: { ...lesson.options, withoutStock: 'without_stock' },
      beside: { ...lesson.beside, without_stock: flags(empty) },
      target: { of: 'numbers', values: units.map((sold, row) => (empty(row) ? value : sold)) },
    });
  const [one, other] = [learnedWith(0), learnedWith(1e6)];
  for (const [at, product] of modelOf(one).products.entries()) {
    assert.deepEqual(product.elasticity, modelOf(other).products[at]?.elasticity);
    assert.deepEqual(product.terms, modelOf(other).products[at]?.terms);
  }
  assert.equal(one.inside[0]?.['days_without_stock'], Math.ceil((days - 28) / 9));
});

test('a day in stock without a sale is demand below half a unit, or is left out where that is said', () => {
  const few = units.map((sold) => (sold < 130 ? 0 : sold / 260));
  assert.ok(few.filter((sold) => sold === 0).length > count / 4);
  const with0 = (noSale?: 'leave out') =>
    priceElasticity({
      ...lesson,
      target: { of: 'numbers', values: few },
      options: { ...lesson.options, ...(noSale ? { noSale } : {}) },
    });
  const meanOf = ({ inside }: Learned): number =>
    inside.reduce((sum, row) => sum + Number(row['elasticity']), 0) / inside.length;
  const [below, leftOut] = [with0(), with0('leave out')];
  assert.ok(Number(below.inside[0]?.['days_without_sale']) > 20);
  // Days of low demand that are left out are those of high prices: what is left looks as if prices did little.
  assert.ok(
    Math.abs(meanOf(below) + 2.6) < 0.5 && meanOf(leftOut) > meanOf(below) + 0.5,
    `${meanOf(below)} ${meanOf(leftOut)}`,
  );
});

test('a price that moves only with an event teaches nothing: the product is as all are, and not trustworthy', () => {
  const price = (features['price'] as { values: Float64Array }).values.map((value, row) =>
    row < days ? 20 + ((features['promotion'] as { values: Uint8Array }).values[row] as number) : value,
  );
  const found = priceElasticity({ ...lesson, columns: { ...features, price: { of: 'numbers', values: price } } });
  const [first, second] = found.inside;
  assert.deepEqual([first?.['own_elasticity'], first?.['trustworthy'], second?.['trustworthy']], [null, 0, 1]);
  const width = (row: typeof first): number => Number(row?.['elasticity_high']) - Number(row?.['elasticity_low']);
  assert.ok(width(first) > 1.5 * width(second));
  assert.ok(Number(found.measures['trustworthy_share']) === 7 / 8);
});

test('a champion is judged on the same rows, and one of other columns is not', () => {
  const beside = priceElasticity({ ...lesson, former: learned.parameters });
  assert.deepEqual(beside.champion, Object.fromEntries(Object.entries(learned.measures).slice(0, 4)));
  const { roles, ...rest } = modelOf(learned);
  const other = { learner: 'price elasticity', model: { ...rest, roles: { ...roles, price: 'another' } } } as const;
  assert.match(priceElasticity({ ...lesson, former: other }).incomparable ?? '', /other columns/);
});

test('several columns name a product, and segments are judged each by itself', () => {
  const region: FeatureColumn = {
    of: 'texts',
    codes: Int32Array.from({ length: count }, (_, row) => row % 2),
    words: ['n', 's'],
  };
  const found = priceElasticity({
    ...lesson,
    options: { ...lesson.options, by: ['sku', 'region'] },
    columns: { ...features, region },
    across: { region },
  });
  assert.deepEqual(
    found.inside.slice(0, 2).map(({ sku, region: own }) => [sku, own]),
    [
      ['p0000', 'n'],
      ['p0000', 's'],
    ],
  );
  const values = found.segments?.[0]?.values ?? [];
  assert.equal(
    values.reduce((sum, { samples }) => sum + samples, 0),
    found.samples,
  );
  const mean = values.reduce((sum, { samples, measures }) => sum + samples * Number(measures['interval_coverage']), 0);
  assert.ok(Math.abs(mean / Number(found.samples) - Number(found.measures['interval_coverage'])) < 1e-12);
});

test('rows from which no elasticity follows are refused, and what they are is said', () => {
  const flat = { ...features, price: { of: 'numbers', values: new Float64Array(count).fill(20) } } as const;
  assert.throws(
    () => priceElasticity({ ...lesson, columns: flat as Record<string, FeatureColumn> }),
    /no product has enough days with a sale, at different prices: of \d+ rows \d+ in stock with a sale, \d+ ran out/,
  );
  const none = { of: 'numbers', values: new Float64Array(count) } as const;
  assert.throws(
    () => priceElasticity({ ...lesson, columns: { ...features, price: none } as Record<string, FeatureColumn> }),
    /of (\d+) rows 0 in stock with a sale, \1 without a price above 0$/,
  );
});

test('an event that a product has not had does to it what it does to the others', () => {
  const promoted = (features['promotion'] as { values: Uint8Array }).values;
  const own = { ...features, promotion: flags((row) => row >= days && promoted[row] === 1) };
  const found = priceElasticity({ ...lesson, columns: own });
  const of = modelOf(found);
  const at = 1 + of.roles.season.reduce((sum, { words }) => sum + words.length, 0);
  const [first, ...others] = of.products.map(({ terms }) => terms?.[at] ?? Number.NaN);
  assert.ok(Number(first) > Math.min(...others) && Number(first) < Math.max(...others) && Number(first) > 0.4);
});

test('how a rival answers is seen on days that ran out, too', () => {
  const ranOut = (soldOut as { values: Uint8Array }).values;
  const [price, rival] = ['price', 'competitor_price'].map(
    (name) => (features[name] as { values: Float64Array }).values,
  );
  const follows = (rival as Float64Array).map((value, row) =>
    ranOut[row] === 1 ? 30 - (price?.[row] as number) / 2 : value,
  );
  const found = priceElasticity({
    ...lesson,
    columns: { ...features, competitor_price: { of: 'numbers', values: follows } },
  });
  for (const [at, { rival_reaction: reaction }] of found.inside.entries())
    assert.ok(Number(reaction) < Number(learned.inside[at]?.['rival_reaction']) - 0.1, `${reaction}`);
});

test('a product of a few days is as all are, however well these happen to fit', () => {
  const valid = Uint8Array.from({ length: count }, (_, row) => (row < days && row >= 5 ? 0 : 1));
  const price = (features['price'] as { values: Float64Array }).values;
  const values = units.map((sold, row) =>
    row < 5 ? (100 + (row % 2) / 100) * ((price[row] as number) / 20) ** -8 : sold,
  );
  const { inside } = priceElasticity({
    ...lesson,
    columns: { ...features, promotion: flags((row) => row >= days && row % 9 === 0) },
    beside: { out_of_stock: flags((row) => row >= days && row % 7 === 0) },
    target: { of: 'numbers', values, valid },
  });
  const [first, ...others] = inside;
  const width = (row: typeof first): number => Number(row?.['elasticity_high']) - Number(row?.['elasticity_low']);
  assert.ok(
    Math.abs(Number(first?.['own_elasticity']) + 8) < 0.05 && Number(first?.['own_std_error']) < 0.05,
    JSON.stringify(first),
  );
  assert.ok(Number(first?.['elasticity']) > -4 && first?.['trustworthy'] === 0, JSON.stringify(first));
  assert.ok(width(first) > Math.max(...others.map(width)));
});

test('after people have changed, the level is that of the last days where this is asked for, and the elasticity as it was', () => {
  const others = flags((row) => row % days >= days - 38);
  const changed = units.map((sold, row) => ((others as { values: Uint8Array }).values[row] ? sold * 0.55 : sold));
  const date: FeatureColumn = {
    of: 'texts',
    codes: Int32Array.from({ length: count }, (_, row) => row % days),
    words: Array.from({ length: days }, (_, day) =>
      Temporal.PlainDate.from('2026-01-01').add({ days: day }).toString(),
    ),
  };
  const of = { ...lesson, beside: { ...lesson.beside, date }, target: { of: 'numbers', values: changed } } as const;
  const late = priceElasticity(of);
  const known = priceElasticity({ ...of, options: { ...of.options, day: 'date', recent: 10 } });
  const off = ({ measures }: Learned): number => Number(measures['bias']) - Number(learned.measures['bias']);
  assert.ok(off(late) > 0.5 && Math.abs(off(known)) < 0.15, `${off(late)} ${off(known)}`);
  assert.ok(Number(known.measures['mape']) < 0.5 * Number(late.measures['mape']), JSON.stringify(known.measures));
  for (const [at, { elasticity }] of known.inside.entries())
    assert.ok(Math.abs(Number(elasticity) - (truth[at] as number)) < 0.6);
  // Where nobody has changed, it is what ten days of eight products happened to be.
  const usual = priceElasticity({
    ...of,
    target: { of: 'numbers', values: units },
    options: { ...of.options, day: 'date', recent: 10 },
  });
  assert.ok(Math.abs(off(usual)) < 0.15, `${off(usual)}`);
});

test('a product whose own days say next to nothing is not trustworthy, however sure all together are', () => {
  const price = (features['price'] as { values: Float64Array }).values.map((value, row) =>
    row < days ? 20 * (value / 20) ** 0.02 : value,
  );
  // What they bought at these prices.
  const before = (features['price'] as { values: Float64Array }).values;
  const values = units.map(
    (sold, row) => sold * ((price[row] as number) / (before[row] as number)) ** (truth[0] as number),
  );
  const of = {
    ...lesson,
    columns: { ...features, price: { of: 'numbers', values: price } },
    target: { of: 'numbers', values },
  } as const;
  const [first, second] = priceElasticity(of).inside;
  assert.ok(Number(first?.['own_std_error']) > 1 && Number(second?.['own_std_error']) < 1, JSON.stringify(first));
  assert.deepEqual([first?.['trustworthy'], second?.['trustworthy']], [0, 1]);
  assert.equal(priceElasticity({ ...of, options: { ...of.options, mostError: 100 } }).inside[0]?.['trustworthy'], 1);
});
