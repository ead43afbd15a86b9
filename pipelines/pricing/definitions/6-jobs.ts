import { alerted, col, cron, job, settingsTable } from 'esteira';
import { approvedPrices, elasticidade, recommendations } from './4-prices.ts';
import { competitorChanges, degradou, forecastVsActual } from './5-watch.ts';

/** On these days nobody wants another model. */
export const semRetreino = settingsTable('config.dias_sem_retreino', { date: col.date().key() }, [
  { date: Temporal.PlainDate.from('2026-11-27') },
  { date: Temporal.PlainDate.from('2027-11-26') },
]);

export const diario = job('pricing_diario', {
  when: cron('0 5 * * *', { date: 'the day before', missed: 'run each' }),
  build: [recommendations, forecastVsActual, competitorChanges],
  tell: 'comercial',
});
/** People answer during the day; what they have let through gets out within the hour. */
export const aplicar = job('pricing_aplicar', {
  when: cron('0 * * * *', { date: 'the day before', missed: 'run once' }),
  build: [approvedPrices],
  tell: 'comercial',
});
/** Monthly, after that night's data, or when the forecast has become bad. */
export const retreino = job('pricing_retreino', {
  when: [cron('0 7 1 * *', { date: 'the day before', missed: 'run once' }), alerted(degradou)],
  coolDown: '14 days',
  blackout: semRetreino,
  train: [elasticidade],
  tell: 'comercial',
});
