import {
  approvedBy,
  atLeast,
  atMost,
  col,
  files,
  fn,
  model,
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
import { faixas, knownDays, limites, nextDay, trainingWindow } from './3-training.ts';

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
    day: 'date',
    recent: 7,
  }),
  // Judged by a week, then learned with it: a version knows people as they are now.
  holdOut: { last: '7 days', by: 'date', thenLearned: true },
  gate: [
    atMost('mape', limites.mape_maximo),
    noWorse('mape', 0.02),
    atLeast('interval_coverage', limites.cobertura_minima),
    atLeast(samples, limites.amostras_minimas),
  ],
  release: approvedBy('comercial'),
});

/** When each price last moved, and whether rivals answer our cuts, as far as the run of the date knows. */
export const movimentos = table('gold.price_moves', {
  columns: { sku: col.text().key(), region: col.text().key(), ...priceMoveColumns },
  rows: priceMoves(knownDays, {
    by: ['sku', 'region'],
    day: 'date',
    price: 'shelf_price',
    rival: 'competitor_price',
    except: 'event',
    cuts: limites.cortes_observados,
    days: limites.dias_de_resposta,
    share: limites.resposta_minima,
  }),
});
/** Tomorrow, with what happened to our prices before, and between which they stay. */
export const aPrecificar = table('gold.to_price', {
  columns: {
    ...nextDay.columns,
    ...priceMoveColumns,
    preco_minimo: faixas.columns.preco_minimo,
    preco_maximo: faixas.columns.preco_maximo,
    price_month_ago: col.real().optional().describe('O primeiro preço dos últimos 28 dias'),
  },
  rows: sql`
    select n.*, b.price_month_ago, m.price_changed_on, coalesce(m.cuts, 0) as cuts, coalesce(m.cuts_answered, 0) as cuts_answered, f.preco_minimo, f.preco_maximo
    from ${nextDay} n
    left join ${movimentos} m on m.sku = n.sku and m.region = n.region
    left join ${faixas} f on f.sku = n.sku and f.region = n.region
    left join (
      select sku, region, shelf_price as price_month_ago, row_number() over (partition by sku, region order by date) as nth
      from ${knownDays} where ${fn.lastDays('date', 28)}
    ) b on b.sku = n.sku and b.region = n.region and b.nth = 1`,
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
    price_month_ago: col.real().optional(),
    ...recommendationColumns,
    recommended_price: col.real().min(0.01).optional(),
  },
  rows: recommendedPrices(elasticidade.predict(aPrecificar), {
    price: 'price',
    cost: 'cost',
    outOfStock: 'out_of_stock',
    step: limites.passo_maximo,
    markup: limites.margem_minima,
    floor: 'preco_minimo',
    ceiling: 'preco_maximo',
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
      floor: '; é o preço mínimo',
      ceiling: '; é o preço máximo',
      no_price: 'Sem preço',
      no_cost: 'Falta o custo',
      stock_unknown: 'Não se sabe se há estoque',
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
  // Holds for what people make of a price, too.
  rules: { dentro_dos_limites: sql`recommended_price between lowest_price and highest_price` },
  keptIn: files('exports/recommendations_v1.parquet'),
});

/** What the commercial team has let through, line by line; what it has not is never here. */
export const aprovadas = recommendations.approvedBy('comercial', {
  // A day that is run once more asks for nothing of the past, and what was approved of it does not get out any more.
  only: sql`recommended_price is not null and date = (select max(date) from ${recommendations})`,
  edit: ['recommended_price'],
  expires: limites.validade_da_aprovacao,
  reasons: ['margem', 'marca', 'estoque', 'concorrência', 'outro'],
  // Small steps, one after the other, are a large one.
  approvesItself: {
    'quase nada': sql`abs(change) < ${limites.muda_sozinho}
      and abs(recommended_price / price_month_ago - 1) < ${limites.muda_sozinho_no_mes}`,
  },
  bulk: { 'passos pequenos': sql`abs(change) <= 0.05` },
  second: { by: 'precos', when: sql`abs(recommended_price / price - 1) > ${limites.segunda_pessoa}` },
  show: { hoje: sql`price`, 'mudança %': sql`round(100 * (recommended_price / price - 1), 1)` },
  effect: {
    receita: sql`recommended_price * expected_units * power(recommended_price / price, elasticity_then) - revenue_now`,
    margem: sql`(recommended_price - cost) * expected_units * power(recommended_price / price, elasticity_then) - margin_now`,
  },
});
export const approvedPrices = table('approved_prices', {
  columns: {
    date: col.date().key(),
    sku: col.text().key(),
    region: col.text().key(),
    price: col.real(),
    recommended_price: col.real().min(0.01),
    approved_by: col.text(),
    approved_at: col.timestamp(),
    edited: col.boolean(),
    line: col.text(),
  },
  rows: aprovadas.since('date'),
  write: 'merge',
  keptIn: files('exports/approved_prices.csv'),
});
