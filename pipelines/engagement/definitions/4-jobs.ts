import { byHand, cron, job } from 'esteira';
import { cuboEngajamento, engajamento, mapeamentoLabels } from './3-modelo.ts';

// Two entry points that never mix. The halves of the first also run alone: a version that was trained alone waits, as candidate, for its labels.
export const retreinamento = job('config.sp_executar_retreinamento', {
  when: byHand,
  train: [engajamento],
  build: [mapeamentoLabels],
});
export const treino = job('config.sp_treinar_modelos', { when: byHand, train: [engajamento] });
export const labels = job('config.sp_gerar_labels', { when: byHand, build: [mapeamentoLabels] });
export const classificacao = job('config.sp_classificar_cubo', {
  when: cron('0 6 * * *', { zone: 'America/Sao_Paulo', date: 'the day before', missed: 'run each' }),
  build: [cuboEngajamento],
});
