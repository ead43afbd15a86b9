import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { supabaseTargets } from '../../src/adapters/supabase/target/tables.ts';
import { col } from '../../src/columns/index.ts';
import type { TargetAsked } from '../../src/ports/index.ts';

/** What is written. */
export const column = { table: 'public.write_back' } as const;
export const asked: TargetAsked = {
  ...{ key: ['id'], columns: { id: col.bigint().key(), lead_score: col.real() }, way: 'update', changedOnly: true },
  parallel: 4,
};

export async function ask(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Rows without a score. */
export const fillTable = (url: string, rows: number): Promise<void> =>
  ask(
    url,
    `drop table if exists ${column.table}`,
    `create table ${column.table} (id int8 primary key, name text not null, lead_score float8)`,
    `insert into ${column.table} select n, 'user ' || n from generate_series(1, ${rows}) n`,
    "notify pgrst, 'reload schema'",
  );

/** What `esteira write-back --sql` prints, carried out, and known to the API. */
export async function makeFunction(
  url: string,
  { gateway, key }: { readonly gateway: string; readonly key: string },
): Promise<void> {
  const targets = supabaseTargets({ value: (of) => of, secret: (of) => of });
  const table = { by: 'supabase', options: { url: gateway, key, name: column.table }, where: 'bench' };
  await sleep(2000);
  await ask(url, (await targets.sql(table, asked)) ?? '');
  await sleep(2000);
  const { found } = await targets.look(table, asked);
  if (found.endsWith('row by row')) throw new Error('the API does not know the function');
}
