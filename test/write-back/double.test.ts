import { supabaseTargets } from '../../src/adapters/supabase/target/tables.ts';
import { targetsConformance } from '../../src/ports/conformance/targets.ts';
import { type PgType, type Postgrest, postgrest } from '../../src/testing/postgrest/index.ts';

/** Each table has a double of its own: what it holds is said when it begins. */
const opened = new Map<string, Postgrest>();
const doubleOf = (url: string): Postgrest => opened.get(url) as Postgrest;
const types: Readonly<Record<string, PgType>> = {
  bigint: 'bigint',
  'double precision': 'double precision',
  text: 'text',
  uuid: 'uuid',
};

/** Numbers come as they are spelled in JSON. */
const textOf = (value: unknown): string | null =>
  value === null || typeof value === 'string' ? value : JSON.stringify(value);

targetsConformance('supabase, on the double of PostgREST', {
  targets: { has: () => true, ...supabaseTargets({ value: (of) => of, secret: (of) => of }) },
  make: async ({ columns, key, rows }) => {
    const named = Object.entries(columns).map(
      ([name, type]) => [name, types[type.replace(' not null', '')] ?? 'text'] as const,
    );
    const required = Object.keys(columns).filter((name) => columns[name]?.endsWith('not null'));
    const kept = { columns: Object.fromEntries(named), key, required, rows };
    const double = await postgrest({ tables: { kept } });
    opened.set(double.address, double);
    return {
      by: 'supabase',
      options: { url: double.address, key: double.keys.service, name: 'kept' },
      where: 'a test',
    };
  },
  rows: async ({ options: { url = '' } }) =>
    doubleOf(url)
      .rows('kept')
      .map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, textOf(value)]))),
  writes: async ({ options: { url = '' } }) =>
    [...doubleOf(url).writes('kept').values()].reduce((sum, count) => sum + count, 0),
  large: 200,
  lacks: {
    types: 'the double knows few types',
    rules: 'the double has no rules in SQL',
    uniqueness: 'every table of the double has a key',
  },
  close: async () => {
    for (const double of opened.values()) await double.close();
  },
});
