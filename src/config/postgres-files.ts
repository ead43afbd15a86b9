import { addressOf } from '../adapters/postgres/address.ts';
import { refuseText } from './adapters.ts';
import { refuseSchema } from './postgres-state.ts';
import type { KeptAdapter, Place, Value } from './project.ts';

/**
 * Whole files in a schema of a Postgres database: for a project that keeps nothing on its machines. Not the schema of the state, which a restore replaces. `url` is
 * the address with user and password, as `env('DATABASE_URL')`: it is in no text that leaves the process.
 */
export function postgresFiles(
  url: Value,
  options: {
    /** Default `esteira_files`. Each project, and each environment of it, has its own in a database. */
    readonly schema?: string;
  } = {},
): KeptAdapter {
  refuseText('postgresFiles', 'address', url);
  const { schema = 'esteira_files' } = options;
  refuseSchema('postgresFiles', schema);
  return Object.freeze({
    role: 'kept',
    adapter: 'postgres',
    options: { url, schema },
    secrets: [url],
    writes: (place: Place) => [`Postgres ${addressOf(place.secret(url))}, schema ${schema}`],
    open: async (place: Place) => {
      const files = await import('../adapters/postgres/files.ts');
      return files.postgresFiles({ url: place.secret(url), schema });
    },
  });
}
