import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { eventsOf } from './generator/events.ts';
import { type Day, type Fault, faultOf, written } from './generator/faults.ts';
import { writeLawyers, writeWhole } from './generator/files.ts';
import { correctionDay, lawyersOf } from './generator/lawyers.ts';
import { dateOf, type Options, type Plan, planOf } from './generator/options.ts';
import { type Sums, type Truth, truthOf } from './generator/truth.ts';

export type { Options } from './generator/options.ts';
export type { Sums } from './generator/truth.ts';

/** What was planted; made from the plan, not from the files. */
export interface Manifest {
  readonly options: Plan;
  readonly days: readonly PlantedDay[];
  /** Features that were delivered wrong, and on which date the right ones come. */
  readonly corrections: { readonly date: string; readonly lawyers: readonly string[] };
}
export interface PlantedDay extends Truth, Pick<Day, 'invalid' | 'duplicates'> {
  readonly date: string;
  readonly fault?: Fault;
  /** Lines of the file; 0: there is none. */
  readonly lines: number;
  /** Events that count, each once. */
  readonly events: number;
}

/** Means over the last so many days. */
export function meansOf({ days }: Manifest, last: number): Omit<Sums, 'requests'> & { readonly requests: number } {
  const own = days.slice(-last);
  const sum = (of: (day: PlantedDay) => number): number => own.reduce((all, day) => all + of(day), 0);
  const requests = sum((day) => day.requests);
  return {
    requests,
    best: sum(({ best }) => best) / requests,
    legacy: sum(({ legacy }) => legacy) / requests,
    random: sum(({ random }) => random) / requests,
  };
}

/** Writes matches and the features of lawyers, and what was planted in them to `<folder>/ranking-<last date>.json`. */
export async function generate(options: Options): Promise<Manifest> {
  const plan = planOf(options);
  const { folder } = options;
  const lawyers = lawyersOf(plan);
  const byId = new Map(lawyers.map((one) => [one.id, one]));
  await mkdir(join(folder, 'match_events'), { recursive: true });
  const days: PlantedDay[] = [];
  const through = dayOf(plan, options.through);
  for (let day = 0; day < plan.days; day += 1) {
    const { lines, events, invalid, duplicates } = written(plan, day, eventsOf(plan, lawyers, day));
    const [date, fault] = [dateOf(plan, day), faultOf(plan, day)];
    if (lines && day <= through)
      await writeWhole(join(folder, 'match_events', `${date}.jsonl`), lines.map((line) => `${line}\n`).join(''));
    days.push({
      ...{ date, ...(fault && { fault }), lines: lines?.length ?? 0, events: events.length, invalid, duplicates },
      ...truthOf(events, byId),
    });
  }
  await writeLawyers(folder, { plan, lawyers, through });
  const corrected = lawyers.filter(({ history }) => history.some(({ mistaken }) => mistaken));
  const manifest: Manifest = {
    options: plan,
    days,
    corrections: { date: dateOf(plan, correctionDay(plan)), lawyers: corrected.map(({ id }) => id) },
  };
  await writeWhole(join(folder, `ranking-${plan.lastDate}.json`), `${JSON.stringify(manifest)}\n`);
  return manifest;
}

const dayOf = (plan: Plan, through: string | undefined): number =>
  through === undefined
    ? plan.days
    : Temporal.PlainDate.from(plan.firstDate).until(Temporal.PlainDate.from(through), { largestUnit: 'days' }).days;

const usage = `node pipelines/ranking/data/generate.ts --folder <folder> --last-date 2026-09-30
  [--days 24] [--events 400] [--candidates 20] [--lawyers 2000] [--seed 1] [--bias 0.5] [--clean] [--through <date>]`;

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      ...{ folder: text, 'last-date': text, days: text, events: text, candidates: text, lawyers: text, seed: text },
      ...{ bias: text, clean: { type: 'boolean' }, through: text },
    },
  });
  const { folder, 'last-date': lastDate, through } = values;
  if (folder === undefined || lastDate === undefined)
    throw new RangeError(`--${folder === undefined ? 'folder' : 'last-date'} is missing\n${usage}`);
  const number = (name: 'days' | 'events' | 'candidates' | 'lawyers' | 'seed' | 'bias') =>
    values[name] === undefined ? undefined : Number(values[name]);
  const manifest = await generate({
    ...{ folder, lastDate, through, faults: !values.clean, bias: number('bias'), seed: number('seed') },
    ...{ days: number('days'), events: number('events'), candidates: number('candidates'), lawyers: number('lawyers') },
  });
  const { requests, best, legacy, random } = meansOf(manifest, 7);
  console.log(
    `${manifest.days.reduce((sum, { lines }) => sum + lines, 0)} lines on ${manifest.days.length} days: ${join(folder, `ranking-${lastDate}.json`)}`,
  );
  console.log(
    `nDCG@5 of the last 7 days, ${requests} requests: the best possible ${best.toFixed(4)}, legacy order ${legacy.toFixed(4)}, random ${random.toFixed(4)}`,
  );
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
