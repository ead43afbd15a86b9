import { cron, job } from 'esteira';
import { payments, returns, shipments } from './2-silver.ts';
import { factDaily, factLtv } from './3-gold.ts';

export const daily = job('daily', {
  when: cron('0 2 * * *', { date: 'the day before' }),
  build: [payments, shipments, returns, factDaily, factLtv],
});
