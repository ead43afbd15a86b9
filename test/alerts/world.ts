import { Sandbox } from '../sandbox.ts';
import { type SmtpSink, secret, type WebhookSink } from './sinks.ts';

/** Days are files; a day `bad` fails its step, one of `broken` rows sets most of them aside. */
export const definitions = `import { age, alerted, atLeast, atMost, byHand, col, cron, duration, expectNone, failures, files, invalidShare, job, monitor, rowsIn, run, scalar, settings, source, sql, table, volume } from 'esteira';
export const landing = source('landing.orders', { reader: files('orders/{date}.csv'), columns: { id: col.integer(), price: col.integer().optional(), day: col.date().optional() } });
export const bronze = table('bronze.orders', { columns: landing.columns, rows: sql\`select * from \${landing}\`, write: 'append', invalid: 'set aside' });
export const orders = table('silver.orders', {
  columns: { id: col.integer().key(), price: col.integer().min(0).named('price_positive') },
  rows: sql\`select id, price from \${bronze} where day = \${run.date} and (price is null or price < 1000000 or error('no such price'))\`,
  invalid: 'set aside',
});
export const limites = settings('config.limites', { invalidos: col.real().default(0.05), longa: col.duration().default('30 minutes') });
export const daily = job('daily', { when: cron('0 2 * * *', { date: 'the day before' }), build: [orders] });
export const failed = monitor('pipeline falhou', { expect: atMost(failures(daily), 0), tell: 'plantao', next: 'Abra o passo que falhou: esteira runs daily' });
`;

export const config = (
  channels: string,
  more = '',
): string => `import { duckdb, email, env, folder, project, slack, sqlite, toFile, webhook } from 'esteira/config';
export default project({
  name: 'shop',
  pipelines: { shop: 'definitions/*.ts' },
  standard: 'local',
  channels: { ${channels} },
  environments: {
    local: {
      warehouse: duckdb({ folder: 'warehouse', threads: 1 }),
      state: sqlite({ file: 'warehouse/state.sqlite' }),
      files: folder({ path: 'data' }),
      retries: { times: 0, wait: '1 second' },
    },${more}
  },
});
`;

export const toWebhook = `plantao: [webhook({ url: env('HOOK_URL'), secret: env('HOOK_SECRET') })]`;
export const toBoth = `plantao: [email({ to: 'plantao@example.com', from: 'esteira@example.com', server: env('SMTP_URL') }), webhook({ url: env('HOOK_URL'), secret: env('HOOK_SECRET') })]`;

export function world({
  hook,
  smtp,
  more = '',
  channels = smtp ? toBoth : toWebhook,
  now,
  inside = false,
}: {
  readonly hook: WebhookSink | { readonly url: string };
  readonly smtp?: SmtpSink;
  readonly more?: string;
  readonly channels?: string;
  readonly now?: string;
  readonly inside?: boolean;
}): Sandbox {
  const env = {
    HOOK_URL: hook.url,
    HOOK_SECRET: secret,
    ...(smtp && { SMTP_URL: smtp.url }),
    ...(now && { ESTEIRA_NOW: now }),
  };
  return new Sandbox(
    { 'definitions/shop.ts': definitions + more, 'esteira.config.ts': config(channels) },
    { env, inside },
  );
}

export const day = (
  project: Sandbox,
  date: string,
  rows: readonly (readonly [id: number, price: number | ''])[],
): void =>
  project.write({
    [`data/orders/${date}.csv`]: `id,price,day\n${rows.map(([id, price]) => `${id},${price},${date}\n`).join('')}`,
  });
