import { col, settings } from 'esteira';

/** What whoever is on call may change: `esteira settings set config.lead_scoring.horario '0 5 * * *' --reason …`. */
export const lotes = settings('config.lead_scoring', {
  tamanho_do_lote: col.integer().min(1).max(200).default(100).describe('Utilizadores por pedido, a ler e a escrever'),
  horario: col.text().default('0 6 * * *').describe('Quando score_updater corre: cinco campos de cron, em UTC'),
  auc_minima: col.real().min(0.5).max(1).default(0.75).describe('AUC abaixo da qual um modelo não entra em uso'),
  lift_minimo: col.real().min(1).max(10).default(2).describe('Conversão do décimo de cima, em vezes a de todos'),
  calibracao_maxima: col.real().min(0).max(1).default(0.08).describe('Maior erro de calibração de um modelo'),
  amostras_minimas: col.integer().min(1).default(200).describe('Leads fechados com que um modelo é avaliado'),
});
