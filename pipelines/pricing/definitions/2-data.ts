import {
  asOf,
  check,
  col,
  expectNone,
  files,
  fn,
  keepLatest,
  replaceEach,
  run,
  settingsTable,
  source,
  sql,
  table,
} from 'esteira';

/** Whose prices count. */
export const concorrentes = settingsTable(
  'config.concorrentes',
  { competitor: col.text().key(), acompanhado: col.boolean().describe('O seu preço conta para o nosso') },
  [
    { competitor: 'alfa', acompanhado: true },
    { competitor: 'beta', acompanhado: true },
  ],
);

const sale = {
  sale_id: col.text(),
  date: col.date(),
  sold_at: col.timestamp(),
  recorded_at: col.timestamp(),
  sku: col.text(),
  region: col.text(),
  price: col.real(),
  units: col.integer(),
};
/** A file for each day, in the night after it; one that is late, and one that puts right what another has said, has a name of its own and is read when it comes. */
export const salesFiles = source('landing.sales', { reader: files('sales/*.csv'), columns: sale });
/** Every product of every day, sold or not. */
export const stockFiles = source('landing.stock', {
  reader: files('stock/*.csv'),
  columns: {
    date: col.date(),
    sku: col.text(),
    region: col.text(),
    opened_at: col.timestamp(),
    recorded_at: col.timestamp(),
    opening_stock: col.integer(),
    closing_stock: col.integer(),
    price: col.real(),
    cost: col.real().optional(),
  },
});
export const competitorFiles = source('landing.competitors', {
  reader: files('competitors/*.csv'),
  columns: {
    seen_at: col.timestamp(),
    recorded_at: col.timestamp(),
    sku: col.text(),
    region: col.text(),
    competitor: col.text(),
    price: col.real(),
  },
});

/** The first date of which a run knows the line: that of the run that has read it, and no date whose night was over before it was written down. */
const known = sql`greatest(${run.date}, ${fn.addDays('cast(recorded_at as date)', -1)}) as known_on`;

/** Every line that was ever read, also those of which another counts now. */
export const rawSales = table('raw_sales', {
  columns: {
    ...sale,
    known_on: col.date(),
    price: col.real().min(0.01).named('preco_positivo'),
    units: col.integer().min(0),
  },
  rows: sql`select *, ${known} from ${salesFiles.unread}`,
  write: 'append',
  invalid: 'set aside',
});
export const rawStock = table('raw_stock', {
  columns: {
    ...stockFiles.columns,
    known_on: col.date(),
    price: col.real().min(0.01).named('preco_positivo'),
    cost: col.real().min(0).optional(),
    opening_stock: col.integer().min(0),
    closing_stock: col.integer().min(0),
  },
  rows: sql`select *, ${known} from ${stockFiles.unread}`,
  write: 'append',
  rules: {
    custo_abaixo_de_dez_precos: sql`cost < price * 10`,
    estoque_nao_cresce: sql`closing_stock <= opening_stock`,
  },
  invalid: 'set aside',
});
/** Of two lines about one moment that counts which was recorded last. */
export const competitorPrices = table('silver.competitor_prices', {
  columns: {
    sku: col.text().key(),
    region: col.text().key(),
    competitor: col.text().key(),
    seen_at: col.timestamp().key(),
    recorded_at: col.timestamp(),
    known_on: col.date(),
    price: col.real().min(0.01).named('preco_positivo'),
  },
  rows: sql`select *, ${known} from ${competitorFiles.unread}`,
  write: 'merge',
  duplicates: keepLatest('recorded_at', 'known_on'),
  invalid: 'set aside',
});

/** Of several lines of one sale the one that was recorded last counts. A value that is not of its kind is judged here: `raw_sales` has the line as it was. */
export const sales = table('silver.sales', {
  columns: { ...rawSales.columns, date: col.date().key(), sale_id: col.text().key() },
  rows: rawSales.since('date'),
  write: replaceEach('date'),
  duplicates: keepLatest('recorded_at', 'known_on'),
  invalid: 'set aside',
});
export const stock = table('silver.stock', {
  columns: { ...rawStock.columns, date: col.date().key(), sku: col.text().key(), region: col.text().key() },
  rows: rawStock.since('date'),
  write: replaceEach('date'),
  duplicates: keepLatest('recorded_at', 'known_on'),
  invalid: 'set aside',
});

