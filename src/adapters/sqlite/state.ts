import type { StateStore } from '../../ports/index.ts';

/** The state in one file; its folder is created. Nothing of SQLite or Kysely is loaded before this is called. */
export async function openSqliteState({ file }: { readonly file: string }): Promise<StateStore> {
  const [{ SqlState }, { openEngine }] = await Promise.all([import('../state/store.ts'), import('./engine.ts')]);
  return new SqlState(openEngine(file));
}
