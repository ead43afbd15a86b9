import { cron, job } from 'esteira';
import { elasticidade, forecastVsActual, recommendations } from './4-prices.ts';

export const diario = job('pricing_diario', {
  when: cron('0 5 * * *', { date: 'the day before', missed: 'run each' }),
  build: [recommendations, forecastVsActual],
  tell: 'comercial',
});
/** Monthly, after that night's data. */
export const retreino = job('pricing_retreino', {
  when: cron('0 7 1 * *', { date: 'the day before', missed: 'run once' }),
  train: [elasticidade],
  tell: 'comercial',
});
