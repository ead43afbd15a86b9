import { type Change, type Place, placeText } from '../../ports/index.ts';
import type { Engine } from './connection.ts';
import { dialect } from './dialect.ts';
import { engineError } from './errors.ts';
import { insertRows } from './small.ts';
import { versionSql } from './version.ts';

const { identifier, literal, place: spelled } = dialect;

/** The table of Esteira's own of that name. */
export const book = (catalog: string, table: string): string => spelled({ catalog, schema: '_esteira', table });
/** How a target is called within its catalog. */
export const scopeOf = ({ schema, table }: Place): string => `${schema}.${table}`;

/** The generation of a target, as an expression. */
export const generationSql = (place: Place): string =>
  `(select generation from ${book(place.catalog, 'made')} where name = ${literal(scopeOf(place))})`;

/** Gives targets another generation, as a table has one that is made anew; what was published to them is in them all the same. */
export const generationsSql = (places: readonly Place[], generation: string): string =>
  places
    .flatMap((place) => [
      `update ${book(place.catalog, 'publication')} set generation = ${literal(generation)}
        where step = ${literal(placeText(place))} and generation = ${generationSql(place)}`,
      `insert or replace into ${book(place.catalog, 'made')} values (${literal(scopeOf(place))}, ${literal(generation)})`,
    ])
    .join(';\n');

/** Esteira's own tables of a catalog. Only these have keys that the engine keeps: there are few rows, and the keys are the last line of defence. */
export const bookkeeping: Readonly<Record<string, string>> = Object.freeze({
  fence: 'scope varchar primary key, token bigint not null, seq bigint not null',
  publication: `run_id varchar, step varchar, run_seq bigint not null, token bigint not null, logical_time timestamptz not null,
    definition varchar not null, settings_hash varchar not null, mode varchar not null, sequence bigint not null,
    n_in bigint not null, n_valid bigint not null, n_invalid bigint not null, n_duplicate bigint not null, n_held bigint not null,
    n_inserted bigint not null, n_updated bigint not null, n_deleted bigint not null, n_unchanged bigint not null,
    n_stale bigint not null, published_at timestamptz not null, part integer, details varchar not null, bounds varchar not null,
    generation varchar, job varchar, "date" date, zone varchar, reason varchar, primary key (run_id, step, part, generation)`,
  watermark: `target varchar, source varchar, upper_bound bigint not null, generation varchar, run_id varchar not null,
    primary key (target, source)`,
  made: 'name varchar primary key, generation varchar not null',
  file: `target varchar, source varchar, path varchar, bytes bigint not null, fingerprint varchar not null, run_id varchar not null,
    step varchar not null, part integer not null, "rows" bigint, primary key (target, source, path)`,
  invalid_ledger: `run_id varchar, target varchar, _rid varchar, move varchar not null, primary key (run_id, target, _rid)`,
  view_definition: 'name varchar primary key, hash varchar not null',
  champion: 'model varchar primary key, version varchar not null, number bigint not null',
});

/**
 * A table of that name may have been there before: this one has a generation of its own, so that nobody, in whatever catalog, takes what was read of
 * the old one, or published to it, for this one's. It has read nothing, and its number moves on.
 */
function anew(catalog: string, place: Place): readonly string[] {
  const scope = literal(scopeOf(place));
  return [
    `insert or replace into ${book(catalog, 'made')} values (${scope}, uuid())`,
    `update ${book(catalog, 'fence')} set seq = seq + 1 where scope = ${scope}`,
    `delete from ${book(catalog, 'watermark')} where target = ${scope}`,
    `delete from ${book(catalog, 'file')} where target = ${scope}`,
  ];
}

/** DuckDB's changes of schema are transactional: all of a set-up comes about, or nothing. */
function statements(catalog: string, change: Change): readonly string[] {
  switch (change.change) {
    case 'create schema':
      return [`create schema if not exists ${identifier(catalog)}.${identifier(change.schema)}`];
    case 'create table': {
      const columns = change.columns.map(({ name, type }) => `${identifier(name)} ${type}`);
      const refused = book(catalog, 'invalid_ledger');
      const forgotten = change.invalidOf
        ? [`delete from ${refused} where target = ${literal(scopeOf(change.invalidOf))}`]
        : [];
      const about = change.about ? [`comment on table ${spelled(change.place)} is ${literal(change.about)}`] : [];
      return [
        `create table ${spelled(change.place)} (${columns.join(', ')})`,
        ...about,
        ...anew(catalog, change.place),
        ...forgotten,
      ];
    }
    case 'add column':
      return [
        `alter table ${spelled(change.place)} add column ${identifier(change.column.name)} ${change.column.type}`,
      ];
    case 'retype column': {
      const column = identifier(change.column.name);
      return [`alter table ${spelled(change.place)} alter column ${column} set data type ${change.column.type}`];
    }
    case 'empty column': {
      const { name, type } = change.column;
      const empty = `set data type ${type} using cast(null as ${type})`;
      return [`alter table ${spelled(change.place)} alter column ${identifier(name)} ${empty}`];
    }
    case 'drop column':
      return [`alter table ${spelled(change.place)} drop column ${identifier(change.column)}`];
    case 'create view':
      return [
        `create or replace view ${spelled(change.place)} as ${change.query}`,
        `insert or replace into ${book(catalog, 'view_definition')} values (${literal([scopeOf(change.place), change.definition]).slice(1, -1)})`,
      ];
    case 'register':
      return [
        `insert into ${book(catalog, 'fence')} values (${literal(scopeOf(change.place))}, 0, 0) on conflict do nothing`,
      ];
    case 'insert':
      return insertRows(change.place, change.columns, change.rows);
  }
}

/** Creates the catalog and its bookkeeping where they are missing, then makes the changes, in one transaction. */
export async function change(engine: Engine, catalog: string, changes: readonly Change[]): Promise<void> {
  await engine.attach(catalog);
  // A view may read tables of any catalog.
  await engine.attachAll();
  const list = [
    `create schema if not exists ${identifier(catalog)}._esteira`,
    ...Object.entries(bookkeeping).map(
      ([table, columns]) => `create table if not exists ${book(catalog, table)} (${columns})`,
    ),
    versionSql(catalog),
    ...changes.flatMap((one) => statements(catalog, one)),
  ];
  await engine.use(async (session) => {
    try {
      await session.transaction(() => session.run(list.join(';\n')));
      engine.watermarks.clear();
    } catch (error) {
      throw engineError(error, { where: `set-up of ${catalog}` });
    } finally {
      engine.inspected.delete(catalog);
    }
  });
}
