import type { DuckDBConnection } from '@duckdb/node-api';
import type { Columns } from '../../../columns/index.ts';
import type { SourceFile } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { isJson } from '../spellings.ts';
import { spelledSql } from '../stored.ts';
import { CutOff, lines } from './lines.ts';
import { inexact, isCut, longNumber, undeclaredOf, writtenNumbers } from './numbers.ts';
import { openedAs, placeOf } from './paths.ts';
import type { Staging } from './staging.ts';
import { quickTypedSql, staged, typedSql } from './typed.ts';

const { identifier, literal } = dialect;

/** Each key that may have a column's value, with the column. */
export const keysOf = (columns: Columns): Columns =>
  Object.fromEntries(
    Object.entries(columns).flatMap(([name, column]) =>
      [...(column.facts.aliases ?? []), name].map((key) => [key, column] as const),
    ),
  );

/** What is asked of a JSON object: the text of each value, JSON where the column keeps JSON. */
export function structure(columns: Columns): string {
  const types = Object.entries(keysOf(columns)).map(([name, { facts }]) => [
    name,
    facts.kind === 'json' || facts.kind === 'list' ? 'JSON' : 'VARCHAR',
  ]);
  return literal(JSON.stringify(Object.fromEntries(types)));
}

/** The first of its keys that has a value, by each of the structs. */
export function firstOf(columns: Columns, name: string, structs: readonly string[]): string {
  const keys = [name, ...(columns[name]?.facts.aliases ?? [])];
  const fields = keys.flatMap((key) => structs.map((of) => field(of, key)));
  return fields.length > 1 ? `coalesce(${fields.join(', ')})` : (fields[0] ?? 'null');
}

/** What a line holds beside the keys that are asked for, as JSON. */
export function othersSql(columns: Columns, line: string): string {
  const without = JSON.stringify(Object.fromEntries(Object.keys(keysOf(columns)).map((key) => [key, null])));
  return `nullif(cast(json_merge_patch(${line}, ${literal(without)}) as varchar), '{}')`;
}

const field = (of: string, name: string): string => `${of}.${identifier(name)}`;
export const spelled = (columns: Columns, name: string, text: string): string =>
  spelledSql((columns[name] as Columns[string]).facts, text);

/** The line, where it is JSON, else a JSON string of it. */
export const original = `case when ${isJson('"#l"')} then "#l" else cast(to_json("#l") as varchar) end`;

/**
 * Rows of whole files as DuckDB splits them, at full speed; it refuses a file with a line that is not JSON. `#text` is the line where something
 * could not be read, `#inexact` says that it holds numbers that may not be as they were written.
 */
export function quickSql(
  { input: { columns, files: all, extra }, declared }: Staging,
  files: readonly SourceFile[],
  { usual, sampled }: { readonly usual: readonly string[]; readonly sampled: boolean },
): string {
  const text = (name: string): string => (name === extra ? '"#x"' : firstOf(columns, name, ['"#s"']));
  const others = extra ? `, ${othersSql(declared, 'json')} as "#x"` : '';
  const keys = Object.keys(keysOf(declared));
  // Lists are compared faster than they are looked through, and most lines have the keys of the first.
  const isOther = `json_keys("#l") <> [${usual.map((key) => literal(key)).join(', ')}]::varchar[]`;
  const news = `case when ${sampled ? 'hash("#l") % 8 = 0 and ' : ''}${isOther}
    then nullif(list_filter(json_keys("#l"), lambda one: one not in ${literal(keys)}), []) end as "#new"`;
  const exact = inexact(declared, text, '"#l"');
  return quickTypedSql(columns, {
    from: `(select json as "#l", from_json(json, ${structure(declared)}) as "#s" ${others},
        ${placeOf(all, 'filename')} as ${staged.file}
      from read_json_objects([${openedAs(files)}], format='newline_delimited', filename=true))`,
    raw: text,
    value: (name) => spelled(columns, name, text(name)),
    lost: `not starts_with("#l", '{')`,
    besides: [staged.file, 'cast(strlen("#l") as integer) as "#bytes"', news],
    text: 'cast("#l" as varchar)',
    inexact: extra ? `${exact} or ("#x" is not null and regexp_matches("#l", '${longNumber}'))` : exact,
  });
}

