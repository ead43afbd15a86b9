import type { Clock, StateStore } from '../../ports/index.ts';
import type { Times } from '../state/owner.ts';

export interface PostgresStateOptions {
  /** `postgres://user:password@host:port/database?sslmode=…`; its password is in no text that this adapter gives. */
  readonly url: string;
  /** Made when it is not there. */
  readonly schema: string;
  /** Whose state it is: the schema says so, and that of another project is refused. */
  readonly project?: string;
  /** How long a connection that was lost is sought, in milliseconds; default 20 s. */
  readonly patience?: number;
  /** For tests: when an owner counts as dead, and by which clock in the place of the database's. */
  readonly lease?: Times;
  readonly clock?: Clock;
}

/** The state in one schema of a database. Nothing of `pg` or Kysely is loaded before this is called. */
export async function openPostgresState({ lease, ...options }: PostgresStateOptions): Promise<StateStore> {
  const [{ SqlState }, { openEngine }] = await Promise.all([import('../state/store.ts'), import('./engine.ts')]);
  return new SqlState(await openEngine(options), lease);
}
