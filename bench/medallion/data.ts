import { rmSync } from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { emptyPlace } from '../places.ts';

/** Orders `from` to `until` of one day; everything follows from the order's number, but the status, which moves on with `until`. */
const day = (from: number, until: number, date: string) => `
  select i as order_id,
    (hash(i * 7) % 5000)::int as customer_id, (hash(i * 11) % 800)::int as product_id, (hash(i * 13) % 60)::int as store_id,
    (hash(i * 17) % 6)::int as channel_id, (hash(i * 19) % 20000)::int as payment_id,
    (hash(i * 23) % 30000)::int as shipment_id, (hash(i * 29) % 4000)::int as return_id,
    (1 + hash(i * 31) % 9)::int as qty, (hash(i * 37) % 10000 / 100.0)::double as price,
    (['new', 'paid', 'sent', 'done'])[(1 + hash(i + ${until}) % 4)::int] as status,
    'name_' || customer_id as cust_name, 'prod_' || product_id as prod_name, 'store_' || store_id as store_name,
    'ch_' || channel_id as channel_name,
    timestamp '${date} 00:00:00' + to_seconds((i % 86400)::int) as updated_at, date '${date}' as ds
  from range(${from}, ${until}) as orders(i)`;

/** Two days of landing files: 100,000 orders, then 1,000 of which half are known already. Gives their paths. */
export async function landingFiles(): Promise<readonly [string, string]> {
  const folder = emptyPlace('medallion', 'landing');
  const paths = [path.join(folder, 'd1.parquet'), path.join(folder, 'd2.parquet')] as const;
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const copy = (query: string, file: string) =>
    connection.run(`copy (${query}) to '${file.replaceAll("'", "''")}' (format parquet)`);
  for (const file of paths) rmSync(file, { force: true });
  await copy(day(0, 100_000, '2026-01-01'), paths[0]);
  await copy(day(99_500, 100_500, '2026-01-02'), paths[1]);
  connection.closeSync();
  instance.closeSync();
  return paths;
}
