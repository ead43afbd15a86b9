/** Rows of an application's Postgres; a table that keeps every day, one that is made anew, a model that is trained on Sundays, a setting. */
const definitions = (
  schema: string,
): string => `import { after, atLeast, col, cron, env, fn, job, logisticRegression, model, run, samples, settings, source, sql, table } from 'esteira';
import { postgres } from 'esteira/postgres';

export const limits = settings('config.limits', { floor: col.integer().default(0) });
export const people = source('landing.people', {
  reader: postgres(env('APP_DATABASE_URL')).table('${schema}_app.people'),
  columns: { id: col.integer(), visits: col.integer(), stays: col.boolean() },
});
export const kept = table('silver.kept', {
  columns: { day: col.date(), people: col.bigint(), floor: col.integer() },
  rows: sql\`select \${run.date} as day, count(*) as people, \${limits.floor} as floor from \${people}\`,
  write: 'append',
});
export const today = table('silver.people', {
  columns: { id: col.integer().key(), visits: col.integer(), stays: col.boolean() },
  rows: sql\`select * from \${people}\`,
});
export const staying = model('gold.staying', {
  from: today, features: ['visits'], target: 'stays', learner: logisticRegression(), gate: [atLeast(samples, 10)],
});
export const chances = table('gold.chances', {
  columns: { id: col.integer().key(), probability: col.real(), model_version: col.text() },
  rows: sql\`select * from \${staying.predict(today)}\`,
});
export const daily = job('daily', { when: cron('0 6 * * *', { missed: 'run once' }), build: [kept, today] });
export const training = job('training', { when: cron('30 5 * * 0'), build: [today], train: [staying] });
export const scoring = job('scoring', { when: after(daily), build: [chances] });
`;

const config = (
  schema: string,
): string => `import { duckdb, env, folder, postgres, postgresFiles, project } from 'esteira/config';

const files = postgresFiles(env('DATABASE_URL'), { schema: '${schema}_files' });
export default project({
  name: 'shop',
  pipelines: { shop: 'definitions/*.ts' },
  standard: 'cloud',
  environments: {
    cloud: {
      warehouse: duckdb({ folder: '.esteira/warehouse', kept: files, threads: 1 }),
      state: postgres(env('DATABASE_URL'), { schema: '${schema}', patience: '2 seconds' }),
      files: folder({ path: 'data' }),
      versions: files,
      retries: { times: 0, wait: '1 second' },
    },
  },
});
`;

export const filesOf = (schema: string): Readonly<Record<string, string>> => ({
  'definitions/shop.ts': definitions(schema),
  'esteira.config.ts': config(schema),
});

export const tablesOf = (schema: string): string => `create schema "${schema}_app";
  create table "${schema}_app".people (id integer primary key, visits integer not null, stays boolean not null);
  insert into "${schema}_app".people select i, i % 20, ('x' || left(md5(i::text), 4))::bit(16)::int % 100 < (i % 20) * 5 from generate_series(1, 200) i`;
