import { always, cron, job } from 'esteira';
import { landing } from './1-landing.ts';
import { silverTables } from './2-silver.ts';
import { curated } from './3-gold.ts';

/** What Fivetran does in the document. */
export const sincronizacao = job('v_credit_sincronizacao', { when: always, build: landing });
/** What landing has received → bronze → silver → dimensions → facts → views, each layer in parallel: the views need all the rest. */
export const diario = job('v_credit_diario', {
  when: cron('0 2 * * *', { zone: 'America/Sao_Paulo', date: 'the day before' }),
  build: [...silverTables, ...curated],
});
