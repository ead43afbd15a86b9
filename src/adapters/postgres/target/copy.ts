import type pg from 'pg';
import type { ColumnFacts, Columns } from '../../../columns/index.ts';
import { EsteiraError } from '../../../errors.ts';
import {
  type CopyAsked,
  type FoundThere,
  type Published,
  TargetFault,
  type TargetTable,
} from '../../../ports/index.ts';
import { addressOf } from '../address.ts';
import { placeIn } from '../catalogue.ts';
import { asked as askedOf, connect, cut, type Source } from '../client.ts';
import { copyIn } from '../copy-in.ts';
import { literal, quoted } from '../statements.ts';
import { openingFault, targetFault } from './faults.ts';

/** What the table's comment says of a copy; a table without it is somebody's own. */
const mark = 'Esteira: a copy of ';
const commentOf = (of: string): string => `${mark}${of}. Whatever else is written here is lost with the next run.`;
/** What follows in the comment of a copy whose publication is known. */
const publicationText = (published: Published | undefined): string =>
  published ? ` It is publication ${published.sequence} of ${published.generation}.` : '';
function isLater(said: string | null | undefined, published: Published | undefined): boolean {
  const [, sequence, generation] = / It is publication (\d+) of (.*)\.$/.exec(said ?? '') ?? [];
  return published !== undefined && generation === published.generation && BigInt(sequence ?? 0) > published.sequence;
}

const types: Readonly<Record<Exclude<ColumnFacts['kind'], 'decimal'>, string>> = {
  ...{ text: 'text', integer: 'bigint', bigint: 'bigint', real: 'double precision', boolean: 'boolean' },
  ...{ date: 'date', timestamp: 'timestamp with time zone', duration: 'interval', list: 'jsonb', json: 'jsonb' },
};
/** As `format_type` spells it. */
function typeOf({ kind, of }: ColumnFacts): string {
  return kind === 'decimal' ? `numeric(${(of as readonly number[]).join(',')})` : types[kind];
}

interface Found {
  readonly is: string;
  readonly said: string | null;
  readonly mayWrite: boolean;
  /** Its comment may be another. */
  readonly isOwner: boolean;
  readonly columns: readonly { readonly name: string; readonly type: string }[] | null;
}
const foundQuery = `select c.relkind::text as "is", obj_description(c.oid, 'pg_class') as said,
    has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert') and has_table_privilege(c.oid, 'delete') as "mayWrite",
    pg_has_role(c.relowner, 'usage') as "isOwner",
    (select jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum)
      from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = $2`;
const schemaQuery = `select has_schema_privilege(n.oid, 'create') as "mayMake" from pg_catalog.pg_namespace n where n.nspname = $1`;

/** The place of a copy, and the table that is there; nothing where it is still to be made. Throws where it cannot be. */
async function findCopy(client: pg.Client, { options }: TargetTable, of: string, source: Source) {
  const { schema, name } = placeIn(options['name'] ?? '');
  const called = `${schema}.${name}`;
  const refuse = (code: 'SOURCE_UNUSABLE' | 'SOURCE_REFUSED', what: string, next: string): EsteiraError =>
    new EsteiraError(code, { what, where: source.where, got: addressOf(source.url), next });
  const [found] = (await client.query<Found>(foundQuery, [schema, name])).rows;
  if (!found) {
    const [own] = (await client.query<{ mayMake: boolean }>(schemaQuery, [schema])).rows;
    if (!own)
      throw refuse(
        'SOURCE_UNUSABLE',
        `The database has no schema ${schema}.`,
        `Have it made: create schema ${quoted(schema)}.`,
      );
    if (!own.mayMake)
      throw refuse(
        'SOURCE_REFUSED',
        `The user who is to make the copy ${called} may make no table there.`,
        `Have an owner of the schema say: grant usage, create on schema ${quoted(schema)} to its user.`,
      );
  } else if (found.is !== 'r' || found.said?.startsWith(mark) !== true)
    throw refuse(
      'SOURCE_UNUSABLE',
      `${called} is no copy that Esteira has made: its rows would be lost.`,
      'Name a table that is not there yet; Esteira makes it.',
    );
  else if (!found.said.startsWith(commentOf(of)))
    throw refuse(
      'SOURCE_UNUSABLE',
      `${called} is a copy of another table: ${found.said.slice(mark.length).split('. ')[0]}.`,
      'Name another place, or drop that table where nobody reads it any more.',
    );
  else if (!found.mayWrite)
    throw refuse(
      'SOURCE_REFUSED',
      `The user who is to write the copy ${called} may not.`,
      `Have its owner say: grant select, insert, delete on ${called} to its user.`,
    );
  return { called, place: `${quoted(schema)}.${quoted(name)}`, found };
}

