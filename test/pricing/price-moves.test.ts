import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col, files, priceMoveColumns, priceMoves, source, table } from 'esteira';
import { given } from 'esteira/testing';
import { Chance } from '../../pipelines/chance.ts';
import { productDay } from '../../pipelines/pricing/data/generator/days.ts';
import { dateOf, planOf } from '../../pipelines/pricing/data/generator/options.ts';
import { productsOf } from '../../pipelines/pricing/data/generator/products.ts';
import { eventOn } from '../../pipelines/pricing/definitions/1-events.ts';
import { limites } from '../../pipelines/pricing/definitions/3-training.ts';

const daily = source('landing.daily', {
  reader: files('daily.csv'),
  columns: {
    sku: col.text(),
    region: col.text(),
    day: col.date(),
    price: col.real().optional(),
    rival: col.real().optional(),
  },
});
const asked = { by: ['sku', 'region'], day: 'day', price: 'price', rival: 'rival' } as const;
const moves = table('gold.price_moves', {
  columns: { sku: col.text().key(), region: col.text().key(), ...priceMoveColumns },
  rows: priceMoves(daily, { ...asked, cuts: 3, days: 4, least: 0.02 }),
});
const first = Temporal.PlainDate.from('2026-01-01');

/** Our prices and the rival's, a day each, as `10/11`; `-` is missing. */
const days = (sku: string, prices: string, region = 'sul') =>
  prices.split(/\s+/).map((pair, index) => {
    const [price, rival] = pair.split('/').map((one) => (one === '-' ? null : Number(one)));
    return { sku, region, day: first.add({ days: index }), price: price ?? null, rival: rival ?? null };
  });
async function movesOf(...prices: readonly string[]) {
  const rows = prices.flatMap((one, index) => days(`p${index}`, one));
  const found = (await given(daily, rows).build(moves)).rows;
  return found.map(({ price_changed_on, cuts, cuts_answered }) =>
    [price_changed_on?.toString().slice(8) ?? '-', cuts, cuts_answered].join(' '),
  );
}

test('a cut is answered by a rival who is cheaper within the days than on the day of the cut', async () => {
  assert.deepEqual(
    await movesOf(
      // On the last day that counts, and one day too late.
      '10/11 9/11 9/11 9/11 9/11 9/10 9/10',
      '10/11 9/11 9/11 9/11 9/11 9/11 9/10',
      // Cheaper before the cut, and no cheaper after it.
      '10/11 10/9 9/9 9/9 9/9 9/9 9/9',
      // By less than counts; dearer; cheaper and dear again.
      '10/10 9/10 9/9.9 9/9.9 9/9.9 9/9.9',
      '10/10 9/10 9/11 9/11 9/11 9/11',
      '10/10 9/10 9/9 9/10 9/10 9/10',
    ),
    ['02 1 1', '02 1 0', '03 1 0', '02 1 0', '02 1 0', '02 1 1'],
  );
});

test('a rival whose price goes up and down by itself answers few cuts, the fewer the greater the share of a cut that is an answer', async () => {
  const chance = new Chance(11, 'rivals');
  const price = (): string => (10 * Math.exp(0.05 * chance.normal())).toFixed(2);
  const weeks = (cut: number): string =>
    Array.from({ length: 16 }, (_, number) => `${number >= cut ? 9 : 10}/${price()}`).join(' ');
  const all = Array.from({ length: 120 }, (_, number) => days(`p${number}`, weeks(6 + (number % 5)))).flat();
  const answeredWith = async (share: number): Promise<number> => {
    const rows = priceMoves(daily, { ...asked, cuts: 3, days: 4, least: 0.02, share });
    const found = (await given(daily, all).build(table('gold.price_moves', { columns: moves.columns, rows }))).rows;
    return found.filter(({ cuts_answered }) => cuts_answered === 1).length / found.length;
  };
  const [any, half, most] = [await answeredWith(0), await answeredWith(0.5), await answeredWith(0.9)];
  assert.ok(any > 0.2 && any < 0.45 && half < 0.15 && most < 0.05, `${any} ${half} ${most}`);
});

test('in quiet years, whose rivals follow some days later, nobody is at war with us, on whichever weekday they ask another price; in a price war all are', async () => {
  const how = {
    ...asked,
    cuts: limites.cortes_observados,
    days: limites.dias_de_resposta,
    share: limites.resposta_minima,
  };
  const made = table('gold.price_moves', { columns: moves.columns, rows: priceMoves(daily, how) });
  const atWar = async (war?: string) => {
    const rows = Array.from({ length: 7 }, (_, later) => {
      const plan = planOf({ lastDate: '2026-08-31', days: 120 + later, products: 16, regions: 1, seed: 4, war });
      return productsOf(plan)
        .filter(({ contested }) => war === undefined || contested)
        .flatMap((product) =>
          Array.from({ length: plan.days }, (_, day) => {
            const { price, rivals } = productDay(plan, product, { region: 0, day });
            return eventOn(Temporal.PlainDate.from(dateOf(plan, day)))
              ? []
              : {
                  sku: product.sku,
                  region: `${later}`,
                  day: first.add({ days: day }),
                  price,
                  rival: Math.min(...Object.values(rivals)),
                };
          }).flat(),
        );
    }).flat();
    const found = (await given(daily, rows).build(made)).rows;
    return found.map(({ cuts_answered }) => cuts_answered >= 4);
  };
  assert.ok((await atWar()).every((is) => !is));
  assert.ok((await atWar('2026-08-08')).every((is) => is));
});

