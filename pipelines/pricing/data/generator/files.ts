import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Chance } from '../../../chance.ts';
import { type ProductDay, rivalPrice } from './days.ts';
import { dateOf, type Plan } from './options.ts';
import { competitors, regionOf } from './products.ts';

export type Line = Readonly<Record<string, string | number>>;

/** In the night after a day its files are written. */
export const writtenAt = (plan: Plan, day: number): string => `${dateOf(plan, day + 1)}T02:00:00Z`;

/** What was sold, in one line or two. */
export function salesOf(plan: Plan, day: number, of: readonly ProductDay[]): readonly Line[] {
  const date = dateOf(plan, day);
  const chance = new Chance(plan.seed, `sales ${date}`);
  return of.flatMap(({ product: { sku }, region, price, units }) => {
    const first = units >= 6 && chance.next() < 0.25 ? 1 + chance.below(units - 1) : units;
    const parts = [first, units - first].filter((one) => one > 0);
    return parts.map((part, number) => ({
      sale_id: `${date}-${sku}-${regionOf(region)}-${number + 1}`,
      date,
      sold_at: `${date}T${String(12 + chance.below(9)).padStart(2, '0')}:${String(chance.below(60)).padStart(2, '0')}:00Z`,
      recorded_at: writtenAt(plan, day),
      ...{ sku, region: regionOf(region), price, units: part },
    }));
  });
}

/** Every product, sold or not. Of one in twenty nobody has entered what it costs. */
export const stockOf = (plan: Plan, day: number, of: readonly ProductDay[]): readonly Line[] =>
  of.map(({ product: { sku, cost }, region, price, opening, closing }) => ({
    ...{ date: dateOf(plan, day), sku, region: regionOf(region), opened_at: `${dateOf(plan, day)}T11:00:00Z` },
    ...{ opening_stock: opening, closing_stock: closing, price, cost: isCostless(sku) ? '' : cost },
    recorded_at: writtenAt(plan, day),
  }));
export const isCostless = (sku: string): boolean => Number(sku.slice(4)) % 20 === 8;

/** What competitors ask, seen before we open; one in ten is not seen, and one in eight is seen again in the evening, with what he asks tomorrow. */
export function competitorsOf(plan: Plan, day: number, of: readonly ProductDay[]): readonly Line[] {
  const date = dateOf(plan, day);
  const chance = new Chance(plan.seed, `competitors ${date}`);
  return of.flatMap(({ product, region, rivals }) =>
    competitors.flatMap((competitor) => {
      const seen = (time: string, price: number): Line => ({
        ...{ seen_at: `${date}T${time}:00Z`, sku: product.sku, region: regionOf(region), competitor, price },
        recorded_at: writtenAt(plan, day),
      });
      const morning = chance.next() < 0.9 ? [seen('09:30', rivals[competitor])] : [];
      const tomorrow = rivalPrice(plan, product, { one: competitor, region, day: day + 1 });
      return chance.next() < 0.125 ? [...morning, seen('23:00', tomorrow)] : morning;
    }),
  );
}

/** Whole under its name, or not there. */
export async function writeCsv(file: string, lines: readonly Line[], header: readonly string[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const text = [header, ...lines.map((line) => header.map((name) => line[name] ?? ''))].map((one) => one.join(','));
  await writeWhole(file, `${text.join('\n')}\n`);
}
export async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.part`, text);
  await rename(`${file}.part`, file);
}