/** One row for each product, region and day, also where nothing was sold; the day of a region of which no sale is known yet is not there. */
export const dailySales = table('silver.daily_sales', {
  columns: {
    date: col.date().key(),
    sku: col.text().key(),
    region: col.text().key(),
    opened_at: col.timestamp(),
    known_on: col.date(),
    price: col.real().describe('O que se pagou, em média'),
    shelf_price: col.real().describe('O que a prateleira dizia'),
    units: col.integer(),
    cost: col.real().optional(),
    closing_stock: col.integer(),
    out_of_stock: col.boolean().describe('Acabou durante o dia, ou antes'),
    without_stock: col.boolean().describe('Não havia nada para vender'),
  },
  rows: sql`
    select k.date, k.sku, k.region, k.opened_at, greatest(k.known_on, d.known_on, coalesce(s.known_on, k.known_on)) as known_on,
      coalesce(s.price, k.price) as price, k.price as shelf_price, coalesce(s.units, 0) as units, k.cost, k.closing_stock,
      k.closing_stock = 0 as out_of_stock, k.opening_stock = 0 as without_stock
    from ${stock.since('date')} k
    join (select date, region, min(known_on) as known_on from ${sales.since('date')} group by date, region) d
      on d.date = k.date and d.region = k.region
    left join (
      select date, sku, region, round(sum(price * units) / nullif(sum(units), 0), 4) as price, sum(units) as units, max(known_on) as known_on
      from ${sales.since('date')} group by date, sku, region
    ) s on s.date = k.date and s.sku = k.sku and s.region = k.region`,
  write: replaceEach('date'),
});
/** The same days, once for each competitor who counts. */
export const dailyCompetitors = table('silver.daily_competitors', {
  columns: {
    date: col.date().key(),
    sku: col.text().key(),
    region: col.text().key(),
    competitor: col.text().key(),
    opened_at: col.timestamp(),
  },
  rows: sql`
    select d.date, d.sku, d.region, c.competitor, d.opened_at
    from ${dailySales.since('date')} d cross join ${concorrentes} c where c.acompanhado`,
  write: replaceEach('date'),
});
/** Each with what he asked when we opened, as far as it was seen in the last seven days. */
const asked = asOf(dailyCompetitors.since('date'), competitorPrices, {
  on: ['sku', 'region', 'competitor'],
  at: ['opened_at', 'seen_at'],
  within: '7 days',
  take: { price: 'price', known_on: 'known_on' },
});
/** With the cheapest competitor. */
export const masterTable = table('master_table', {
  columns: { ...dailySales.columns, competitor_price: col.real().optional() },
  rows: sql`
    select m.date, m.sku, m.region, m.opened_at, greatest(m.known_on, coalesce(c.known_on, m.known_on)) as known_on,
      m.price, m.shelf_price, m.units, m.cost, m.closing_stock, m.out_of_stock, m.without_stock, c.competitor_price
    from ${dailySales.since('date')} m
    left join (
      select date, sku, region, min(price) as competitor_price, max(known_on) as known_on from ${asked} group by date, sku, region
    ) c on c.date = m.date and c.sku = m.sku and c.region = m.region`,
  write: replaceEach('date'),
});

export const vendaComEstoque = check(
  'toda venda tem o estoque do seu dia',
  expectNone(sql`
    select s.sale_id from ${sales} s where ${fn.lastDays('s.date', 7)} and not exists (
      select 1 from ${dailySales} d where d.date = s.date and d.sku = s.sku and d.region = s.region)`),
  { otherwise: 'warn' },
);
/** Whoever puts the day of a sale right gives it no pieces on the former one. */
export const vendaDeUmDia = check(
  'nenhuma venda conta em dois dias',
  expectNone(sql`
    select s.sale_id from ${sales} s where ${fn.lastDays('s.date', 30)} and s.units > 0
    group by s.sale_id having count(distinct s.date) > 1`),
  { otherwise: 'warn' },
);
export const concorrenteConhecido = check(
  'todo concorrente visto é um que se acompanha ou não',
  expectNone(sql`
    select p.competitor from ${competitorPrices} p where not exists (
      select 1 from ${concorrentes} c where c.competitor = p.competitor)`),
  { otherwise: 'warn' },
);
