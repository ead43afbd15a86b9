import type { SourceTable, SourceTables, TableSnapshot } from '../ports/index.ts';
import type { Variables } from './variables.ts';

type Tables = Omit<SourceTables, 'has'>;

/** Where tables of sources are read, by the name of the reader; each client is imported by the first that is. */
export function sourceTables(variables: Variables, folder: string): SourceTables {
  const adapters: Readonly<Record<string, () => Promise<Tables>>> = {
    postgres: async () => {
      const { postgresTables } = await import('../adapters/postgres/tables.ts');
      return postgresTables((url) => variables.secret(url));
    },
    kafka: async () => {
      const { kafkaTopics } = await import('../adapters/kafka/topics.ts');
      return kafkaTopics({ value: (of) => variables.value(of), secret: (of) => variables.secret(of), folder });
    },
    supabase: async () => {
      const { supabaseTables } = await import('../adapters/supabase/tables.ts');
      return supabaseTables({ value: (of) => variables.value(of), secret: (of) => variables.secret(of) });
    },
  };
  const load = ({ by }: Pick<SourceTable, 'by'>): Promise<Tables> => {
    const adapter = adapters[by];
    if (!adapter) throw new TypeError(`${by} reads no tables`);
    return adapter();
  };
  return {
    has: (by) => by in adapters,
    begin: () => {
      const begun = new Map<string, Promise<TableSnapshot>>();
      const of = (table: SourceTable): Promise<TableSnapshot> => {
        const snapshot = begun.get(table.by) ?? load(table).then((tables) => tables.begin());
        begun.set(table.by, snapshot);
        return snapshot;
      };
      return {
        reach: async (table, ...asked) => (await of(table)).reach(table, ...asked),
        gone: async (table, span, known) => (await of(table)).gone?.(table, span, known),
        spanned: async (table, span) => (await (await of(table)).spanned?.(table, span)) ?? new Map(),
        open: async (table, ...asked) => (await of(table)).open(table, ...asked),
        close: async () => {
          for (const snapshot of begun.values()) await (await snapshot).close();
        },
      };
    },
    look: async (table, ...asked) => (await load(table)).look(table, ...asked),
  };
}
