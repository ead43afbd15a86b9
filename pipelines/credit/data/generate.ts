import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Account, countDeliveries, everyChange, newAccount } from './generator/account.ts';
import { writeBadFiles } from './generator/bad-files.ts';
import { plantBroken } from './generator/broken.ts';
import { clientsOf } from './generator/calendar.ts';
import { plantChildren } from './generator/children.ts';
import { plantClients } from './generator/clients.ts';
import { type Database, emptyChanges, openDatabase } from './generator/database.ts';
import { plantDimensions } from './generator/dimensions.ts';
import { LandingFiles } from './generator/files.ts';
import { leaveFolder, takeFolder } from './generator/folder.ts';
import { addToGold, openGold, readGold } from './generator/gold.ts';
import type { Figures, FiguresByTable, Manifest, Planted } from './generator/manifest.ts';
import { dateOf, type Options, type Plan, planOf } from './generator/options.ts';
import { countPlanted, together } from './generator/planted.ts';
import { keptNames, silverName, type TableName, tableNames } from './generator/tables.ts';
import { plantTickets } from './generator/tickets.ts';

export type { Figures, FiguresByTable, Gold, Manifest, Planted } from './generator/manifest.ts';
export type { Options } from './generator/options.ts';

/** What is planned, written, counted and forgotten together, so that memory does not grow with the tickets. */
interface Chunk {
  readonly number: number;
  readonly tables: readonly TableName[];
  plan(): Promise<void>;
}

function chunksOf(database: Database, plan: Plan): readonly Chunk[] {
  const small: Chunk = {
    number: 0,
    tables: ['canais', 'motivos', 'atendentes'],
    plan: () => plantDimensions(database, plan),
  };
  const count = Math.ceil(plan.tickets / plan.chunk);
  const cut = (total: number, number: number) => Math.floor((total * number) / count);
  const others = Array.from(
    { length: count },
    (_, number): Chunk => ({
      number,
      tables: tableNames.filter((table) => !small.tables.includes(table)),
      plan: async () => {
        await plantClients(database, cut(clientsOf(plan), number), cut(clientsOf(plan), number + 1));
        await plantTickets(database, plan, cut(plan.tickets, number), cut(plan.tickets, number + 1));
        await plantChildren(database);
      },
    }),
  );
  return [small, ...others];
}

/** Writes days of landing data to `<folder>/postgres_public`, and what was planted in them to `<folder>/manifest.json`. */
export async function generate(options: Options): Promise<Manifest> {
  const { folder } = options;
  const plan = planOf(options);
  const { written, ...decided } = plan;
  const told = { ...decided, through: dateOf(plan, written - 1) };
  const there = await takeFolder(folder, told);
  const spill = join(folder, '.spill');
  const database = await openDatabase({ plan, spill, memoryLimit: options.memoryLimit, threads: options.threads });
  try {
    const landing = new LandingFiles({ folder, plan, there });
    const accounts = new Map<TableName, Account>(tableNames.map((table) => [table, newAccount(written)]));
    const planted: Record<string, Planted> = {};
    await openGold(database);
    for (const chunk of chunksOf(database, plan)) {
      await chunk.plan();
      for (const table of chunk.tables) {
        await plantBroken(database, table, chunk.number, plan.days);
        await landing.write(database, table);
        await countDeliveries(database, table, accounts.get(table) as Account);
        planted[table] = together(planted[table], await countPlanted(database, table, written));
      }
      await addToGold(database, written, chunk.tables);
      for (const table of chunk.tables) await emptyChanges(database, table);
    }
    const ofSilver = new Map([...accounts].map(([table, account]) => [silverName(table), account]));
    for (const table of keptNames)
      ofSilver.set(`${silverName(table)}_historico`, everyChange(accounts.get(table) as Account));
    const figures = (of: (account: Account) => Figures | undefined) =>
      Object.fromEntries([...ofSilver].map(([table, account]) => [table, of(account)])) as FiguresByTable;
    const full = figures((account) => account.full);
    const dates = Array.from({ length: written }, (_, day) => [dateOf(plan, day), figures(({ daily }) => daily[day])]);
    const manifest: Manifest = {
      options: told,
      files: landing.files,
      badFiles: plan.badFiles ? await writeBadFiles(folder, plan) : [],
      daily: Object.fromEntries(dates),
      full,
      gold: await readGold(database, full),
      planted,
    };
    await leaveFolder(folder, manifest);
    return manifest;
  } finally {
    database.close();
    await rm(spill, { recursive: true, force: true });
  }
}

const usage = `node pipelines/credit/data/generate.ts --folder <folder> --tickets 10000 --days 3 --first-date 2026-09-14
  [--seed 1] [--through <date>] [--gzip] [--bad-files] [--memory-limit 3GB] [--threads 2] [--chunk 200000]`;

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    options: {
      folder: text,
      tickets: text,
      days: text,
      'first-date': text,
      seed: text,
      through: text,
      gzip: flag,
      'bad-files': flag,
      'memory-limit': text,
      threads: text,
      chunk: text,
    },
  });
  const number = (value: string | undefined) => (value === undefined ? undefined : Number(value));
  if (values.folder === undefined) throw new RangeError(`--folder is missing\n${usage}`);
  const manifest = await generate({
    folder: values.folder,
    tickets: number(values.tickets) ?? 10_000,
    days: number(values.days) ?? 3,
    firstDate: values['first-date'] ?? '2026-09-14',
    seed: number(values.seed),
    through: values.through,
    gzip: values.gzip,
    badFiles: values['bad-files'],
    memoryLimit: values['memory-limit'],
    threads: number(values.threads),
    chunk: number(values.chunk),
  });
  const lines = manifest.files.reduce((sum, file) => sum + file.lines, 0);
  const invalid = Object.values(manifest.full).reduce((sum, figures) => sum + figures.invalid, 0);
  const what = `${manifest.files.length} files, ${lines} lines, ${invalid} of them invalid`;
  console.log(`${what}: ${join(values.folder, 'manifest.json')}`);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
