import type pg from 'pg';
import { EsteiraError } from '../../errors.ts';
import { pending, readVersion, versionTable } from '../state/migrations.ts';
import { literal, lockOf, quoted } from './statements.ts';
import { words } from './words.ts';

/** There is no such table, or no such schema. */
const missing = ['42P01', '3F000'];
/** A change of large tables takes its time, in milliseconds. */
const long = 3_600_000;

/** What the schema says of itself to whoever looks at the database. */
const ownedBy = 'State of the Esteira project ';

/** Of a state that is there; nothing where there is none yet. `project` only where the schema names one. */
export async function stored(
  pool: pg.Pool,
  schema: string,
): Promise<{ readonly version: number; readonly project?: string } | undefined> {
  try {
    const { rows } = await pool.query<{ number: bigint; comment: string | null }>(
      `select number, obj_description(${literal(quoted(schema))}::regnamespace, 'pg_namespace') as comment from ${quoted(schema)}.version`,
    );
    const [row] = rows;
    if (!row) return undefined;
    const project = row.comment?.startsWith(ownedBy) ? row.comment.slice(ownedBy.length) : undefined;
    return { version: Number(row.number), ...(project !== undefined && { project }) };
  } catch (error) {
    if (missing.includes((error as { code?: string }).code ?? '')) return undefined;
    throw error;
  }
}

/** Two projects in one schema would take each other's dates for done. */
export function refuseOther(
  found: string | undefined,
  { project, where }: { project: string | undefined; where: string },
) {
  if (found === undefined || project === undefined || found === project) return;
  throw new EsteiraError('CONFIG_INVALID', {
    what: 'This schema keeps the state of another project.',
    where,
    got: `project ${found}`,
    allowed: `project ${project}, or a schema that is not there yet`,
    next: "Give each project a schema of its own: postgres(…, { schema: '…' }). Was the project renamed? The comment on the schema has its name.",
  });
}

/**
 * Makes the schema and its tables, or brings them up to this Esteira's, in one transaction and alone: of many who begin at once one does it, and
 * the others find it done. Throws STATE_NEWER for one that a newer Esteira has written.
 */
export async function migrate(
  pool: pg.Pool,
  {
    schema,
    where,
    project,
    upTo,
  }: { readonly schema: string; readonly where: string; readonly project?: string | undefined; readonly upTo?: number },
): Promise<void> {
  const client = await pool.connect();
  const run = async (text: string): Promise<readonly Record<string, unknown>[]> => {
    const answer = await client.query({ text, query_timeout: long } as pg.QueryConfig);
    const result = Array.isArray(answer) ? answer.at(-1) : answer;
    return result.rows;
  };
  let failed: unknown;
  try {
    await run(`begin isolation level read committed; select pg_advisory_xact_lock(${lockOf(schema)})`);
    const { rows } = await client.query('select to_regnamespace($1)::text as found', [quoted(schema)]);
    // Asked first: the right to make schemas is needed even for one that is there.
    if (rows[0]?.found === null) {
      await run(`create schema ${quoted(schema)}`);
      if (project !== undefined) await run(`comment on schema ${quoted(schema)} is ${literal(ownedBy + project)}`);
    }
    await run(`set local search_path to ${quoted(schema)}; ${versionTable(words)}`);
    const [version] = await run(readVersion);
    const changes = pending(Number(version?.['number'] ?? 0), {
      words,
      where,
      ...(upTo === undefined ? {} : { upTo }),
    });
    for (const statements of changes) await run(statements);
    await run('commit');
  } catch (error) {
    failed = error;
    throw error;
  } finally {
    // Closing the connection rolls back.
    client.release(failed !== undefined);
  }
}
