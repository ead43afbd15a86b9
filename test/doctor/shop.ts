import { after } from 'node:test';
import type { DoctorView } from '../../src/operate/views.ts';
import { type Postgrest, postgrest } from '../../src/testing/index.ts';
import { type Ended, Sandbox } from '../sandbox.ts';

const opened: Postgrest[] = [];
after(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** Users of an app, a table of them, and its job; whoever is told reads a file. */
export const definitions = (columns = 'id: col.text().key(), score: col.integer().optional()') =>
  `import { col, cron, env, job, source, sql, table } from 'esteira';
import { supabase } from 'esteira/supabase';
const app = supabase(env('APP_URL'), env('APP_KEY'));
export const users = source('app.users', { reader: app.table('users'), columns: { ${columns} } });
export const known = table('silver.known', { columns: { id: col.text().key() }, rows: sql\`select id from \${users}\` });
export const daily = job('daily', { when: cron('0 2 * * *', { zone: 'UTC' }), build: [known], tell: 'ops' });
`;

const config = `import { duckdb, folder, project, sqlite, toFile } from 'esteira/config';
export default project({ name: 'shop', pipelines: { shop: 'definitions/*.ts' }, standard: 'local', channels: { ops: [toFile({ path: 'told.log' })] },
  environments: { local: { warehouse: duckdb({ folder: 'warehouse', threads: 1 }), state: sqlite({ file: 'warehouse/state.sqlite' }),
    files: folder({ path: 'data' }), retries: { times: 0, wait: '1 second' } } } });
`;

/** A project that reads a table of Supabase, and what answers there. */
export class Shop extends Sandbox {
  readonly app: Postgrest;

  private constructor(app: Postgrest, home?: string) {
    const env = { APP_URL: app.address, APP_KEY: app.keys.service };
    super(
      { 'definitions/shop.ts': definitions(), 'esteira.config.ts': config },
      { env, inside: true, ...(home ? { home } : {}) },
    );
    this.app = app;
  }

  static async open({ home }: { readonly home?: string } = {}): Promise<Shop> {
    const rows = ['a', 'b'].map((id) => ({ id, score: null }));
    const app = await postgrest({
      tables: { users: { columns: { id: 'text', score: 'integer' }, key: ['id'], rows } },
    });
    opened.push(app);
    return new Shop(app, home);
  }

  with(env: NodeJS.ProcessEnv, ...words: readonly string[]): Promise<Ended> {
    return this.give(words, env);
  }
  daily(env: NodeJS.ProcessEnv = {}, ...more: readonly string[]): Promise<Ended> {
    return this.with(env, 'run', 'daily', ...more);
  }

  /** What the doctor has found of what is called so. */
  async found(what: string, env: NodeJS.ProcessEnv = {}): Promise<DoctorView['findings']> {
    const { out } = await this.with(env, 'doctor', '--json');
    return (JSON.parse(out) as DoctorView).findings.filter((one) => one.what === what);
  }

  async runs(): Promise<readonly { readonly state: string }[]> {
    return (await this.ask<{ readonly runs: readonly { readonly state: string }[] }>('runs')).runs;
  }
}
