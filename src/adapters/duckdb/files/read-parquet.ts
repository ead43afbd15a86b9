import type { Columns } from '../../../columns/index.ts';
import type { SourceFile } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { saidSql, storedSql } from '../stored.ts';
import { isAboutFile, readTogether, whyMissing } from './failure.ts';
import { openedAs, placeOf } from './paths.ts';
import type { Staging } from './staging.ts';
import { staged, typedSql } from './typed.ts';

const { identifier, literal } = dialect;

const sentence = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]?.replace(/^[A-Za-z ]+ Error: /, '') ?? '';

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
  const { columns } = staging.input;
  try {
    const described = await staging.rows(
      `describe select * from read_parquet(${openedAs([file])}, hive_partitioning=false)`,
    );
    const types = new Map(described.map(([name, type]) => [String(name), String(type)]));
    const why = whyMissing(columns, [...types.keys()]);
    if (!why) return types;
    staging.setAside(file, `it has ${why}`);
  } catch (error) {
    if (!isAboutFile(error)) throw error;
    staging.setAside(file, sentence(error));
  }
  return undefined;
}

/** The file's own columns go by `"#p"."…"`, so that none of them hides what is beside them. */
function quickSql({ input }: Staging, types: ReadonlyMap<string, string>, files: readonly SourceFile[]): string {
  const { columns } = input;
  const raw = (name: string): string => (types.has(name) ? `"#p".${identifier(name)}` : 'cast(null as varchar)');
  const object = [...types.keys()]
    .map((name) => `${literal(name)}, ${saidSql(raw(name), types.get(name) ?? '')}`)
    .join(', ');
  return typedSql(columns, {
    from: `(select "#p", ${placeOf(input.files, '"#p"."#path"')} as ${staged.file}
      from read_parquet([${openedAs(files)}], filename='#path', hive_partitioning=false) as "#p")`,
    raw,
    value: (name) => storedSql((columns[name] as Columns[string]).facts, raw(name), types.get(name) ?? 'VARCHAR'),
    original: `cast(json_object(${object}) as varchar)`,
    besides: [staged.file],
  });
}
