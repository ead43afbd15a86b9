import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { eventOn } from '../../pipelines/pricing/definitions/1-events.ts';

export const days = 365;
export const regions = 10;
export const lastDate = Temporal.PlainDate.from('2026-09-30');
const firstDate = lastDate.subtract({ days: days - 1 });

/** From 0 to 1, and around 0 by 1; the same for the same words. */
const even = (...words: readonly string[]): string => `((hash(${words.join(', ')}) % 1000003 + 0.5) / 1000003)`;
const normal = (...words: readonly string[]): string =>
  `(sqrt(-2 * ln(${even(...words, "'radius'")})) * cos(2 * pi() * ${even(...words, "'angle'")}))`;

/** What all days of a product have in common. */
const products = (count: number): string => `create table product as
  select 'sku-' || lpad(cast(range + 1 as varchar), 5, '0') as sku, -2.6 + 0.4 * ${normal('range', "'elasticity'")} as elasticity,
    round(8 + 52 * ${even('range', "'price'")}, 2) as usual, 0.6 + 0.1 * ${even('range', "'cost'")} as cost,
    case when range % 20 = 19 then 0.3 else 4 + 0.3 * ${normal('range', "'demand'")} end as demand, range as number
  from range(${count})`;

/** A day of every product in every region: prices of the week, raised on event days, rivals who follow, stock of 1.4 times usual demand. */
function dayOf(day: number): string {
  const date = firstDate.add({ days: day });
  const week = String(Math.floor(day / 7));
  const event = eventOn(date);
  const [lift, markup] = event === 'black_friday' ? [1.4, -0.3] : event ? [0.8, 0.17] : [0, 0];
  const own = `0.08 * ${normal('sku', week)}`;
  const rival = (name: string): string =>
    `round(usual * exp(0.7 * ${own} + 0.06 * ${normal('sku', 'region', week, `'${name}'`)}), 2)`;
  return `create or replace table day as
    select *, least(wanted, opening) as units from (
      select *, cast(round(exp(demand + ${lift} + elasticity * ln(price / usual) + 0.5 * ln(least(alfa, beta) / usual)
        + 0.15 * ${normal('sku', 'region', String(day))})) as integer) as wanted,
        cast(greatest(1, round(exp(demand + 0.34 + 0.15 * ${normal('sku', 'region', String(day), "'stock'")}))) as integer) as opening
      from (
        select sku, 'r' || lpad(cast(region + 1 as varchar), 2, '0') as region, elasticity, usual, demand, number, round(usual * cost, 2) as cost,
          round(usual * exp(${own} + ${markup}), 2) as price, ${rival('alfa')} as alfa, ${rival('beta')} as beta
        from product, (select unnest(range(${regions})) as region)))`;
}

const at = (date: Temporal.PlainDate, time: string): string => `timestamptz '${date} ${time}+00'`;

/** What came of it, a file of each kind; competitors are seen once a week. */
function filesOf(day: number): Readonly<Record<string, string>> {
  const date = firstDate.add({ days: day });
  const written = `${at(date.add({ days: 1 }), '02:00:00')} as recorded_at`;
  return {
    sales: `select '${date}-' || sku || '-' || region as sale_id, date '${date}' as date, ${at(date, '15:00:00')} as sold_at, ${written}, sku, region, price, units
      from day where units > 0`,
    stock: `select date '${date}' as date, sku, region, ${at(date, '11:00:00')} as opened_at, ${written}, opening as opening_stock,
      opening - units as closing_stock, price, case when number % 20 <> 8 then cost end as cost from day`,
    competitors: `select ${at(date, '09:30:00')} as seen_at, ${written}, sku, region, unnest(['alfa', 'beta']) as competitor, unnest([alfa, beta]) as price
      from day where hash(sku, region) % 7 = ${day % 7}`,
  };
}

/** A year of so many products, as Parquet files of each day; gives how many days of products there are. */
export async function writeDays(folder: string, count: number): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '1GB' });
  const connection = await instance.connect();
  await connection.run("set timezone = 'UTC'");
  await connection.run(products(count));
  for (let day = 0; day < days; day += 1) {
    await connection.run(dayOf(day));
    for (const [kind, query] of Object.entries(filesOf(day))) {
      mkdirSync(path.join(folder, kind), { recursive: true });
      await connection.run(
        `copy (${query}) to '${path.join(folder, kind, `${firstDate.add({ days: day })}.parquet`)}' (format parquet)`,
      );
    }
  }
  connection.closeSync();
  instance.closeSync();
  return count * regions * days;
}
