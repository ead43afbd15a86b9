import { addressOf } from '../adapters/postgres/address.ts';
import { parseDuration } from '../columns/index.ts';
import { EsteiraError } from '../errors.ts';
import { refuseText } from './adapters.ts';
import type { Place, StateAdapter, Value } from './project.ts';
import { ofPostgres } from './restoring.ts';

const milliseconds = { ms: 1, second: 1_000, minute: 60_000 };
type Unit = keyof typeof milliseconds;

/**
 * The state in a schema of a Postgres database, for a project whose processes are on several machines, or keep no files. `url` is the address with
 * user and password, as `env('DATABASE_URL')`: it is in no text that leaves the process.
 */
export function postgres(
  url: Value,
  options: {
    /** Default `esteira`. Each project, and each environment of it, has its own in a database. */
    readonly schema?: string;
    /** How long a connection that was lost is sought; default '20 seconds'. */
    readonly patience?: `${number} ${Unit | 'seconds' | 'minutes'}`;
  } = {},
): StateAdapter {
  refuseText('postgres', 'address', url);
  const { schema = 'esteira', patience = '20 seconds' } = options;
  refuseSchema('postgres', schema);
  const sought = patienceIn(patience);
  return Object.freeze({
    role: 'state',
    adapter: 'postgres',
    isShared: true,
    options: { url, schema, patience },
    restoring: ofPostgres((place) => ({ url: place.secret(url), schema, project: place.project })),
    writes: (place: Place) => [`Postgres ${addressOf(place.secret(url))}, schema ${schema}`],
    open: async (place: Place) => {
      const { openPostgresState } = await import('../adapters/postgres/state.ts');
      return openPostgresState({ url: place.secret(url), schema, project: place.project, patience: sought });
    },
  });
}

function patienceIn(text: string): number {
  const { count, unit } = parseDuration(String(text)) ?? {};
  if (count !== undefined && unit !== undefined && unit in milliseconds) return count * milliseconds[unit as Unit];
  throw wrong('postgres', 'patience', text, "a time, such as '500 ms', '20 seconds' or '2 minutes'");
}

export function refuseSchema(word: string, schema: unknown): void {
  if (typeof schema === 'string' && /^(?!pg_)[a-z_][a-z0-9_]{0,62}$/.test(schema)) return;
  throw wrong(word, 'schema', schema, 'up to 63 small letters, digits and underscores, not pg_…');
}

const wrong = (word: string, option: string, got: unknown, allowed: string): EsteiraError =>
  new EsteiraError('CONFIG_INVALID', {
    what: `${word}(…) cannot take this as ${option}.`,
    got: String(got),
    allowed,
    next: 'Correct it in esteira.config.ts.',
  });
