import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type EventName, eventOn } from '../definitions/1-events.ts';
import { productDay } from './generator/days.ts';
import { writtenSales } from './generator/faults.ts';
import { competitorsOf, salesOf, stockOf, writeCsv, writeWhole } from './generator/files.ts';
import { dateOf, type Options, type Plan, planOf } from './generator/options.ts';
import { type Product, productsOf } from './generator/products.ts';

export type { Options } from './generator/options.ts';
export type { Product } from './generator/products.ts';

/** What was planted; made from the plan, not from the files. */
export interface Manifest {
  readonly plan: Plan;
  readonly products: readonly Product[];
  readonly days: readonly PlantedDay[];
}
export interface PlantedDay {
  readonly date: string;
  readonly event?: EventName;
  /** Lines of the file of sales that are written for it, and of that of corrections. */
  readonly lines: number;
  readonly corrections: number;
  readonly invalid: Readonly<Record<string, number>>;
  readonly copies: number;
  /** The dates after which they are there. */
  readonly delivered: string;
  readonly corrected: string;
  /** The same of what competitors asked. */
  readonly seen: string;
  /** Pieces that were sold, and that people wanted. */
  readonly units: number;
  readonly wanted: number;
  /** Products and regions in which there was nothing left, and in which there was nothing to begin with. */
  readonly outOfStock: number;
  readonly withoutStock: number;
}

const sales = ['sale_id', 'date', 'sold_at', 'recorded_at', 'sku', 'region', 'price', 'units'];
const stock = [
  ...['date', 'sku', 'region', 'opened_at', 'opening_stock', 'closing_stock', 'price', 'cost', 'recorded_at'],
];
const seen = ['seen_at', 'sku', 'region', 'competitor', 'price', 'recorded_at'];

/** Writes the files of every day, and what was planted in them to `<folder>/pricing-<last date>.json`. */
export async function generate({ folder, through, ...options }: Options): Promise<Manifest> {
  const plan = planOf(options);
  const products = productsOf(plan);
  const last = through === undefined ? plan.days + 3 : Temporal.PlainDate.from(plan.firstDate).until(through).days;
  const days: PlantedDay[] = [];
  const put = async (
    name: string,
    delivered: number,
    [header, lines]: readonly [string[], Parameters<typeof writeCsv>[1]],
  ) => {
    if (delivered <= last) await writeCsv(join(folder, `${name}.csv`), lines, header);
  };
  for (let day = 0; day < plan.days; day += 1) {
    const date = dateOf(plan, day);
    const all = products.flatMap((product) =>
      product.demand.map((_, region) => productDay(plan, product, { region, day })),
    );
    const { lines, delivered, invalid, copies, corrections, corrected } = writtenSales(
      plan,
      day,
      salesOf(plan, day, all),
    );
    await put(`sales/${date}`, delivered, [sales, lines]);
    if (corrections.length > 0) await put(`sales/${date}-correcao`, corrected, [sales, corrections]);
    await put(`stock/${date}`, day, [stock, stockOf(plan, day, all)]);
    const observed = plan.faults && day % 13 === 5 ? day + 1 : day;
    await put(`competitors/${date}`, observed, [seen, competitorsOf(plan, day, all)]);
    const event = eventOn(Temporal.PlainDate.from(date));
    const sum = (of: (one: (typeof all)[number]) => number): number => all.reduce((total, one) => total + of(one), 0);
    days.push({
      ...{ date, ...(event && { event }), lines: lines.length, corrections: corrections.length, invalid, copies },
      ...{ delivered: dateOf(plan, delivered), corrected: dateOf(plan, corrected) },
      seen: dateOf(plan, observed),
      ...{ units: sum(({ units }) => units), wanted: sum(({ wanted }) => wanted) },
      outOfStock: sum(({ closing }) => Number(closing === 0)),
      withoutStock: sum(({ opening }) => Number(opening === 0)),
    });
  }
  const manifest: Manifest = { plan, products, days };
  await writeWhole(join(folder, `pricing-${plan.lastDate}.json`), `${JSON.stringify(manifest)}\n`);
  return manifest;
}

const usage = `node pipelines/pricing/data/generate.ts --folder <folder> --last-date 2026-09-30
  [--days 400] [--products 40] [--regions 2] [--seed 1] [--clean] [--through <date>] [--halved <date>] [--regime <date>] [--war <date>]`;

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      ...{ folder: text, 'last-date': text, days: text, products: text, regions: text, seed: text, through: text },
      ...{ halved: text, regime: text, war: text, clean: { type: 'boolean' } },
    },
  });
  const { folder, 'last-date': lastDate, through, halved, regime, war } = values;
  if (folder === undefined || lastDate === undefined)
    throw new RangeError(`--${folder === undefined ? 'folder' : 'last-date'} is missing\n${usage}`);
  const number = (value: string | undefined) => (value === undefined ? undefined : Number(value));
  const { days } = await generate({
    ...{ folder, lastDate, through, halved, regime, war, faults: !values.clean },
    ...{ days: number(values.days), products: number(values.products) },
    ...{ regions: number(values.regions), seed: number(values.seed) },
  });
  const sum = (of: (day: PlantedDay) => number): number => days.reduce((total, day) => total + of(day), 0);
  console.log(
    `${days.length} days, ${sum(({ lines }) => lines)} lines of sales: ${join(folder, `pricing-${lastDate}.json`)}`,
  );
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
