// What is recommended, and which mistakes of it are compile errors. Checked by tsc, never run.
import {
  col,
  files,
  priceMoveColumns,
  priceMoves,
  recommendationColumns,
  recommendedPrices,
  settings,
  source,
  table,
} from 'esteira';

const limits = settings('config.pricing', { step: col.real().default(0.1), days: col.integer().default(7) });
const priced = source('priced', {
  reader: files('priced.csv'),
  columns: {
    sku: col.text(),
    day: col.date(),
    price: col.real(),
    rival: col.real().optional(),
    sold_out: col.boolean(),
  },
});
const asked = { price: 'price', cost: 'rival', step: limits.step } as const;
table('t', { columns: { sku: col.text(), ...recommendationColumns }, rows: recommendedPrices(priced, asked) });
table('t', {
  columns: { sku: col.text(), ...priceMoveColumns },
  rows: priceMoves(priced, { by: ['sku'], day: 'day', price: 'price', rival: 'rival', days: limits.days }),
});
// @ts-expect-error a column that the rows do not have
table('t', { columns: { product: col.text() }, rows: recommendedPrices(priced, asked) });
// @ts-expect-error a price that is no number
recommendedPrices(priced, { ...asked, price: 'sku' });
// @ts-expect-error no limit for one step
recommendedPrices(priced, { price: 'price', cost: 'rival' });
// @ts-expect-error out of stock, by what is not true or false
recommendedPrices(priced, { ...asked, outOfStock: 'price' });
// @ts-expect-error a sentence for a reason that there is not
recommendedPrices(priced, { ...asked, say: { sold_out: 'None' } });
// @ts-expect-error moves of a day that is none
priceMoves(priced, { by: ['sku'], day: 'sku', price: 'price', rival: 'rival' });
