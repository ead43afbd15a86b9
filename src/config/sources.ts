import type { SourceTables, TableSnapshot } from '../ports/index.ts';
import type { Variables } from './variables.ts';

/** Where tables of sources are read; the client is imported by the first that is. */
export function sourceTables(variables: Variables): SourceTables {
  const load = async () => {
    const { postgresTables } = await import('../adapters/postgres/tables.ts');
    return postgresTables((url) => variables.secret(url));
  };
  return {
    has: (by) => by === 'postgres',
    begin: () => {
      let begun: Promise<TableSnapshot> | undefined;
      const snapshot = (): Promise<TableSnapshot> => {
        begun ??= load().then((tables) => tables.begin());
        return begun;
      };
      return {
        reach: async (...asked) => (await snapshot()).reach(...asked),
        open: async (...asked) => (await snapshot()).open(...asked),
        close: async () => (await begun)?.close(),
      };
    },
    look: async (...asked) => (await load()).look(...asked),
  };
}
