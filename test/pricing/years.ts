import { figureOf } from '../../src/operate/alerts/figure.ts';
import { subjectOf } from '../../src/operate/alerts/subject.ts';
import { replayable } from '../../src/operate/preview/replay.ts';
import { readSettings } from '../../src/run/index.ts';
import { Desk } from './desk.ts';

const day = (text: string): Temporal.PlainDate => Temporal.PlainDate.from(text);
export const after = (date: string, days: number): string => day(date).add({ days }).toString();
export const regionOf = (seed: number): string => `s${String(seed).padStart(2, '0')}`;
export const cutMonitor = 'os preços da concorrência mudaram';
export const mapeMonitor = 'MAPE da previsão de vendas';
export const missingMonitor = 'faltam custos ou preços da concorrência';
/** Files that come late are planted in every year: of them it tells rightly. */
const lateMonitor = 'as vendas de ontem chegaram';

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

/** The regions in which recommendations of some product would have stopped on a night because rivals answer. */
export interface War {
  readonly date: string;
  readonly regions: readonly string[];
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
): Promise<{ readonly found: readonly Found[]; readonly wars: readonly War[]; readonly gates: readonly string[] }> {
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
    return { found, gates, wars: await warsOf(desk, { begin, end }) };
  } finally {
    await desk.close();
  }
}

/** What was told of a project's own region, night by night; nothing where it was not. */
export interface Events {
  readonly halved: string;
  readonly regime: string;
  /** Dates of the first night on which it was told, whether or not there was a reason. */
  readonly cutTold: string | undefined;
  readonly regimeTold: string | undefined;
  /** What was told before anything had happened but late files. */
  readonly early: readonly string[];
  /** What each training came to, the first one's before all nights. */
  readonly gates: readonly string[];
}

/**
 * Night by night, with all that is wrong with files: a competitor halves his prices, then people change. The model is trained again with the first alert, and after each
 * cool-down until one passes.
 */
export async function eventfulNights(
  seed: number,
  {
    learned: start,
    products,
    nights = 14,
  }: { readonly learned: string; readonly products: number; readonly nights?: number },
): Promise<Events> {
  const [halved, regime] = [after(start, 6 + (seed % 3)), after(start, 12)];
  const last = after(start, 70);
  const desk = await Desk.open({ lastDate: last, days: 365 + 70, products, regions: 1, seed, halved, regime });
  try {
    const { project } = desk.world;
    await desk.come(start);
    const gates = [await learned(desk, start)];
    const early: string[] = [];
    const told = new Map<string, string>();
    for (let date = after(start, 1); date <= after(regime, nights); date = after(date, 1)) {
      await desk.come(date);
      await desk.world.run('pricing_diario', date);
      for (const [name, { tell }] of project.graph.monitors) {
        const [figure] = await project.state.alerts.figures({ monitor: name, limit: 1 });
        if (figure?.verdict !== 'broken' || tell === undefined || name === lateMonitor) continue;
        if (date < halved) early.push(`${date}: ${name}`);
        else if (name !== mapeMonitor || date >= regime) told.set(name, told.get(name) ?? date);
      }
      if (told.has(cutMonitor) && told.has(mapeMonitor)) break;
    }
    for (let date = told.get(mapeMonitor); date !== undefined && date <= last; date = after(date, coolDown)) {
      await desk.come(date);
      gates.push(await learned(desk, date));
      if (gates.at(-1)?.endsWith('passed')) break;
    }
    return { ...{ halved, regime, early, gates }, cutTold: told.get(cutMonitor), regimeTold: told.get(mapeMonitor) };
  } finally {
    await desk.close();
  }
}
const coolDown = 14;

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

/** Of a year whose nights are all known each week's last is looked at; four of the last five cuts is what `cortes_respondidos` and `cortes_observados` say. */
async function warsOf(
  { world }: Desk,
  { begin, end }: { readonly begin: Temporal.PlainDate; readonly end: Temporal.PlainDate },
): Promise<readonly War[]> {
  const wars: War[] = [];
  for (let date = begin.add({ days: 6 }); Temporal.PlainDate.compare(date, end) <= 0; date = date.add({ days: 7 })) {
    world.setClock(`${after(date.toString(), 1)}T05:00:00Z`);
    await world.do('run', {
      ...{ job: 'pricing_diario', date: date.toString(), select: ['gold.known_days', 'gold.price_moves'] },
    });
    const answered = await world.rows('select distinct region from gold.price_moves where cuts_answered >= 4');
    wars.push({ date: date.toString(), regions: answered.map(([region]) => String(region)) });
  }
  return wars;
}
