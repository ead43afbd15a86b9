import { col, settings } from 'esteira';

/** The gate, as whoever is on call may change it: `esteira settings set config.ltr.ltr_ndcg_min 0.90` keeps every new model out. */
export const limites = settings('config.ltr', {
  ltr_ndcg_min: col.real().min(0).max(1).default(0.65).describe('nDCG@5 abaixo do qual um modelo não entra em uso'),
  ltr_fairness_max: col.real().min(0).max(1).default(0.05).describe('Maior diferença de nDCG@5 entre um grupo e todos'),
  ltr_latency_p95_max: col.duration().default('15 ms').describe('p95 de uma previsão de 20 candidatos'),
  ltr_min_samples: col.integer().min(1).default(100).describe('Matches com escolha nos dias de avaliação'),
  ltr_shadow_share: col
    .real()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('Parte dos pedidos que o candidato ordena também, sem responder'),
});
