import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bestRandIndex, type Planned } from './generator/best.ts';
import { type Database, openDatabase, quoted } from './generator/database.ts';
import { type Level, levels, type Options, type Plan, period, planOf } from './generator/options.ts';
import { segmentsOf } from './generator/segments.ts';

export type { Level, Options } from './generator/options.ts';
export { segments } from './generator/segments.ts';

/** What was planted; made from the plan, not from the files. */
export interface Manifest {
  readonly options: Plan;
  /** Names of the segments, the most engaged first; a number below is a place in this list. */
  readonly segments: readonly string[];
  readonly levels: Readonly<Record<Level, PlantedLevel>>;
  readonly events: number;
  /** Events that break a rule, by its flag, and exact copies of others. */
  readonly broken: Readonly<Record<string, number>>;
  readonly copies: number;
}
export interface PlantedLevel {
  /** In the order of their ids. */
  readonly ids: readonly string[];
  /** For each of these the number of its segment, one character. */
  readonly segments: string;
  readonly counts: readonly number[];
  /** The adjusted Rand index of the best possible classifier. */
  readonly best: number;
  /** Entities none of whose minutes are known. */
  readonly unmeasured: readonly string[];
}

/** Writes 90 days of events to `<folder>/eventos`, and what was planted in them to `<folder>/manifest-<last date>.json`. */
export async function generate(options: Options): Promise<Manifest> {
  const plan = planOf(options);
  const database = await openDatabase(plan);
  try {
    const broken = await plantBroken(database, plan);
    await writeFiles(database, options.folder, plan);
    const planted = await Promise.all(
      levels.map(async (level) => [level, await levelOf(database, level, plan)] as const),
    );
    const [{ events } = { events: 0n }] = await database.rows<{ events: bigint }>(
      'select count(*) as events from events',
    );
    const manifest: Manifest = {
      options: plan,
      segments: segmentsOf(plan).map(({ name }) => name),
      levels: Object.fromEntries(planted) as Manifest['levels'],
      events: Number(events),
      ...broken,
    };
    await writeFile(join(options.folder, `manifest-${plan.lastDate}.json`), `${JSON.stringify(manifest)}\n`);
    return manifest;
  } finally {
    database.close();
  }
}

/** Events with ids of their own that break a rule each, and some that come twice: neither says anything of an entity. */
async function plantBroken(database: Database, { lastDate }: Plan): Promise<Pick<Manifest, 'broken' | 'copies'>> {
  const faults = [
    { flag: 'minutos_max', set: 'minutos: 2000', times: 40 },
    { flag: 'minutos_min', set: 'minutos: -5', times: 30 },
    { flag: 'nivel_one_of', set: "nivel: 'grupo'", times: 20 },
    { flag: 'entidade_id_present', set: 'entidade_id: null', times: 10 },
  ];
  for (const { flag, set, times } of faults) {
    const [name, value] = set.split(': ');
    await database.run(`insert into events by name
      select * replace (${value} as ${name}, ${quoted(`${lastDate}-${flag}-`)} || row_number() over (order by hash(evento_id)) as evento_id)
      from (select * from events where evento_id not like '%/_%' escape '/' order by hash(evento_id, ${quoted(flag)}), evento_id limit ${times})`);
  }
  const copies = 50;
  await database.run(`insert into events
    select * from events where evento_id not like '%/_%' escape '/' order by hash(evento_id, 'copy'), evento_id limit ${copies}`);
  return { broken: Object.fromEntries(faults.map(({ flag, times }) => [flag, times])), copies };
}

/** A file for each day, whole under its name or not there. */
async function writeFiles(database: Database, folder: string, plan: Plan): Promise<void> {
  await mkdir(join(folder, 'eventos'), { recursive: true });
  const first = Temporal.PlainDate.from(plan.firstDate);
  for (let day = 0; day < period; day += 1) {
    const date = first.add({ days: day }).toString();
    const file = join(folder, 'eventos', `${date}.parquet`);
    await database.run(`copy (
      select date ${quoted(date)} as dia, evento_id, nivel, entidade_id, sessao_id, acao, minutos::double as minutos
      from events where day = ${day} order by evento_id, minutos) to ${quoted(`${file}.part`)} (format parquet)`);
    await rename(`${file}.part`, file);
  }
}

async function levelOf(database: Database, level: Level, plan: Plan): Promise<PlantedLevel> {
  const rows = await database.rows<Planned & { readonly id: string; readonly is_unmeasured: boolean }>(
    `select id, segment, days, sessions, minutes, away, is_unmeasured from entities where nivel = ${quoted(level)} order by id`,
  );
  return {
    ids: rows.map(({ id }) => id),
    segments: rows.map(({ segment }) => segment).join(''),
    counts: segmentsOf(plan).map((_, at) => rows.filter(({ segment }) => segment === at).length),
    best: bestRandIndex(level, rows, plan),
    unmeasured: rows.filter(({ is_unmeasured }) => is_unmeasured).map(({ id }) => id),
  };
}

const usage = `node pipelines/engagement/data/generate.ts --folder <folder> --last-date 2026-09-30
  [--users 2000] [--seed 1] [--new-segment] [--drift 0.5]`;

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      folder: text,
      'last-date': text,
      users: text,
      seed: text,
      'new-segment': { type: 'boolean' },
      drift: text,
    },
  });
  const { folder, 'last-date': lastDate } = values;
  if (folder === undefined || lastDate === undefined)
    throw new RangeError(`--${folder === undefined ? 'folder' : 'last-date'} is missing\n${usage}`);
  const number = (value: string | undefined) => (value === undefined ? undefined : Number(value));
  const { events } = await generate({
    ...{ folder, lastDate, users: number(values.users), seed: number(values.seed), drift: number(values.drift) },
    newSegment: values['new-segment'],
  });
  console.log(`${events} events on ${period} days: ${join(folder, `manifest-${lastDate}.json`)}`);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
