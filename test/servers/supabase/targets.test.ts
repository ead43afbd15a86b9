// Run by name, with ESTEIRA_TEST_SUPABASE naming the file of `.ci/supabase start`: npm test -- test/servers/supabase
import { madeSql, rowsSql } from '../../../src/adapters/postgres/target/testing.ts';
import { supabaseTargets } from '../../../src/adapters/supabase/target/tables.ts';
import type { MadeTable, TargetsUnderTest } from '../../../src/ports/conformance/targets.ts';
import { targetsConformance } from '../../../src/ports/conformance/targets.ts';
import type { TargetAsked, Targets, TargetTable } from '../../../src/ports/index.ts';
import { gateway, inDatabase, madeKnown, serviceKey, withoutSupabase } from './support.ts';

const plain: Targets = { has: () => true, ...supabaseTargets({ value: (of) => of, secret: (of) => of }) };
/** Whoever opens a table has carried out what is recommended. */
const withFunction: Targets = {
  ...plain,
  open: async (table, asked, signal) => {
    await carriedOut(table, asked);
    return plain.open(table, asked, signal);
  },
};

async function carriedOut(table: TargetTable, asked: TargetAsked): Promise<void> {
  const sql = (await plain.sql(table, asked).catch(() => undefined)) ?? '';
  const name = /function "public"\."(esteira_[^"]+)"/.exec(sql)?.[1];
  const names = await inDatabase(
    `select * from information_schema.columns where table_name = '${table.options['name']}'`,
  );
  const known = names.map((row) => row['column_name']);
  if (name === undefined || !Object.keys(asked.columns).every((column) => known.includes(column))) return;
  await inDatabase(sql);
  await madeKnown(`rpc/${name}`, serviceKey, { method: 'POST', body: '[]' });
}

let count = 0;
function keepingThere(prefix: string): Omit<TargetsUnderTest, 'targets'> {
  const made: string[] = [];
  return {
    make: async (table: MadeTable) => {
      count += 1;
      const name = `${prefix}_${count}`;
      made.push(name);
      for (const statement of madeSql('public', name, table)) await inDatabase(statement);
      await inDatabase(`grant all on all tables in schema public to service_role`);
      // What is written must be known to it; what is only read need not.
      await madeKnown(`${name}?${table.key[0]}=is.null`, serviceKey, {
        method: 'PATCH',
        body: JSON.stringify({ [table.key[0] ?? '']: null }),
      });
      return { by: 'supabase', options: { url: gateway, key: serviceKey, name }, where: 'a test' };
    },
    rows: async ({ options: { name = '' } }) => {
      const sql = await rowsSql('public', name, inDatabase);
      return (await inDatabase(sql)) as readonly Record<string, string | null>[];
    },
    writes: async ({ options: { name = '' } }) => {
      const [row] = await inDatabase(`select count(*)::int4 as count from public."${name}_writes"`);
      return Number(row?.['count']);
    },
    close: async () => {
      for (const name of made)
        await inDatabase(
          `drop table public."${name}", public."${name}_writes" cascade; drop function public."${name}_count"()`,
        );
    },
  };
}

targetsConformance(
  'supabase, row by row',
  { targets: plain, large: 500, ...keepingThere('kept_rows') },
  withoutSupabase,
);
targetsConformance(
  'supabase, by a function',
  { targets: withFunction, ...keepingThere('kept_batches') },
  withoutSupabase,
);
