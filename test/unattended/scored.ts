import { readFileSync } from 'node:fs';
import path from 'node:path';

const imports = path.join(import.meta.dirname, '..', 'models', 'imports');
const read = (name: string): Buffer => readFileSync(path.join(imports, name));

/** Somebody of whom scikit-learn has said a score. */
export interface Person {
  readonly id: string;
  readonly page_views: number;
  readonly days_since_last: number | null;
  readonly source: string;
  readonly lead_score: number;
}
export const people: readonly Person[] = read('leads.onnx.answers.jsonl')
  .toString()
  .trim()
  .split('\n')
  .map((line, index) => ({ id: `p${String(index).padStart(3, '0')}`, ...(JSON.parse(line) as Omit<Person, 'id'>) }));

/** Users of an application's Postgres, scored by a model from elsewhere, which is taken in on Sundays; their scores are written back. */
const definitions = (
  schema: string,
): string => `import { after, atLeast, atMost, col, cron, env, imported, job, model, run, source, sql, table } from 'esteira';
import { postgres } from 'esteira/postgres';

const app = postgres(env('APP_DATABASE_URL'));
const features = { page_views: col.integer(), days_since_last: col.real().optional(), source: col.text() };
export const users = source('landing.users', {
  reader: app.table('${schema}_app.users'),
  columns: { id: col.text(), created_on: col.date(), ...features },
});
export const kept = table('silver.kept', {
  columns: { day: col.date(), users: col.bigint() },
  rows: sql\`select \${run.date} as day, count(*) as users from \${users} where created_on <= \${run.date}\`,
  write: 'append',
});
export const today = table('silver.users', {
  columns: { id: col.text().key(), ...features },
  rows: sql\`select id, page_views, days_since_last, source from \${users} where created_on <= \${run.date}\`,
});
export const scoring = model('ml.scoring', {
  from: today, features: ['page_views', 'days_since_last', 'source'],
  learner: imported('models/leads.onnx', { output: { lead_score: col.real().min(0).max(1) } }),
  gate: [atMost('max_difference', 1e-6), atLeast('rows_compared', 100)],
});
export const scores = table('users.lead_score', {
  columns: { id: col.text().key(), lead_score: scoring.output.lead_score },
  rows: scoring.predict(today),
  write: 'update',
  keptIn: app.keep('${schema}_app.users', { batch: 10, parallel: 2 }),
});
export const receipts = scores.receipts;
export const taking = job('taking', { when: cron('30 5 * * 0'), build: [today], train: [scoring] });
export const daily = job('daily', { when: cron('0 6 * * *', { missed: 'run once' }), build: [kept, scores] });
`;

const config = (
  schema: string,
): string => `import { duckdb, env, folder, postgres, postgresFiles, project } from 'esteira/config';

const files = postgresFiles(env('DATABASE_URL'), { schema: '${schema}_files' });
export default project({
  name: 'leads',
  pipelines: { leads: 'definitions/*.ts' },
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

export const scoredFiles = (schema: string): Readonly<Record<string, string | Uint8Array>> => ({
  'definitions/leads.ts': definitions(schema),
  'esteira.config.ts': config(schema),
  'models/leads.onnx': read('leads.onnx'),
  'models/leads.onnx.answers.jsonl': read('leads.onnx.answers.jsonl'),
});

/** Who writes for the application: it may change scores, and nothing else. */
export const writerOf = (schema: string): string => `${schema}_writer`;

/** Some are there on the first day, the others come, so many each day; each write of a score is noted. */
export function usersSql(schema: string, first: string, { days }: { readonly days: number }): string {
  const perDay = Math.ceil(people.length / days);
  const writer = writerOf(schema);
  const values = people.map(({ id, page_views, days_since_last, source }, index) => {
    const created = Temporal.PlainDate.from(first).add({ days: Math.floor(index / perDay) });
    return `('${id}', '${created}', ${page_views}, ${days_since_last}, '${source}', null)`;
  });
  return `create schema "${schema}_app";
    set search_path = "${schema}_app";
    create table users (id text primary key, created_on date not null, page_views integer not null, days_since_last double precision,
      source text not null, lead_score double precision);
    create table writes (id text not null, what text not null);
    insert into users values ${values.join(', ')};
    create function note() returns trigger language plpgsql security definer as
      $$ begin insert into "${schema}_app".writes values (new.id, tg_op); return new; end $$;
    create trigger note after insert or update on users for each row execute function note();
    create role ${writer} login;
    grant usage on schema "${schema}_app" to ${writer};
    grant select, update (lead_score) on users to ${writer}`;
}
