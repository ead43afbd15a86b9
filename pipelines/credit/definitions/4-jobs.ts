import {
  age,
  always,
  atLeast,
  atMost,
  cron,
  duration,
  failures,
  invalidShare,
  job,
  monitor,
  rowsIn,
  volume,
} from 'esteira';
import { bronze, chamados, landing } from './1-landing.ts';
import { silverTables } from './2-silver.ts';
import { curated, facts } from './3-gold.ts';

/** What Fivetran does in the document. */
export const sincronizacao = job('v_credit_sincronizacao', { when: always, build: landing });
/** What landing has received → bronze → silver → dimensions → facts → views, each layer in parallel: the views need all the rest. */
export const diario = job('v_credit_diario', {
  when: cron('0 2 * * *', { zone: 'America/Sao_Paulo', date: 'the day before' }),
  build: [...silverTables, ...curated],
});

// The four alerts of the document, and two more: that what comes in is fresh, and that the facts have been loaded.
export const pipelineFalhou = monitor('pipeline falhou', {
  expect: atMost(failures(diario), 0),
  tell: 'plantao',
  next: 'Abra o passo que falhou (esteira runs v_credit_diario); depois de corrigir, `esteira resume` continua dali.',
});
export const bronzeVazio = monitor('bronze recebeu 0 linhas', {
  expect: atLeast(rowsIn(...bronze), 1),
  tell: 'plantao',
  next: 'Verifique a sincronização (esteira sync --once) e conte postgres_public.chamados.',
});
export const muitosInvalidos = monitor('inválidos acima de 5 %', {
  expect: atMost(invalidShare(...silverTables), 0.05),
  tell: 'dados',
  next: 'Veja que regra falhou, corrija na origem e reprocesse a camada: esteira reprocess silver',
});
export const execucaoLonga = monitor('execução acima de 30 min', {
  expect: atMost(duration(diario), '30 minutes'),
  tell: 'dados',
  next: 'Compare o tempo de cada passo com o de ontem: esteira runs v_credit_diario',
});
export const landingAtrasado = monitor('sincronização em dia', {
  expect: atMost(age(chamados.landing, '_synced_at'), '2 hours'),
  every: '30 * * * *',
  tell: 'plantao',
  next: 'A origem está no ar? esteira doctor',
});
export const fatosCarregados = monitor('fatos carregados', {
  expect: atLeast(volume(...facts), 0.5),
  tell: 'dados',
  next: 'silver.tb_chamado tem linhas? Os joins acham o par? esteira diagnose v_credit_diario',
});
