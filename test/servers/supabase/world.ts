import { cpSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { type Leads, leadsOf } from '../../../pipelines/leads/data/generate.ts';
import { supabaseTargets } from '../../../src/adapters/supabase/target/tables.ts';
import { col } from '../../../src/columns/index.ts';
import { type Command, type Ended, root, Sandbox } from '../../sandbox.ts';
import { Gateway } from './gateway.ts';
import { database, gateway, inDatabase, madeKnown, serviceKey } from './support.ts';

/** The day of which the golden scores are. */
export const date = '2026-09-30';
const golden = path.join(import.meta.dirname, 'golden', 'lead-scores.f64');

/** By user: what scikit-learn says of each of the 10,000; of whom it knows no source, nothing. */
function goldenScores({ people }: Leads): ReadonlyMap<string, number> {
  const bytes = readFileSync(golden);
  const scores = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
  return new Map(people.flatMap(({ id }, n) => (Number.isNaN(scores[n]) ? [] : [[id, scores[n] as number] as const])));
}

/** Functions that a test before has pasted go with their table. */
const tables = `do $$ declare one regprocedure; begin
  for one in select oid::regprocedure from pg_proc where proname like 'esteira_update_%' loop execute 'drop function ' || one; end loop; end $$;
drop table if exists users, events, closed_leads, lead_writes cascade;
create table users (id text primary key, created_at timestamptz not null, country text, source text, lead_score double precision);
create table events (id text primary key, user_id text not null, kind text not null, occurred_at timestamptz not null);
create index on events (user_id);
create table closed_leads (id text primary key, created_at timestamptz not null, country text, source text, closed_at timestamptz not null, converted boolean not null);
create table lead_writes (id text not null, what text not null, at timestamptz not null default clock_timestamp());
create or replace function note_lead_write() returns trigger language plpgsql security definer as $$
  begin insert into lead_writes (id, what) values (new.id, tg_op); return new; end $$;`;

async function fill(leads: Leads, users: number): Promise<void> {
  const client = new pg.Client(database);
  await client.connect();
  try {
    await client.query(tables);
    const chosen = leads.tables.users.slice(0, users);
    const ids = new Set([...chosen, ...leads.tables.closed_leads].map(({ id }) => id));
    const rows = {
      users: chosen,
      events: leads.tables.events.filter(({ user_id }) => ids.has(user_id ?? null)),
      closed_leads: leads.tables.closed_leads,
    };
    for (const [name, own] of Object.entries(rows))
      await client.query(`insert into ${name} select * from json_populate_recordset(null::${name}, $1)`, [
        JSON.stringify(own),
      ]);
    await client.query(
      'create trigger note after insert or update on users for each row execute function note_lead_write(); analyze',
    );
  } finally {
    await client.end();
  }
  await madeKnown('closed_leads?limit=1');
}

/** What `esteira write-back users.lead_score --sql` prints. */
async function writingFunction(): Promise<string> {
  const targets = supabaseTargets({ value: (of) => of, secret: (of) => of });
  const options = { url: gateway, key: serviceKey, name: 'users' };
  const columns = { id: col.text().key(), lead_score: col.real() };
  const asked = { key: ['id'], columns, way: 'update', changedOnly: true, parallel: 4 } as const;
  return (await targets.sql({ by: 'supabase', options, where: 'table users.lead_score' }, asked)) ?? '';
}

const config = `import { duckdb, folder, project, sqlite } from 'esteira/config';

export default project({
  name: 'leads',
  pipelines: { leads: 'definitions/*.ts' },
  standard: 'local',
  channels: { vendas: [] },
  groups: { vendas: [] },
  environments: {
    local: {
      warehouse: duckdb({ folder: 'warehouse', threads: 1 }),
      state: sqlite({ file: 'warehouse/state.sqlite' }),
      files: folder({ path: 'data' }),
    },
  },
});
`;

/** The example's pipeline, as it is, against a real project; the model as it was converted. */
export class LeadsWorld {
  readonly leads: Leads;
  readonly golden: ReadonlyMap<string, number>;
  readonly sandbox: Sandbox;
  readonly gateway: Gateway;
  /** The furthest that a score was from that of scikit-learn when they were compared. */
  furthest = 0;
  #isAgain = false;

  private constructor(of: { leads: Leads; users: number; sandbox: Sandbox; gateway: Gateway }) {
    this.leads = of.leads;
    this.sandbox = of.sandbox;
    this.gateway = of.gateway;
    const there = new Set(of.leads.people.slice(0, of.users).map(({ id }) => id));
    this.golden = new Map([...goldenScores(of.leads)].filter(([id]) => there.has(id)));
  }

  /** The first so many of the 10,000 have no score; the model is imported. With the function that writes a batch, as people paste it once, or row by row. */
  static async of(
    users: number,
    how: 'by the function' | 'row by row',
    { ofSources = false }: { readonly ofSources?: boolean } = {},
  ): Promise<LeadsWorld> {
    const leads = leadsOf({ date, users: 10_000, closed: 200, seed: 7 });
    await fill(leads, users);
    const from = path.join(root, 'pipelines', 'leads');
    const files = Object.fromEntries(
      readdirSync(path.join(from, 'definitions')).map((name) => {
        const text = readFileSync(path.join(from, 'definitions', name), 'utf8');
        return [
          `definitions/${name}`,
          text.replace('models/lead_scoring_pipeline_v1.joblib', 'models/lead_scoring_pipeline_v1.onnx'),
        ];
      }),
    );
    const sandbox = new Sandbox({ ...files, 'esteira.config.ts': config });
    if (ofSources) sandbox.ofSources();
    cpSync(path.join(from, 'models'), path.join(sandbox.folder, 'models'), { recursive: true });
    const world = new LeadsWorld({ leads, users, sandbox, gateway: await Gateway.before(gateway) });
    for (const words of [['setup'], ['run', 'importar_lead_scoring', '--date', date]]) {
      const { exit, out, err } = await world.run(...words);
      if (exit !== 0) throw new Error(`esteira ${words.join(' ')} ended with ${exit}: ${out}${err}`);
    }
    if (how === 'by the function') {
      await inDatabase(await writingFunction());
      await madeKnown('closed_leads?limit=1');
    }
    world.gateway.seen.splice(0);
    return world;
  }

  start(words: readonly string[], env: NodeJS.ProcessEnv = {}): Command {
    return this.sandbox.start(words, {
      env: { SUPABASE_URL: this.gateway.address, SUPABASE_KEY: serviceKey, ESTEIRA_NOW: `${date}T12:00:00Z`, ...env },
    });
  }
  run(...words: readonly string[]): Promise<Ended> {
    return this.start(words).ended;
  }
  /** The job of the day; of one that is done, once more. */
  score(env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const again = this.#isAgain ? ['--again'] : [];
    this.#isAgain = false;
    return this.start(['run', 'score_updater', '--date', date, '--anyway', ...again], env).ended;
  }
  async ask<Result>(...words: readonly string[]): Promise<Result> {
    const { exit, out, err } = await this.run(...words, '--json');
    if (exit !== 0) throw new Error(`esteira ${words.join(' ')} ended with ${exit}: ${out}${err}`);
    return JSON.parse(out) as Result;
  }

  /** Nobody has a score, and nothing was written. */
  async forget(): Promise<void> {
    await inDatabase(
      'alter table users disable trigger note; update users set lead_score = null; alter table users enable trigger note; truncate lead_writes',
    );
    this.#isAgain = true;
    this.gateway.heal();
    this.gateway.seen.splice(0);
  }

  /** What is not as it is to be: each score that of scikit-learn, each row written once, none created, nobody else touched. */
  async differences(): Promise<readonly string[]> {
    const found: string[] = [];
    const rows = await inDatabase('select id, lead_score from users');
    const expected = this.golden;
    this.furthest = 0;
    for (const { id, lead_score } of rows) {
      const score = expected.get(String(id));
      if (score === undefined) {
        if (lead_score !== null) found.push(`${id} has a score, and a source that no model knows`);
      } else if (lead_score === null) found.push(`${id} has no score`);
      else this.furthest = Math.max(this.furthest, Math.abs(Number(lead_score) - score));
    }
    if (this.furthest > 1e-6) found.push(`a score is ${this.furthest} from that of scikit-learn`);
    if (rows.length !== new Set(rows.map(({ id }) => id)).size || rows.length < expected.size)
      found.push(`${rows.length} rows`);
    for (const { what, id, times } of await inDatabase(
      `select what, id, count(*)::int as times from lead_writes group by what, id having count(*) > 1 or what <> 'UPDATE' order by id limit 5`,
    ))
      found.push(`${id}: ${what} ${times} times`);
    const [{ written = 0 } = {}] = await inDatabase('select count(distinct id)::int as written from lead_writes');
    if (written !== expected.size) found.push(`${written} rows were written, of ${expected.size}`);
    return found;
  }
}
