import { atLeast, check, col, expectNone, kmeans, model, samples, sql, table } from 'esteira';
import { parametros } from './1-config.ts';
import { engajamentoPeriodo } from './2-engajamento.ts';

/** One k-means for each active level and granularity; a version is all of them together. */
export const engajamento = model('analytics.kmeans_engajamento', {
  from: engajamentoPeriodo,
  each: ['nivel', 'granularidade'],
  features: ['frequencia', 'sessoes', 'minutos', 'dias_desde_ultimo'],
  missing: { minutos: 'mean' },
  learner: kmeans({ clusters: 5, restarts: 10, seed: 42 }),
  gate: [atLeast('silhouette', parametros.silhueta_minima), atLeast(samples, 100)],
  maxAge: parametros.idade_maxima,
});

/** Business labels, from the centroids. It reads inside the model, so it is part of the version: made with training, never by classifying. */
export const mapeamentoLabels = table('analytics.mapeamento_labels_engajamento', {
  columns: {
    nivel: col.text().key(),
    granularidade: col.text().key(),
    centroid_id: col.integer().key(),
    posicao: col.integer(),
    label: col
      .text()
      .oneOf('engajamento excelente', 'engajamento bom', 'engajamento regular', 'engajamento baixo', 'sem engajamento'),
  },
  rows: sql`
    select nivel, granularidade, centroid_id, posicao, case posicao when 1 then 'engajamento excelente' when 2 then 'engajamento bom'
      when 3 then 'engajamento regular' when 4 then 'engajamento baixo' else 'sem engajamento' end as label
    from (
      select *, row_number() over (partition by nivel, granularidade order by frequencia * minutos desc) as posicao
      from ${engajamento.centroids}) c`,
});

/** Replaced as a whole, at once: nobody ever reads it cleared or half filled. */
export const cuboEngajamento = table('analytics.cubo_engajamento', {
  columns: {
    ...engajamentoPeriodo.columns,
    centroid_id: col.integer(),
    distance: col.real(),
    label: mapeamentoLabels.columns.label,
    model_version: col.text(),
  },
  rows: sql`
    select p.*, l.label from ${engajamento.predict(engajamentoPeriodo)} p
    join ${mapeamentoLabels} l on l.nivel = p.nivel and l.granularidade = p.granularidade and l.centroid_id = p.centroid_id`,
});
export const todosClassificados = check(
  'cada entidade do período está no cubo',
  expectNone(sql`
    select * from ${engajamentoPeriodo} e where not exists (
      select 1 from ${cuboEngajamento} c
      where c.nivel = e.nivel and c.granularidade = e.granularidade and c.entidade_id = e.entidade_id)`),
);
