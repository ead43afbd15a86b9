import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ask } from '../../../src/adapters/postgres/testing.ts';
import { root } from '../../sandbox.ts';

/** The file that `.ci/supabase start` has written. */
const addresses = process.env['ESTEIRA_TEST_SUPABASE'];
export const withoutSupabase = addresses === undefined ? 'ESTEIRA_TEST_SUPABASE names no project' : false;
const lines = addresses === undefined ? [] : readFileSync(addresses, 'utf8').trim().split('\n');
export const [gateway = '', anonKey = '', serviceKey = '', database = ''] = lines;

/** Straight to its Postgres, past all that is tested. */
export const inDatabase = (text: string): Promise<readonly Record<string, unknown>[]> => ask(text, database);

/** Without the tables of whatever was tested before. */
export const emptied = (): Promise<unknown> =>
  inDatabase(`do $$ declare one name; begin
    for one in select tablename from pg_tables where schemaname = 'public' loop
      execute format('drop table public.%I cascade', one); end loop; end $$`);

/** `crash`: PostgREST is killed; `again`: it begins anew. */
export function postgrest(what: 'crash' | 'again'): void {
  const { status, stdout, stderr } = spawnSync(path.join(root, '.ci', 'supabase'), [what, addresses ?? ''], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`.ci/supabase ${what}: ${stdout}${stderr}`);
}

export const headersOf = (key: string): Record<string, string> => ({ apikey: key, authorization: `Bearer ${key}` });

/** Until PostgREST knows what was made in the database. */
export async function madeKnown(
  path: string,
  key = serviceKey,
  sent: { method?: string; body?: string } = {},
): Promise<void> {
  await inDatabase("notify pgrst, 'reload schema'");
  for (const until = performance.now() + 20_000; performance.now() < until; ) {
    const headers = { ...headersOf(key), 'content-type': 'application/json' };
    const { status } = await fetch(`${gateway}/rest/v1/${path}`, { headers, ...sent });
    if (status < 300) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`PostgREST does not know ${path}`);
}
