import { type Columns, type Compared, compareNames } from '../../../columns/index.ts';
import type { SourceFile } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { isNever, saidSql, storedSql } from '../stored.ts';
import { isAboutFile, readTogether } from './failure.ts';
import { openedAs, placeOf } from './paths.ts';
import type { Staging } from './staging.ts';
import { staged, typedSql } from './typed.ts';

const { identifier, literal } = dialect;

/** What the engine says of a file that does not end as Parquet does. */
const noFooter = /no magic bytes|too small to be a parquet/i;
function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (noFooter.test(text)) return 'it does not end as Parquet does: it is cut off, or something else';
  return text.split('\n')[0]?.replace(/^[A-Za-z ]+ Error: /, '') ?? '';
}

/**
 * Files with the same columns and types are read together. Others are not: DuckDB takes the first file's types for all, and would cast what the others
 * hold. A folder called `day=2026-01-31` is a name like any other (`hive_partitioning`), not one more column.
 */
export async function readParquet(staging: Staging, files: readonly SourceFile[]): Promise<void> {
  const groups = new Map<string, { readonly types: ReadonlyMap<string, string>; readonly files: SourceFile[] }>();
  for (const file of files) {
    const types = await usableTypes(staging, file);
    if (!types) continue;
    const key = JSON.stringify([...types]);
    const group = groups.get(key) ?? { types, files: [] };
    group.files.push(file);
    groups.set(key, group);
  }
  for (const { types, files: some } of groups.values()) {
    const failed = await readTogether(some, (few) => staging.add('records', quickSql(staging, types, few)));
    for (const [file, error] of failed) staging.setAside(file, sentence(error));
  }
}

/** The types of a file that has what the columns need; one that has not is set aside, like one that is not Parquet at all. */
async function usableTypes(staging: Staging, file: SourceFile): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const described = await staging.rows(
      `describe select * from read_parquet(${openedAs([file])}, hive_partitioning=false)`,
    );
    const types = new Map(described.map(([name, type]) => [String(name), String(type)]));
    const compared = compareNames(staging.declared, [...types.keys()], staging.input.refusesNew);
    const never = compared.breach ? undefined : await neverOf(staging, file, { types, compared });
    if (never) staging.setAside(file, never, true);
    else if (staging.compare(file, [...types.keys()], 'it has')) return types;
  } catch (error) {
    if (!isAboutFile(error)) throw error;
    staging.setAside(file, sentence(error));
  }
  return undefined;
}

/** The first column of a type that is never of its kind, where it has values. */
async function neverOf(
  staging: Staging,
  file: SourceFile,
  { types, compared }: { readonly types: ReadonlyMap<string, string>; readonly compared: Compared },
): Promise<string | undefined> {
  for (const [name, called] of compared.called) {
    const { facts } = staging.declared[name] as Columns[string];
    const type = types.get(called) ?? '';
    if (!isNever(facts, type)) continue;
    const [found] = await staging.rows(
      `select count("#p".${identifier(called)}) from read_parquet([${openedAs([file])}], hive_partitioning=false) as "#p"`,
    );
    if (found?.[0]) return `its column ${called} is ${type}, which is never ${facts.kind}`;
  }
  return undefined;
}

/** The file's own columns go by `"#p"."…"`, so that none of them hides what is beside them. */
function quickSql(
  { input, declared }: Staging,
  types: ReadonlyMap<string, string>,
  files: readonly SourceFile[],
): string {
  const { columns, extra } = input;
  const { called, news } = compareNames(declared, [...types.keys()]);
  const typeOf = (name: string): string => types.get(called.get(name) ?? '') ?? 'VARCHAR';
  const its = (name: string): string => `"#p".${identifier(name)}`;
  const object = (names: Iterable<string>): string =>
    [...names].map((name) => `${literal(name)}, ${saidSql(its(name), types.get(name) ?? '')}`).join(', ');
  const others = `case when ${news.map((name) => `${its(name)} is not null`).join(' or ')}
    then cast(json_object(${object(news)}) as varchar) end`;
  const raw = (name: string): string => {
    const found = called.get(name);
    if (name === extra && news.length) return others;
    return found === undefined ? 'cast(null as varchar)' : its(found);
  };
  return typedSql(columns, {
    from: `(select "#p", ${placeOf(input.files, '"#p"."#path"')} as ${staged.file}
      from read_parquet([${openedAs(files)}], filename='#path', hive_partitioning=false) as "#p")`,
    raw,
    value: (name) => storedSql((columns[name] as Columns[string]).facts, raw(name), typeOf(name)),
    original: `cast(json_object(${object(types.keys())}) as varchar)`,
    besides: [staged.file],
  });
}
