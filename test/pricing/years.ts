import { figureOf } from '../../src/operate/alerts/figure.ts';
import { subjectOf } from '../../src/operate/alerts/subject.ts';
import { replayable } from '../../src/operate/preview/replay.ts';
import { readSettings } from '../../src/run/index.ts';
import { Desk } from './desk.ts';

const day = (text: string): Temporal.PlainDate => Temporal.PlainDate.from(text);
export const after = (date: string, days: number): string => day(date).add({ days }).toString();
export const regionOf = (seed: number): string => `s${String(seed).padStart(2, '0')}`;

const tomorrow = 'from (${then}) k where date = ${run.date}';
const eachTomorrow =
  "from ${masterVersions} k where known_from <= date and (known_until > date or known_until is null) and date <= ${run.date} and ${fn.lastMonths('date', 1)} and extract(month from date) = extract(month from ${run.date})";
/** What the nights of a month would have recommended, each by what it knew, is made in one run, at the end of the month: the pipeline's own definitions but for whose tomorrow it is. */
function monthly(text: string): string {
  if (!text.includes('gold.next_day')) return text;
  if (!text.includes(tomorrow)) throw new TypeError('gold.next_day does not say its day as it did');
  return text.replace(tomorrow, eachTomorrow);
}

/** What a monitor found of a date. */
export interface Found {
  readonly date: string;
  readonly monitor: string;
  readonly verdict: string;
  /** By what it measures one by one. */
  readonly parts: Readonly<Record<string, number>>;
}

/** A year of nights of several seeds, each a region, in one project. All of what comes is read at first; what a night knew of it is said by when each line was recorded. */
export async function quietYear(
  seeds: readonly number[],
  {
    first,
    months,
    products,
    monitors,
  }: {
    readonly first: string;
    readonly months: number;
    readonly products: number;
    readonly monitors: readonly string[];
  },
): Promise<{ readonly found: readonly Found[]; readonly gates: readonly string[] }> {
  const begin = day(first);
  const end = begin.add({ months }).subtract({ days: 1 });
  const days = begin.subtract({ days: 365 }).until(end).days + 2;
  const last = end.add({ days: 1 }).toString();
  const desk = await Desk.open(
    seeds.map((seed) => ({ lastDate: last, days, products, regions: 1, seed })),
    undefined,
    monthly,
  );
  try {
    const { world } = desk;
    await desk.come(last);
    const select = ['+gold.master_versions', 'silver.competitor_prices'];
    await world.do('run', { job: 'pricing_diario', date: begin.subtract({ days: 366 }).toString(), select });
    const gates: string[] = [];
    for (let month = begin; Temporal.PlainDate.compare(month, end) < 0; month = month.add({ months: 1 })) {
      gates.push(await learned(desk, month.subtract({ days: 1 }).toString()));
      const date = month.add({ months: 1 }).subtract({ days: 1 }).toString();
      world.setClock(`${after(date, 1)}T05:00:00Z`);
      const made = ['gold.next_day', 'gold.to_price', 'recommendations_v1', 'gold.forecast_vs_actual'];
      await world.do('run', { job: 'pricing_diario', date, select: made });
    }
    const found: Found[] = [];
    for (let date = begin; Temporal.PlainDate.compare(date, end) <= 0; date = date.add({ days: 1 }))
      for (const monitor of monitors) found.push(await foundOn(desk, monitor, date));
    return { found, gates };
  } finally {
    await desk.close();
  }
}

/** What a region's monitors found first after what was planted in it; nothing where they did not. */
export interface Events {
  readonly seed: number;
  readonly halved: string;
  readonly regime: string;
  /** Dates of the first night on which it was told, whether or not there was a reason. */
  readonly cutTold: string | undefined;
  readonly regimeTold: string | undefined;
}

/**
 * Night by night, with all that is wrong with files: in each region (a seed) a competitor halves his prices on a day of its own, then people change everywhere. The model is trained
 * again with the first alert, and after each cool-down until one passes.
 */
export async function eventfulNights(
  seeds: readonly number[],
  {
    learned: start,
    products,
    nights = 14,
  }: { readonly learned: string; readonly products: number; readonly nights?: number },
): Promise<{ readonly events: readonly Events[]; readonly gates: readonly string[] }> {
  const regime = after(start, 18);
  const plans = seeds.map((seed) => ({
    ...{ lastDate: after(start, 70), days: 365 + 70, products, regions: 1, seed },
    ...{ halved: after(start, 12 + (seed % 3)), regime },
  }));
  const desk = await Desk.open(plans);
  try {
    const { project } = desk.world;
    await desk.come(start);
    const gates = [await learned(desk, start)];
    const told = new Map<string, string>();
    let raised: string | undefined;
    for (let date = after(start, 1); date <= after(regime, nights); date = after(date, 1)) {
      await desk.come(date);
      await desk.world.run('pricing_diario', date);
      for (const monitor of [cutMonitor, mapeMonitor]) {
        const [figure] = await project.state.alerts.figures({ monitor, limit: 1 });
        for (const { of, isBroken } of figure?.parts ?? []) if (isBroken && !told.has(of)) told.set(of, date);
        if (monitor === mapeMonitor && figure?.verdict === 'broken' && date >= regime) raised ??= date;
      }
      if (plans.every(({ seed }) => told.has(cutOf(seed)) && told.has(mapeOf(seed)))) break;
    }
    for (let date = raised; date !== undefined && date <= after(start, 70); date = after(date, coolDown)) {
      await desk.come(date);
      gates.push(await learned(desk, date));
      if (gates.at(-1)?.endsWith('passed')) break;
    }
    const events = plans.map(({ seed, halved }) => ({
      ...{ seed, halved, regime, cutTold: told.get(cutOf(seed)), regimeTold: told.get(mapeOf(seed)) },
    }));
    return { events, gates };
  } finally {
    await desk.close();
  }
}
export const cutMonitor = 'os preços da concorrência mudaram';
export const mapeMonitor = 'MAPE da previsão de vendas';
const coolDown = 14;
const cutOf = (seed: number): string => `change, region ${regionOf(seed)}, competitor beta`;
const mapeOf = (seed: number): string => `region ${regionOf(seed)}`;

/** Trained on what is known of a date, and let through; what its gate said otherwise. */
export async function learned(desk: Desk, date: string): Promise<string> {
  const { world } = desk;
  world.setClock(`${after(date, 1)}T07:00:00Z`);
  await world.run('pricing_retreino', date);
  const [newest] = (await world.do('models history', { model: 'price_elasticity' })).versions;
  if (newest?.state !== 'candidate') return `${date}: ${newest?.waits ?? newest?.state}`;
  await world.do('approve', { model: 'price_elasticity', by: 'ana', reason: 'a test' });
  return `${date}: passed`;
}

async function foundOn({ world }: Desk, name: string, date: Temporal.PlainDate): Promise<Found> {
  const { project } = world;
  const monitor = project.graph.monitors.get(name);
  if (!monitor) throw new TypeError(`there is no monitor "${name}"`);
  const logicalTime = date.add({ days: 1 }).toZonedDateTime('UTC').toInstant();
  const values = { runId: '', date, settings: await readSettings(project), logicalTime };
  const figure = await figureOf(replayable(monitor), subjectOf(project, values, { zone: 'UTC' }));
  const parts = figure?.parts.flatMap(({ of, value }) => (value === undefined ? [] : [[of, value] as const])) ?? [];
  return {
    date: date.toString(),
    monitor: name,
    verdict: figure?.verdict ?? 'unknown',
    parts: Object.fromEntries(parts),
  };
}
