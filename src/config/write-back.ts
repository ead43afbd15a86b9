import type { Targets } from '../ports/index.ts';
import type { Variables } from './variables.ts';

/** Where rows are written back, by the name of the word that keeps a table there; each client is imported by the first that is. */
export function writtenBack(variables: Variables): Targets {
  const secret = (of: string): string => variables.secret(of);
  const adapters: Readonly<Record<string, () => Promise<Omit<Targets, 'has'>>>> = {
    postgres: async () => {
      const { postgresTargets } = await import('../adapters/postgres/target/tables.ts');
      return postgresTargets(secret);
    },
    supabase: async () => {
      const { supabaseTargets } = await import('../adapters/supabase/target/tables.ts');
      return supabaseTargets({ value: (of) => variables.value(of), secret });
    },
  };
  const load = ({ by }: { readonly by: string }): Promise<Omit<Targets, 'has'>> => {
    const adapter = adapters[by];
    if (!adapter) throw new TypeError(`nothing is written by ${by}`);
    return adapter();
  };
  return {
    has: (by) => by in adapters,
    open: async (table, ...asked) => (await load(table)).open(table, ...asked),
    look: async (table, ...asked) => (await load(table)).look(table, ...asked),
    copy: async (table, ...asked) => ((await load(table)) as Required<Targets>).copy(table, ...asked),
    lookAtCopy: async (table, ...asked) => ((await load(table)) as Required<Targets>).lookAtCopy(table, ...asked),
    sql: async (table, asked) => (await load(table)).sql(table, asked),
  };
}
