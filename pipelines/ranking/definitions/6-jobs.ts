import { alerted, byHand, cron, job } from 'esteira';
import { judged, ltr } from './3-modelo.ts';
import { lawyersNow } from './4-servir.ts';
import { degradou, negocio } from './5-negocio.ts';

export const diario = job('train_ltr_daily', {
  when: cron('15 2 * * *', { date: 'the day before', missed: 'run each' }),
  build: [lawyersNow],
  train: [ltr],
  tell: 'ltr',
});
/** New trees behind those of the champion, made of the days before the last 7; these, today among them, judge. */
export const horario = job('train_ltr_hourly', {
  when: cron('5 * * * *', { missed: 'skip' }),
  refine: [ltr],
  tell: 'ltr',
});
/** Days from before the schedule: taken in and judged, and nothing is trained by them. */
export const historico = job('ltr_historico', { when: byHand, build: [judged] });
/** What came of what was shown, and the lawyers as they are known by now. */
export const metricas = job('ltr_negocio', {
  when: cron('30 * * * *', { missed: 'run once' }),
  build: [negocio, lawyersNow],
});
/** At most once a day; then no version gets out by itself, until a person says so or after three good days. */
export const volta = job('ltr_rollback', {
  when: alerted(degradou),
  rollback: [{ model: ltr, frozen: '3 days' }],
  tell: 'plantao',
});
