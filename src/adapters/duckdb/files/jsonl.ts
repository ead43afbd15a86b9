import type { DuckDBConnection } from '@duckdb/node-api';
import type { Columns } from '../../../columns/index.ts';
import type { FileInput, SourceFile } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { isJson } from '../spellings.ts';
import { spelledSql } from '../stored.ts';
import { lines } from './lines.ts';
import { inexact, writtenNumbers } from './numbers.ts';
import { openedAs, placeOf } from './paths.ts';
import { quickTypedSql, staged, typedSql } from './typed.ts';

const { identifier, literal } = dialect;

/** What is asked of a JSON object: the text of each value, JSON where the column keeps JSON. */
function structure(columns: Columns): string {
  const types = Object.entries(columns).map(([name, { facts }]) => [
    name,
    facts.kind === 'json' || facts.kind === 'list' ? 'JSON' : 'VARCHAR',
  ]);
  return literal(JSON.stringify(Object.fromEntries(types)));
}

const field = (of: string, name: string): string => `${of}.${identifier(name)}`;
const spelled = (columns: Columns, name: string, text: string): string =>
  spelledSql((columns[name] as Columns[string]).facts, text);

/** The line, where it is JSON, else a JSON string of it. */
const original = `case when ${isJson('"#l"')} then "#l" else cast(to_json("#l") as varchar) end`;

/**
 * Rows of whole files as DuckDB splits them, at full speed; it refuses a file with a line that is not JSON. `#text` is the line where something
 * could not be read, `#inexact` says that it holds numbers that may not be as they were written.
 */
export function quickSql({ columns, files: all }: FileInput, files: readonly SourceFile[]): string {
  const text = (name: string): string => field('"#s"', name);
  return quickTypedSql(columns, {
    from: `(select json as "#l", from_json(json, ${structure(columns)}) as "#s", ${placeOf(all, 'filename')} as ${staged.file}
      from read_json_objects([${openedAs(files)}], format='newline_delimited', filename=true))`,
    raw: text,
    value: (name) => spelled(columns, name, text(name)),
    lost: `not starts_with("#l", '{')`,
    besides: [staged.file, 'cast(strlen("#l") as integer) as "#bytes"'],
    text: 'cast("#l" as varchar)',
    inexact: inexact(columns, text, '"#l"'),
  });
}

/** Rows of single lines, `#l`, each with the numbers of its JSON as they were written, `#n`. */
export function singleSql({ columns }: FileInput, from: string): string {
  const text = (name: string): string => `coalesce(${field('"#w"', name)}, ${field('"#s"', name)})`;
  const parse = (json: string): string => `from_json(case when "#object" then ${json} end, ${structure(columns)})`;
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
export const waiting = `${staged.file} integer, ${staged.line} bigint, "#l" varchar, "#n" varchar`;

export interface Waiting {
  readonly file: number;
  readonly line: number | bigint;
  readonly text: string;
}

/** Only numbers of columns that keep them as they were written. */
function numbersOf(columns: Columns, text: string): string {
  const kept = Object.entries(writtenNumbers(text)).filter(([name]) => {
    const kind = columns[name]?.facts.kind;
    return kind === 'text' || kind === 'decimal' || kind === 'integer' || kind === 'bigint';
  });
  return JSON.stringify(Object.fromEntries(kept));
}

export async function appendLines(
  connection: DuckDBConnection,
  { table, columns }: { readonly table: string; readonly columns: Columns },
  from: AsyncIterable<Waiting> | Iterable<Waiting>,
): Promise<void> {
  const appender = await connection.createAppender(table, 'main', 'temp');
  try {
    for await (const { file, line, text } of from) {
      appender.appendInteger(file);
      appender.appendBigInt(BigInt(line));
      appender.appendVarchar(text);
      appender.appendVarchar(numbersOf(columns, text));
      appender.endRow();
    }
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
}

export async function* linesOf(file: SourceFile, number: number): AsyncGenerator<Waiting> {
  for await (const line of lines(file)) yield { file: number, line: line.number, text: line.text };
}