/** Has the table take these columns, in the transaction in which its rows are others. */
function changesOf(place: string, { columns, of, published }: CopyAsked, found: Found | undefined): readonly string[] {
  const all = Object.entries<Columns[string]>(columns).map(([name, { facts }]) => ({ name, type: typeOf(facts) }));
  const spelled = ({ name, type }: { readonly name: string; readonly type: string }) => `${quoted(name)} ${type}`;
  const comment = `comment on table ${place} is ${literal(commentOf(of) + publicationText(published))}`;
  if (!found) return [`create table ${place} (${all.map(spelled).join(', ')})`, comment];
  const there = new Map((found.columns ?? []).map(({ name, type }) => [name, type]));
  const named = new Set(all.map(({ name }) => name));
  const gone = [...there.keys()].filter((name) => !named.has(name));
  const changes = [
    ...gone.map((name) => `drop column ${quoted(name)}`),
    ...all.flatMap((one) => {
      if (!there.has(one.name)) return [`add column ${spelled(one)}`];
      const other = there.get(one.name) !== one.type;
      return other ? [`alter column ${quoted(one.name)} type ${one.type} using cast(null as ${one.type})`] : [];
    }),
  ];
  return [
    `delete from ${place}`,
    ...(found.isOwner ? [comment] : []),
    ...(changes.length > 0 ? [`alter table ${place} ${changes.join(', ')}`] : []),
  ];
}

/**
 * One transaction: whoever reads sees the rows of before until it is committed, and never waits, unless columns have changed. Rows are deleted and not
 * truncated, for that would keep readers out, and grants and views stay what they are. Nothing is given, and nothing written, where the table has rows of
 * a later publication.
 */
export async function replaceCopy(
  table: TargetTable,
  given: CopyAsked,
  { source, signal }: { readonly source: Source; readonly signal: AbortSignal | undefined },
): Promise<string | undefined> {
  const { of, columns, file, published } = given;
  const client = await connect(source, signal, openingFault);
  try {
    const isReplaced = await askedOf(
      client,
      source,
      signal,
      async () => {
        await client.query(
          "begin; set local lock_timeout = '30s'; set local idle_in_transaction_session_timeout = '60s'",
        );
        const before = await findCopy(client, table, of, source);
        if (before.found) await client.query(`lock table ${before.place} in share row exclusive mode`);
        // Another may have replaced it until it was locked.
        const { place, found } = before.found ? await findCopy(client, table, of, source) : before;
        if (isLater(found?.said, published)) return false;
        for (const statement of changesOf(place, given, found)) await client.query(statement);
        const names = Object.keys(columns).map(quoted).join(', ');
        await copyIn(client, `copy ${place} (${names}) from stdin with (format csv, header true)`, file);
        await client.query('commit');
        return true;
      },
      copyFault,
    );
    await client.end();
    if (!isReplaced) return undefined;
    const { schema, name } = placeIn(table.options['name'] ?? '');
    return `${schema}.${name} of ${addressOf(source.url)}`;
  } catch (error) {
    cut(client);
    throw error;
  }
}

/** That it could be done; nothing is made. */
export async function lookAtCopy(
  table: TargetTable,
  { of }: Pick<CopyAsked, 'of'>,
  { source, signal }: { readonly source: Source; readonly signal: AbortSignal | undefined },
): Promise<FoundThere> {
  const client = await connect(source, signal, openingFault);
  try {
    const look = async () => {
      const { rows } = await client.query('select extract(epoch from clock_timestamp())::float8 * 1000 as now');
      return { ...(await findCopy(client, table, of, source)), now: Number(rows[0]?.now) };
    };
    const { called, found, now } = await askedOf(client, source, signal, look, copyFault);
    const does = found ? 'can be replaced' : 'can be made';
    return { found: `the copy ${called} of ${addressOf(source.url)} ${does}`, ahead: now - Date.now() };
  } finally {
    cut(client);
  }
}

/** What depends on something that is to leave. */
const isNeeded = (error: unknown): boolean => ['2BP01', '0A000'].includes((error as { code?: string }).code ?? '');

function copyFault(error: unknown, source: Source): unknown {
  const fault = targetFault(error, source);
  const details = { where: source.where, got: fault instanceof Error ? fault.message : String(fault) };
  if (isNeeded(error)) {
    const what = 'The columns of the copy cannot be changed: something there, such as a view, needs them as they are.';
    const next = 'Drop what needs them, run again, and make it anew; or keep the columns.';
    return new EsteiraError('SOURCE_UNUSABLE', { what, ...details, next }, { cause: error });
  }
  if (!(fault instanceof TargetFault) || fault.is !== 'of rows') return openingFault(error, source);
  const what = 'The database cannot keep a row of the copy.';
  return new EsteiraError('SOURCE_UNUSABLE', { what, ...details, next: fault.next }, { cause: error });
}