/** Rows of single lines, `#l`, each with the numbers of its JSON as they were written, `#n`. */
export function singleSql({ input: { columns, extra }, declared }: Staging, from: string): string {
  const text = (name: string): string => (name === extra ? '"#x"' : firstOf(columns, name, ['"#w"', '"#s"']));
  const parse = (json: string): string => `from_json(case when "#object" then ${json} end, ${structure(declared)})`;
  return typedSql(columns, {
    from: `(select *, ${parse('"#l"')} as "#s", ${parse('"#n"')} as "#w"
      from (select *, json_valid("#l") and starts_with("#l", '{') as "#object" from ${from}))`,
    raw: text,
    value: (name) => spelled(columns, name, text(name)),
    lost: 'not "#object"',
    original,
    besides: [staged.file, staged.line],
  });
}

/** Columns of the table that single lines wait in. */
export const waiting = `${staged.file} integer, ${staged.line} bigint, "#l" varchar, "#n" varchar, "#x" varchar`;
/** What such a table has of lines whose numbers the engine reads as they were written. */
export const sureSql = ({ input, declared }: Staging): string =>
  `'{}' as "#n", ${input.extra ? othersSql(declared, 'case when json_valid("#l") then "#l" end') : 'null'} as "#x"`;

export interface Waiting {
  readonly file: number;
  readonly line: number | bigint;
  readonly text: string;
}

/** Only numbers of columns that keep them as they were written. */
function numbersOf(keys: Columns, text: string): string {
  const kept = Object.entries(writtenNumbers(text)).filter(([name]) => {
    const kind = keys[name]?.facts.kind;
    return kind === 'text' || kind === 'decimal' || kind === 'integer' || kind === 'bigint';
  });
  return JSON.stringify(Object.fromEntries(kept));
}

export async function appendLines(
  connection: DuckDBConnection,
  { table, keys, others }: { readonly table: string; readonly keys: Columns; readonly others: boolean },
  from: AsyncIterable<Waiting> | Iterable<Waiting>,
): Promise<void> {
  const names = new Set(Object.keys(keys));
  const appender = await connection.createAppender(table, 'main', 'temp');
  try {
    for await (const { file, line, text } of from) {
      appender.appendInteger(file);
      appender.appendBigInt(BigInt(line));
      appender.appendVarchar(text);
      appender.appendVarchar(numbersOf(keys, text));
      const rest = others ? undeclaredOf(text, names) : undefined;
      if (rest === undefined) appender.appendNull();
      else appender.appendVarchar(rest);
      appender.endRow();
    }
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
}

/** The lines of a file, and the keys of each; throws where the last one ends in the middle. */
export async function* linesOf(
  file: SourceFile,
  number: number,
  found: (keys: readonly string[]) => void,
): AsyncGenerator<Waiting> {
  for await (const { number: line, text, ended } of lines(file)) {
    if (!ended && isCut(text)) throw new CutOff();
    found(keysOfLine(text));
    yield { file: number, line, text };
  }
}

/** The keys of the first line; none where it cannot be read. */
export async function firstKeys(file: SourceFile): Promise<readonly string[]> {
  try {
    for await (const { text } of lines(file)) return keysOfLine(text);
  } catch {
    // Whoever reads all of it says what is wrong with the file.
  }
  return [];
}

function keysOfLine(text: string): readonly string[] {
  try {
    const row: unknown = JSON.parse(text);
    return row !== null && typeof row === 'object' && !Array.isArray(row) ? Object.keys(row) : [];
  } catch {
    return [];
  }
}
