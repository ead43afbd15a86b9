import {
  approvedBy,
  atLeast,
  atMost,
  boostedTrees,
  col,
  imported,
  logisticRegression,
  model,
  noWorse,
  samples,
} from 'esteira';
import { lotes } from './1-config.ts';
import { closedLeads, used } from './2-dados.ts';

/**
 * Trained elsewhere, with scikit-learn. Training takes it in, and the gate is that what was taken in says the same as the original, row by row:
 * `esteira models import lead_scoring_pipeline_v1.joblib --as lead_scoring_pipeline`.
 */
export const leadScoring = model('lead_scoring_pipeline', {
  from: closedLeads,
  features: used,
  target: 'converted',
  learner: imported('models/lead_scoring_pipeline_v1.joblib', {
    output: { lead_score: col.real().min(0).max(1) },
  }),
  gate: [atMost('max_difference', 1e-5), atLeast('rows_compared', 100)],
});

const gate = [
  atLeast('auc', lotes.auc_minima),
  noWorse('auc', 0.01),
  atLeast('lift_top_decile', lotes.lift_minimo),
  atMost('calibration_error', lotes.calibracao_maxima),
  atLeast(samples, lotes.amostras_minimas),
];
const trained = {
  from: closedLeads,
  features: used,
  target: 'converted',
  gate,
  release: approvedBy('vendas'),
} as const;

/** The same question, learned here, twice. Sales says whether one of them is used. */
export const leadScoringLogistica = model('lead_scoring_logistica', {
  ...trained,
  missing: { days_since_last: 90 },
  learner: logisticRegression({ ridge: 1 }),
});
export const leadScoringArvores = model('lead_scoring_arvores', {
  ...trained,
  learner: boostedTrees({ trees: 300, leaves: 8, rate: 0.05, rowsInLeaf: 30, stopAfter: 30, seed: 1 }),
});
