import {
  approvedBy,
  atLeast,
  atMost,
  col,
  expectNone,
  model,
  monitor,
  noWorse,
  priceElasticity,
  priceMoveColumns,
  priceMoves,
  recommendationColumns,
  recommendedPrices,
  replaceEach,
  samples,
  sql,
  table,
} from 'esteira';
import { masterTable } from './2-data.ts';
import { limites, nextDay, trainingWindow } from './3-training.ts';

/** Of each product in each region; `elasticity_naive`, of prices and sales alone, stands beside it so that people see what it would have said. */
export const elasticidade = model('price_elasticity', {
  from: trainingWindow,
  features: ['sku', 'region', 'price', 'competitor_price', 'black_friday', 'natal', 'feriado', 'month'],
  target: 'units',
  learner: priceElasticity({
    by: ['sku', 'region'],
    price: 'price',
    rival: 'competitor_price',
    events: ['black_friday', 'natal', 'feriado'],
    season: ['month'],
    outOfStock: 'out_of_stock',
    withoutStock: 'without_stock',
  }),
  holdOut: { last: '28 days', by: 'date' },
  gate: [
    atMost('mape', limites.mape_maximo),
    noWorse('mape', 0.02),
    atLeast('interval_coverage', limites.cobertura_minima),
    atLeast(samples, limites.amostras_minimas),
  ],
  release: approvedBy('comercial'),
});

/** When each price last moved, and whether rivals answer our cuts. */
export const movimentos = table('gold.price_moves', {
  columns: { sku: col.text().key(), region: col.text().key(), ...priceMoveColumns },
  rows: priceMoves(masterTable, {
    by: ['sku', 'region'],
    day: 'date',
    price: 'price',
    rival: 'competitor_price',
    cuts: limites.cortes_observados,
    days: limites.dias_de_resposta,
  }),
});
/** Tomorrow, with what happened to our prices before. */
export const aPrecificar = table('gold.to_price', {
  columns: { ...nextDay.columns, ...priceMoveColumns },
  rows: sql`
    select n.*, m.price_changed_on, coalesce(m.cuts, 0) as cuts, coalesce(m.cuts_answered, 0) as cuts_answered
    from ${nextDay} n left join ${movimentos} m on m.sku = n.sku and m.region = n.region`,
});

/** One row for each product and region: the price of the highest margin within the limits, or none and why. */
export const recommendations = table('recommendations_v1', {
  columns: {
    ...nextDay.columns,
    elasticity: col.real().optional(),
    elasticity_low: col.real().optional(),
    elasticity_high: col.real().optional(),
    elasticity_naive: col.real().optional(),
    expected_units: col.real().optional(),
    expected_units_low: col.real().optional(),
    expected_units_high: col.real().optional(),
    days_used: col.integer(),
    model_version: col.text(),
    ...recommendationColumns,
  },
  rows: recommendedPrices(elasticidade.predict(aPrecificar), {
    price: 'price',
    cost: 'cost',
    outOfStock: 'out_of_stock',
    step: limites.passo_maximo,
    markup: limites.margem_minima,
    minimumHistory: limites.historia_minima,
    least: limites.mudanca_minima,
    coolDown: { day: 'date', changedOn: 'price_changed_on', days: limites.dias_de_descanso },
    rivals: { cuts: 'cuts', answered: 'cuts_answered', most: limites.cortes_respondidos },
    say: {
      decimalMark: ',',
      raise: 'Subir de {price} para {recommended_price} (+{change} %){limit}',
      lower: 'Baixar de {price} para {recommended_price} ({change} %){limit}',
      step: '; é o passo máximo',
      markup: '; é a margem mínima',
      no_price: 'Sem preço',
      no_cost: 'Falta o custo',
      out_of_stock: 'Em ruptura: o preço não é o problema',
      rivals_answer: 'Os concorrentes respondem aos nossos cortes: não há recomendação',
      short_history: 'História curta demais',
      uncertain: 'Estimativa incerta',
      not_elastic: 'Não é certo que um preço mais baixo renda mais',
      cooling_down: 'O preço acabou de mudar',
      rails_apart: 'Nenhum preço respeita todos os limites',
      already_best: 'O preço já é o melhor',
    },
  }),
  write: replaceEach('date'),
});
/** What was expected, at the price that was really asked, beside what was sold; a day that ran out says nothing of all that people wanted. */
export const forecastVsActual = table('gold.forecast_vs_actual', {
  columns: {
    date: col.date().key(),
    sku: col.text().key(),
    region: col.text().key(),
    forecast: col.real().optional(),
    actual: col.real().optional(),
  },
  rows: sql`
    select r.date, r.sku, r.region, r.expected_units * power(coalesce(m.price, r.price) / r.price, r.elasticity) as forecast,
      case when not m.out_of_stock then m.units end as actual
    from ${recommendations.since('date')} r
    left join ${masterTable.since('date')} m on m.date = r.date and m.sku = r.sku and m.region = r.region`,
  write: replaceEach('date'),
});

export const guerra = monitor('os concorrentes respondem aos nossos cortes', {
  expect: expectNone(sql`
    select sku, region, why from ${recommendations} where reason = 'rivals_answer' and date = (select max(date) from ${recommendations})`),
  tell: 'comercial',
  next: 'Que produtos: recommendations_v1, reason = rivals_answer. O modelo supõe que os concorrentes ficam onde estão.',
});
