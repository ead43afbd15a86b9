import { col, settings, settingsTable } from 'esteira';

// What an analyst may change. With another period or other granularities, retraining is due: the models are trained with them.
export const parametros = settings('config.parametros_engajamento', {
  periodo_dias: col.integer().min(7).max(365).default(90).describe('Dias de histórico analisados'),
  data_fim: col.date().optional().default(null).describe('Último dia analisado; vazio: a data da execução'),
  silhueta_minima: col.real().min(0).max(1).default(0.25).describe('Abaixo dela um modelo novo não entra em uso'),
  psi_maximo: col.real().min(0).default(0.2).describe('PSI acima dele: o engajamento já não é o do treino'),
  inercia_maxima: col.real().min(1).default(1.5).describe('Distância aos centroides, em vezes a do treino'),
  idade_maxima: col.duration().default('180 days').describe('Um modelo mais velho deve ser retreinado'),
});
export const niveis = settingsTable(
  'config.niveis',
  { nivel: col.text().oneOf('usuario', 'equipe', 'empresa').key(), ativo: col.boolean() },
  [
    { nivel: 'usuario', ativo: true },
    { nivel: 'equipe', ativo: true },
    { nivel: 'empresa', ativo: false },
  ],
);
export const granularidades = settingsTable(
  'config.granularidades',
  { granularidade: col.text().oneOf('semana', 'mes').key(), dias: col.integer().min(1).max(366), ativa: col.boolean() },
  [
    { granularidade: 'semana', dias: 7, ativa: true },
    { granularidade: 'mes', dias: 30, ativa: true },
  ],
);
