import {
  age,
  atLeast,
  atMost,
  bias,
  col,
  drift,
  expectNone,
  fn,
  mape,
  missingShare,
  monitor,
  rejectedShare,
  replaceEach,
  sql,
  table,
  wape,
} from 'esteira';
import { competitorPrices, masterTable, rawSales } from './2-data.ts';
import { limites } from './3-training.ts';
import { aprovadas, recommendations } from './4-prices.ts';

const seenOn = 'cast(seen_at as date)';
/** How far each competitor's price is from its own middle of 28 days: one competitor's cut shows, whatever products cost. */
export const competitorChanges = table('silver.competitor_changes', {
  columns: {
    date: col.date().key(),
    sku: col.text().key(),
    region: col.text().key(),
    competitor: col.text().key(),
    change: col.real(),
  },
  rows: sql`
    select c.date, c.sku, c.region, c.competitor, ln(c.price / u.usual) as change
    from (
      select cast(seen_at as date) as date, sku, region, competitor, min(price) as price
      from ${competitorPrices} where ${fn.lastDays(seenOn, 29)} group by cast(seen_at as date), sku, region, competitor
    ) c
    join (
      select sku, region, competitor, ${fn.quantile('price', 0.5)} as usual
      from ${competitorPrices} where ${fn.lastDays(seenOn, 28)} group by sku, region, competitor
    ) u on u.sku = c.sku and u.region = c.region and u.competitor = c.competitor`,
});
/** What was expected, at the price that was really asked, beside what was sold; a day that ran out says nothing of all that people wanted, and of a few pieces a day one is a great share. */
export const forecastVsActual = table('gold.forecast_vs_actual', {
  columns: {
    date: col.date().key(),
    sku: col.text().key(),
    region: col.text().key(),
    forecast: col.real().optional(),
    actual: col.real().optional(),
  },
  rows: sql`
    select f.date, f.sku, f.region, f.forecast,
      case when not f.out_of_stock and f.forecast >= ${limites.previsao_minima} then f.units end as actual
    from (
      select r.date, r.sku, r.region, m.units, m.out_of_stock,
        r.expected_units * power(coalesce(m.price, r.price) / r.price, r.elasticity) as forecast
      from ${recommendations.since('date')} r
      left join ${masterTable.since('date')} m on m.date = r.date and m.sku = r.sku and m.region = r.region
    ) f`,
  write: replaceEach('date'),
});

export const vendasAtrasadas = monitor('as vendas de ontem chegaram', {
  expect: atMost(age(rawSales, 'date'), '48 hours'),
  every: '0 9 * * *',
  tell: 'dados',
  next: 'O arquivo sales/<data>.csv está no bucket?',
});
const antes = { from: { last: '28 days', at: 'date' } } as const;
/** Each competitor in each region by itself: half of all prices may stay where they are when one of them asks half. */
export const precosMudaram = monitor('os preços da concorrência mudaram', {
  expect: atMost(
    drift(competitorChanges, {
      columns: ['change'],
      by: 'ks',
      segments: ['region', 'competitor'],
      least: 12,
      ...antes,
    }),
    limites.distancia_maxima,
  ),
  tell: 'comercial',
  next: 'Que concorrente, que produtos: silver.competitor_changes.',
});
// Other measures of the same, of all prices together: of whom they tell has been told.
export const psiDosPrecos = monitor('PSI dos preços da concorrência', {
  expect: atMost(drift(competitorChanges, { columns: ['change'], by: 'psi', ...antes }), limites.psi_maximo),
});
export const psiDeSturges = monitor('PSI dos preços da concorrência, por Sturges', {
  expect: atMost(drift(competitorChanges, { columns: ['change'], by: 'sturges', ...antes }), limites.psi_maximo),
});
export const faltam = monitor('faltam custos ou preços da concorrência', {
  expect: atMost(
    missingShare(masterTable, { columns: ['cost', 'competitor_price'], over: { last: '7 days', at: 'date' } }),
    0.2,
  ),
  tell: 'dados',
});
// Of a region fewer rows are two or three days of a small shop: chance.
const previsao = {
  actual: 'actual',
  predicted: 'forecast',
  least: 100,
  over: { last: '14 days', at: 'date' },
} as const;
export const degradou = monitor('MAPE da previsão de vendas', {
  expect: atMost(mape(forecastVsActual, { ...previsao, by: ['region'] }), limites.mape_maximo),
  tell: 'dados',
  next: 'O retreino começa sozinho; a nova versão espera por aprovação: esteira models history price_elasticity.',
});
export const erroPonderado = monitor('WAPE da previsão de vendas', {
  expect: atMost(wape(forecastVsActual, { ...previsao, by: ['region'] }), limites.mape_maximo),
});
export const previsaoAlta = monitor('a previsão não fica acima das vendas', {
  expect: atMost(bias(forecastVsActual, { ...previsao, by: ['region'] }), limites.vies_maximo),
});
export const previsaoBaixa = monitor('a previsão não fica abaixo das vendas', {
  expect: atLeast(bias(forecastVsActual, { ...previsao, by: ['region'] }), limites.vies_minimo),
});
export const guerra = monitor('os concorrentes respondem aos nossos cortes', {
  expect: expectNone(sql`
    select sku, region, why from ${recommendations} where reason = 'rivals_answer' and date = (select max(date) from ${recommendations})`),
  tell: 'comercial',
  next: 'O modelo supõe que os concorrentes ficam onde estão: recommendations_v1, reason = rivals_answer.',
});
export const rejeitadas = monitor('recomendações rejeitadas', {
  expect: atMost(rejectedShare(aprovadas, { last: '7 days' }), 0.3),
  tell: 'dados',
  next: 'Os motivos: esteira approvals list.',
});