test('a cut that is too young to know counts only once it is answered', async () => {
  assert.deepEqual(
    await movesOf(
      '10/11 10/11 10/11 9/11 9/11',
      '10/11 10/11 10/11 9/11 9/10',
      '10/11 9/11 9/11 9/11 9/11 9/11',
      '10/11 9/11 9/11 9/11 9/11',
    ),
    ['04 0 0', '04 1 1', '02 1 0', '02 0 0'],
  );
});

test('of the cuts the last count, and a rise is a change and no cut', async () => {
  assert.deepEqual(
    await movesOf(
      // Four cuts, each answered but the last.
      '10/10 9/10 9/9 8/9 8/8 7/8 7/7 6/7 6/7 6/7 6/7 6/7',
      '10/10 11/10 11/9 11/9 11/9 11/9',
      '10/10 9.9/10 9.8/10 9.7/10 9.6/9 9.6/9',
      '10/10 10/9 10/8',
    ),
    ['08 3 2', '02 0 0', '- 0 0', '- 0 0'],
  );
});

test('days without a price or without a rival break nothing, and products do not mix', async () => {
  assert.deepEqual(
    await movesOf('10/11 -/11 9/11 9/10 9/10', '10/- 9/- 9/10 9/9 9/9 9/9', '10/11 9/11 9/- 9/- 9/10 9/10'),
    ['03 1 1', '02 0 0', '02 1 1'],
  );
  const rows = [...days('a', '10/11 9/11 9/11 9/11 9/11 9/11'), ...days('a', '10/11 10/11 10/10 10/10 10/10', 'norte')];
  const found = (await given(daily, rows).build(moves)).rows;
  assert.deepEqual(
    found.map(({ region, cuts, cuts_answered }) => [region, cuts, cuts_answered]),
    [
      ['norte', 0, 0],
      ['sul', 1, 0],
    ],
  );
});

test('on days on which everybody asks other prices there is neither a cut nor an answer, and the price has changed all the same', async () => {
  const columns = {
    product: col.text(),
    date: col.date(),
    asked: col.real(),
    rival: col.real(),
    event: col.boolean().optional(),
  };
  const sold = source('landing.sold', { reader: files('sold.csv'), columns });
  const how = { by: ['product'], day: 'date', price: 'asked', rival: 'rival', days: 2 } as const;
  const movesOfSold = (except?: 'event') =>
    table('gold.moves_of_sold', {
      columns: { product: col.text().key(), ...priceMoveColumns },
      rows: priceMoves(sold, except ? { ...how, except } : how),
    });
  const rowsOf = (product: string, text: string) =>
    text.split(' ').map((one, index) => {
      const [, asked, rival, event] = /^([\d.]+)\/([\d.]+)(!?)$/.exec(one) ?? [];
      return {
        ...{ product, date: first.add({ days: index }), asked: Number(asked), rival: Number(rival) },
        event: event === '!' ? true : index % 2 === 0 ? null : false,
      };
    });
  const rows = [
    // Black Friday, on which the rival follows, too; and a dear eve, after which the price is the usual one.
    ...rowsOf('a', '10/10 10/10 7/10! 7/8! 10/10 10/10 10/10'),
    ...rowsOf('b', '10/10 12/12! 10/10 10/9 10/9 10/9 10/9'),
    // A cut before it, answered after it; and one that is answered on such a day only.
    ...rowsOf('c', '10/10 9/10 9/8! 9/9 9/9 9/9 9/9'),
    ...rowsOf('d', '10/10 9/10 9/8! 9/10 9/10 9/10 9/10'),
  ];
  const found = async (except?: 'event') =>
    (await given(sold, rows).build(movesOfSold(except))).rows.map(({ price_changed_on, cuts, cuts_answered }) =>
      [price_changed_on?.toString().slice(8) ?? '-', cuts, cuts_answered].join(' '),
    );
  assert.deepEqual(await found('event'), ['05 0 0', '03 0 0', '02 1 1', '02 1 0']);
  assert.deepEqual(await found(), ['05 1 1', '03 1 1', '02 1 1', '02 1 1']);
});

test('columns may be called anything, but not as those that are added', async () => {
  const columns = {
    day: col.text(),
    rival: col.text(),
    Data: col.date(),
    'Preço "de" venda': col.real(),
    'o outro': col.real(),
  };
  const odd = source('landing.odd', { reader: files('odd.csv'), columns });
  const how = { day: 'Data', price: 'Preço "de" venda', rival: 'o outro', days: 1 } as const;
  const oddMoves = table('gold.odd_moves', {
    columns: { day: col.text().key(), rival: col.text().key(), ...priceMoveColumns },
    rows: priceMoves(odd, { ...how, by: ['day', 'rival'] }),
  });
  const rows = [10, 9, 9].map((price, index) => ({
    ...{ day: 'a', rival: 'b', Data: first.add({ days: index }), 'Preço "de" venda': price, 'o outro': price },
  }));
  const [row] = (await given(odd, rows).build(oddMoves)).rows;
  assert.deepEqual([String(row?.price_changed_on), row?.cuts, row?.cuts_answered], ['2026-01-02', 1, 0]);
  const taken = source('landing.taken', { reader: files('taken.csv'), columns: { ...columns, cuts: col.text() } });
  assert.throws(() => priceMoves(taken, { ...how, by: ['cuts'] }), { code: 'DEFINITION_INVALID', message: /cuts/ });
});
