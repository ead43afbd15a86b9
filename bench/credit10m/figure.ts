import { cpSync, existsSync } from 'node:fs';
import { totalmem } from 'node:os';
import path from 'node:path';
import { generate } from '../../pipelines/credit/data/generate.ts';
import { esteira, installPackage } from '../esteira.ts';
import type { Figure, Outcome } from '../figure.ts';
import { writeConfiguration } from '../generated.ts';
import { measure, type Sample } from '../measure.ts';
import { emptyPlace, place, root } from '../places.ts';
import { type Contender, interleave, medians } from '../rounds.ts';
import { compareCounts } from './counts.ts';

const days = 5;
const firstDate = '2026-09-14';
const lastDate = Temporal.PlainDate.from(firstDate)
  .add({ days: days - 1 })
  .toString();
const hours = 3 * 3600 * 1000;
/** DuckDB's share, which is Esteira's default: two fifths of the machine. */
const memory = `${Math.floor((totalmem() * 0.4) / 2 ** 20)}MiB`;

/** Landing files of so many tickets; made once, for they take a while. */
async function landingFiles(tickets: number): Promise<string> {
  const folder = place('credit-landing', String(tickets));
  if (!existsSync(path.join(folder, 'manifest.json'))) await generate({ folder, tickets, days, firstDate });
  return folder;
}

const together = (...samples: readonly Sample[]): Sample => ({
  wall: samples.reduce((sum, one) => sum + one.wall, 0),
  cpu: samples.reduce<number | null>((sum, one) => (sum === null || one.cpu === null ? null : sum + one.cpu), 0),
  memory: Math.max(...samples.map((one) => one.memory ?? Number.NaN)),
  load: samples[0]?.load ?? 0,
  output: samples.map((one) => one.output).join('\n'),
});

function esteiraLoad(landing: string): Contender & { readonly database: string } {
  installPackage();
  const folder = place('credit10m', 'esteira');
  const timeout = 2 * hours;
  return {
    name: 'esteira',
    database: path.join(folder, 'data', 'v_credit.duckdb'),
    async prepare() {
      emptyPlace('credit10m', 'esteira');
      const standIns = { 'postgres_public.*': 'postgres_public/{name}/*.jsonl' };
      writeConfiguration({
        folder,
        catalog: 'v_credit',
        files: path.relative(folder, landing),
        standIns,
        channels: ['plantao', 'dados'],
      });
      cpSync(path.join(root, 'pipelines', 'credit', 'definitions'), path.join(folder, 'definitions'), {
        recursive: true,
      });
      await esteira(folder, ['setup']);
    },
    async run() {
      const landed = await esteira(folder, ['sync', '--once'], { timeout });
      const built = await esteira(folder, ['run', 'v_credit_diario', '--date', lastDate], { timeout });
      return together(landed, built);
    },
  };
}

function bareLoad(landing: string): Contender & { readonly database: string } {
  const folder = place('credit10m', 'bare');
  const script = path.join(root, 'bench', 'credit10m', 'bare.ts');
  const args = [script, 'v_credit.duckdb', landing, memory];
  return {
    name: 'node script',
    database: path.join(folder, 'v_credit.duckdb'),
    prepare() {
      emptyPlace('credit10m', 'bare');
    },
    run: () => measure({ file: process.execPath, args, folder, timeout: 2 * hours }),
  };
}

export const figure: Figure = {
  about: 'pipelines/credit, the first full load from landing files to curated views',
  rounds: 1,
  async measure({ rounds, size, say }): Promise<Outcome> {
    const tickets = size ?? 10_000_000;
    const landing = await landingFiles(tickets);
    say(`  ${tickets.toLocaleString('en')} tickets are in landing files`);
    const contenders = [esteiraLoad(landing), bareLoad(landing)];
    const samples = await interleave({ contenders, rounds, warm: false, say });
    const counts = await Promise.all(contenders.map(({ database }) => compareCounts(database, landing)));
    const own = medians(samples, 'esteira');
    const bare = medians(samples, 'node script');
    const beside = 'against one Node script with the same statements';
    return {
      samples,
      goals: [
        { text: `full load on the clock, ${beside}`, measured: own.wall / bare.wall, atMost: 2, unit: '×' },
        { text: `full load of the processor, ${beside}`, measured: own.cpu / bare.cpu, atMost: 2, unit: '×' },
        { text: 'greatest memory', measured: own.memory / 2 ** 30, atMost: 16, unit: 'GiB' },
      ],
      skipped: [],
      notes: [
        `${tickets.toLocaleString('en')} tickets, ${days} days; DuckDB's memory limit ${memory}`,
        `both have the planted counts: ${counts[0]} tables compared`,
      ],
    };
  },
};
