import { atLeast, check, col, fn, history, rowsIn, run, settings, settingsTable, sql, table } from 'esteira';
import { eventos } from './1-events.ts';
import { masterTable } from './2-data.ts';

export const limites = settings('config.pricing', {
  meses_de_treino: col.integer().min(3).max(60).default(12).describe('Meses de que se aprende, até o dia'),
  mape_maximo: col.real().min(0).default(0.2).describe('Erro acima do qual um modelo não entra em uso, e se retreina'),
  cobertura_minima: col.real().min(0).max(1).default(0.8).describe('Dias dentro do intervalo previsto'),
  amostras_minimas: col.integer().min(1).default(150).describe('Dias com que um modelo é avaliado'),
  passo_maximo: col.real().min(0).max(0.5).default(0.1).describe('Maior mudança de um preço de uma vez'),
  mudanca_minima: col.real().min(0).max(0.5).default(0.005).describe('Mudança abaixo da qual não se recomenda nada'),
  margem_minima: col.real().min(0).max(1).default(0.05).describe('O que um preço fica pelo menos acima do custo'),
  historia_minima: col.integer().min(1).default(120).describe('Dias de história sem os quais não se recomenda nada'),
  dias_de_descanso: col.integer().min(0).default(2).describe('Dias sem recomendação depois que o preço mudou'),
  cortes_observados: col.integer().min(1).default(5).describe('Últimos cortes nossos que contam'),
  cortes_respondidos: col.integer().min(1).default(4).describe('Respondidos, com que as recomendações param'),
  validade_da_aprovacao: col.duration().default('3 days').describe('Quanto uma linha espera por resposta'),
  muda_sozinho: col.real().min(0).max(0.5).default(0.02).describe('Mudança abaixo da qual uma linha se aprova sozinha'),
  muda_sozinho_no_mes: col
    .real()
    .min(0)
    .max(0.5)
    .default(0.05)
    .describe('O mesmo, contado desde o preço de 28 dias antes'),
  segunda_pessoa: col
    .real()
    .min(0)
    .max(0.5)
    .default(0.08)
    .describe('Mudança acima da qual é precisa uma segunda pessoa'),
  distancia_maxima: col
    .real()
    .min(0)
    .max(1)
    .default(0.7)
    .describe('Distância (Kolmogorov e Smirnov) dos preços de um concorrente acima da qual se avisa'),
  previsao_minima: col.real().min(0).default(10).describe('Peças por dia abaixo das quais a previsão não é avaliada'),
  vies_minimo: col.real().max(0).default(-0.15).describe('Viés da previsão abaixo do qual se registra'),
  vies_maximo: col.real().min(0).default(0.15).describe('Viés da previsão acima do qual se registra'),
  psi_maximo: col.real().min(0).default(0.5).describe('PSI dos preços da concorrência acima do qual se avisa'),
  resposta_minima: col
    .real()
    .min(0)
    .default(0.75)
    .describe('Parte do nosso corte que um preço mais baixo desfaz, para ser uma resposta'),
  dias_de_resposta: col.integer().min(1).default(1).describe('Dias em que um preço mais baixo é uma resposta'),
});

/** Between which a price stays, whatever a model says; without a line, or a value, it is not limited. */
export const faixas = settingsTable(
  'config.faixas_de_preco',
  {
    sku: col.text().key(),
    region: col.text().key(),
    preco_minimo: col.real().min(0).optional(),
    preco_maximo: col.real().min(0).optional(),
  },
  [],
);

/** Each row of the master table in all its versions, with the date from which, and until which, it was what was known. */
export const masterVersions = table('gold.master_versions', {
  columns: masterTable.columns,
  rows: sql`select * from ${masterTable}`,
  write: history({ at: 'known_on', from: 'known_from', until: 'known_until' }),
});

const features = {
  date: col.date().key(),
  sku: col.text().key(),
  region: col.text().key(),
  price: col.real(),
  competitor_price: col.real().optional(),
  cost: col.real().optional(),
  units: col.integer(),
  out_of_stock: col.boolean(),
  without_stock: col.boolean(),
  month: col.integer(),
  black_friday: col.boolean(),
  natal: col.boolean(),
  feriado: col.boolean(),
};
const calendar = sql`
  extract(month from m.date) as month, coalesce(e.evento = 'black_friday', false) as black_friday,
  coalesce(e.evento = 'natal', false) as natal, coalesce(e.evento = 'feriado', false) as feriado`;
/** As it was known by the run of that date: what was put right later is in the sets of later runs only. */
const then = sql`
  select * from ${masterVersions}
  where known_from <= ${run.date} and (known_until > ${run.date} or known_until is null) and date <= ${run.date}`;

/** Always the last twelve months: recent trends, and still a whole year of seasons. */
export const trainingWindow = table('gold.training_window', {
  columns: features,
  rows: sql`
    select m.date, m.sku, m.region, m.price, m.competitor_price, m.cost, m.units, m.out_of_stock, m.without_stock, ${calendar}
    from (${then}) m left join ${eventos} e on e.date = m.date
    where ${fn.lastMonths('m.date', limites.meses_de_treino)}`,
});
/** The day after the run's date, for which prices are made: at the price of today, with what is known of tomorrow. */
const { units: _, without_stock: __, ...ahead } = features;
export const nextDay = table('gold.next_day', {
  columns: ahead,
  rows: sql`
    select m.date, m.sku, m.region, m.price, m.competitor_price, m.cost, m.out_of_stock, ${calendar}
    from (
      select ${fn.addDays('date', 1)} as date, sku, region, price, competitor_price, cost, out_of_stock from (${then}) k where date = ${run.date}
    ) m left join ${eventos} e on e.date = m.date`,
});
/** What is needed of the past to see how prices moved. */
export const knownDays = table('gold.known_days', {
  columns: {
    date: col.date().key(),
    sku: col.text().key(),
    region: col.text().key(),
    shelf_price: col.real(),
    competitor_price: col.real().optional(),
    event: col.boolean().describe('Todos pedem outros preços'),
  },
  rows: sql`
    select k.date, k.sku, k.region, k.shelf_price, k.competitor_price, e.date is not null as event
    from (${then}) k left join ${eventos} e on e.date = k.date where ${fn.lastDays('k.date', 180)}`,
});
export const vendasChegaram = check('as vendas do dia chegaram', atLeast(rowsIn(nextDay), 1), { otherwise: 'warn' });
