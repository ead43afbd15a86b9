import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Chance } from '../../chance.ts';
import { type Best, bestOf } from './generator/judged.ts';
import { type Options, type Plan, planOf } from './generator/options.ts';
import { type Person, personOf } from './generator/people.ts';

export type { Options } from './generator/options.ts';
export type { Features, Person } from './generator/people.ts';

/** Rows as they stand in the tables of the application. */
type Row = Readonly<Record<string, string | number | boolean | null>>;
export interface Leads {
  readonly plan: Plan;
  /** Everybody without score, as planned. */
  readonly people: readonly Person[];
  /** Of those the ones whose row breaks a rule: nobody can score them. By user: the rule. */
  readonly broken: Readonly<Record<string, string>>;
  readonly closed: readonly (Person & { readonly converted: boolean })[];
  readonly best: Best;
  readonly tables: {
    readonly users: readonly Row[];
    readonly events: readonly Row[];
    readonly closed_leads: readonly Row[];
  };
}

/** All of it, in memory: the same options give the same rows. */
export function leadsOf(options: Omit<Options, 'folder'>): Leads {
  const plan = planOf({ folder: '', ...options });
  const people = Array.from({ length: plan.users }, (_, n) => personOf(plan, 'user', n));
  const closed = Array.from({ length: plan.closed }, (_, n) => {
    const person = personOf(plan, 'closed', n);
    return { ...person, converted: new Chance(plan.seed, `converted ${n}`).next() < person.chance };
  });
  const broken = Object.fromEntries(people.filter((_, n) => n % 250 === 117).map(({ id }) => [id, 'source_one_of']));
  const today = Temporal.PlainDate.from(plan.date);
  const instant = (date: Temporal.PlainDate, minutes: number): string =>
    date.toZonedDateTime('UTC').toInstant().subtract({ minutes }).toString().replace('Z', '+00:00');
  const events = (of: Person, until: Temporal.PlainDate): readonly Row[] =>
    of.events.map(({ kind, before }, n) => ({
      id: `${of.id}-${n}`,
      user_id: of.id,
      kind,
      occurred_at: instant(until, before),
    }));
  const closedOn = (n: number): Temporal.PlainDate => today.subtract({ days: 30 + (n % 300) });
  const dayInMinutes = 24 * 60;
  return {
    plan,
    people,
    broken,
    closed,
    best: bestOf(closed),
    tables: {
      users: people.map(({ id, country, source, age }) => ({
        id,
        created_at: instant(today, age * dayInMinutes),
        country,
        // Nobody has told the model of it.
        source: id in broken ? 'billboard' : source,
        lead_score: null,
      })),
      events: [
        ...people.flatMap((one) => events(one, today)),
        ...closed.flatMap((one, n) => [...events(one, closedOn(n)), ...afterwards(one, n)]),
      ],
      closed_leads: closed.map(({ id, country, source, age, converted }, n) => ({
        id,
        created_at: instant(closedOn(n), age * dayInMinutes),
        country,
        source,
        closed_at: instant(closedOn(n), 0),
        converted,
      })),
    },
  };

  /** What clients do once they are clients: who learns from it has looked into the future. */
  function afterwards(of: Person & { readonly converted: boolean }, n: number): readonly Row[] {
    if (!of.converted) return [];
    return Array.from({ length: 5 }, (_, m) => ({
      id: `${of.id}-client-${m}`,
      user_id: of.id,
      kind: 'page_view',
      occurred_at: instant(closedOn(n), -(m + 1) * 600),
    }));
  }
}

/** Writes the tables as CSV, as Supabase takes them in, and what was planted. */
export async function generate({ folder, ...options }: Options): Promise<Leads> {
  const leads = leadsOf(options);
  await mkdir(folder, { recursive: true });
  for (const [name, rows] of Object.entries(leads.tables)) await write(join(folder, `${name}.csv`), csvOf(rows));
  const { people, broken, best, plan } = leads;
  const planted = {
    plan,
    broken,
    best,
    withoutEvents: people.filter(({ events }) => events.length === 0).map(({ id }) => id),
    users: Object.fromEntries(people.map(({ id, features, chance }) => [id, { ...features, chance }])),
  };
  await write(join(folder, `leads-${plan.date}.json`), `${JSON.stringify(planted)}\n`);
  return leads;
}

/** No text of it has a comma, a quote or a line's end; nothing is an empty field. */
const csvOf = (rows: readonly Row[]): string =>
  [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row).map((value) => value ?? ''))]
    .map((line) => `${line.join(',')}\n`)
    .join('');

/** Whole under its name or not there. */
async function write(file: string, text: string): Promise<void> {
  await writeFile(`${file}.part`, text);
  await rename(`${file}.part`, file);
}

const usage = `node pipelines/leads/data/generate.ts --folder <folder> --date 2026-09-30
  [--users 1000] [--closed 4000] [--seed 1]`;

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { folder: text, date: text, users: text, closed: text, seed: text },
  });
  const { folder, date } = values;
  if (folder === undefined || date === undefined)
    throw new RangeError(`--${folder === undefined ? 'folder' : 'date'} is missing\n${usage}`);
  const number = (value: string | undefined) => (value === undefined ? undefined : Number(value));
  const { people, closed, tables } = await generate({
    ...{ folder, date, users: number(values.users), closed: number(values.closed), seed: number(values.seed) },
  });
  console.log(`${people.length} users, ${closed.length} closed leads, ${tables.events.length} events: ${folder}`);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
