import { atMost, byHand, cron, failures, job, monitor } from 'esteira';
import { lotes } from './1-config.ts';
import { leadScoring, leadScoringArvores, leadScoringLogistica } from './3-modelos.ts';
import { leadScore, semScore } from './4-escrever.ts';

export const scoreUpdater = job('score_updater', {
  when: cron(lotes.horario, { missed: 'run once' }),
  build: [leadScore, semScore],
  tell: 'vendas',
});
/** `esteira models import <ficheiro> --as lead_scoring_pipeline` runs it with that file. */
export const importar = job('importar_lead_scoring', { when: byHand, train: [leadScoring] });
export const treinar = job('treinar_lead_scoring', {
  when: byHand,
  train: [leadScoringLogistica, leadScoringArvores],
});
export const falhou = monitor('leads: score_updater falhou', {
  expect: atMost(failures(scoreUpdater), 0),
  tell: 'vendas',
  next: 'esteira show latest --job score_updater; o que falta: esteira doctor',
});
