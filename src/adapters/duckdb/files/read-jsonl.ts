import type { DuckDBResult } from '@duckdb/node-api';
import type { SourceFile } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { readChunks } from '../values.ts';
import { isAboutFile, readTogether } from './failure.ts';
import {
  appendLines,
  firstKeys,
  keysOf,
  linesOf,
  quickSql,
  singleSql,
  sureSql,
  type Waiting,
  waiting,
} from './jsonl.ts';
import { countLines, type Extent, extentOf, whyBad } from './lines.ts';
import { openedAs } from './paths.ts';
import type { Arrived, Staging } from './staging.ts';
import { staged } from './typed.ts';

/** Of more than this the keys of some lines are looked at, as those of all would cost the reading a fifth. */
const mostLooked = 64 * 2 ** 20;

/**
 * DuckDB splits and reads whole files, all at once. What it cannot be trusted with is read again line by line in Node: files that it refuses,
 * files with blank lines (the number of a line would be wrong), and lines with numbers that it does not give back as they were written.
 */
export async function readJsonLines(staging: Staging, files: readonly SourceFile[]): Promise<void> {
  if (files.length === 0) return;
  const { input } = staging;
  const extents = new Map<SourceFile, Extent>();
  for (const file of files) {
    try {
      extents.set(file, await extentOf(file));
    } catch (error) {
      staging.setAside(file, whyBad(error));
    }
  }
  const numbers = new Map(input.files.map((file, index) => [file, index]));
  const [first, usual] = await usualKeys([...extents.keys()]);
  if (!first) return;
  const bytes = [...extents.values()].reduce((sum, extent) => sum + extent.bytes, 0);
  const sampled = bytes > mostLooked && !input.refusesNew;
  const failed = await readTogether([...extents.keys()], (some) =>
    staging.add('lines', quickSql(staging, some, { usual, sampled })),
  );
  const again = [...failed.keys()];
  const arrived = new Map((await staging.arrived('lines')).map((one) => [one.file, one]));
  for (const [file, extent] of extents) {
    const rows = arrived.get(numbers.get(file) ?? -1);
    if (!failed.has(file) && !(await isNumbered(file, extent, rows))) again.push(file);
  }
  for (const file of again) staging.drop(file);
  const found = new Map<SourceFile, Set<string>>([[first, new Set(usual)]]);
  for (const [index, key] of await newKeys(staging)) {
    const file = input.files[index] as SourceFile;
    found.set(file, (found.get(file) ?? new Set()).add(key));
  }
  if ([...arrived.values()].some(({ unsure }) => unsure)) await readWaiting(staging);
  for (const file of again) {
    try {
      const keys = new Set<string>();
      await readLines(
        staging,
        linesOf(file, numbers.get(file) ?? 0, (some) => {
          for (const key of some) keys.add(key);
        }),
      );
      found.set(file, keys);
    } catch (error) {
      staging.setAside(file, whyBad(error));
      found.delete(file);
    }
  }
  const read = [...extents.keys()].filter((file) => !staging.bad.some(({ path }) => path === file.path));
  await compareKeys(staging, read, found);
}

/** The first file that has a line, and the keys of that. */
async function usualKeys(files: readonly SourceFile[]): Promise<readonly [SourceFile | undefined, readonly string[]]> {
  for (const file of files) {
    const keys = await firstKeys(file);
    if (keys.length > 0) return [file, keys];
  }
  return [files[0], []];
}

/** Keys of lines that have others than the first line, by the file's place in the list: those that nothing asks for. */
async function newKeys(staging: Staging): Promise<readonly (readonly [number, string])[]> {
  if (!staging.has('lines')) return [];
  const rows = await staging.rows(
    `select distinct ${staged.file}, unnest("#new") from ${staging.table('lines')} where "#new" is not null and ${staging.isKept} order by all limit 1000`,
  );
  return rows.map(([file, key]) => [Number(file), String(key)] as const);
}

/** What is new in a file; what is gone from all of them: a line may leave out what it has no value for. */
async function compareKeys(
  staging: Staging,
  read: readonly SourceFile[],
  found: ReadonlyMap<SourceFile, ReadonlySet<string>>,
): Promise<void> {
  const { declared, input } = staging;
  const asked = new Set(Object.keys(keysOf(declared)));
  const news = new Map<string, SourceFile>();
  for (const file of read) {
    const own = [...(found.get(file) ?? [])].filter((key) => !asked.has(key)).sort();
    if (own.length > 0 && input.refusesNew) staging.refuse(file, own);
    for (const key of own) if (!news.has(key)) news.set(key, file);
  }
  const seen = new Set([...found.values()].flatMap((keys) => [...keys]));
  const unseen = Object.entries(declared)
    .filter(([name, { facts }]) => ![name, ...(facts.aliases ?? [])].some((key) => seen.has(key)))
    .map(([name]) => name);
  const gone = await goneFrom(staging, read, unseen);
  const last = read.at(-1);
  for (const [key, file] of news) staging.tell(file, { news: [key], gone: [] });
  if (last) staging.tell(last, { news: [...news.keys()], gone });
}

/** Of these columns those that no line has a key for; most have a value somewhere, and nothing need be read again. */
async function goneFrom(
  staging: Staging,
  read: readonly SourceFile[],
  names: readonly string[],
): Promise<readonly string[]> {
  if (names.length === 0 || read.length === 0) return [];
  const counts = await staging.countValues(names);
  const without = names.filter((name) => !counts.get(name));
  if (without.length === 0) return [];
  const { identifier, literal } = dialect;
  const isThere = (name: string): string => {
    const keys = [name, ...(staging.declared[name]?.facts.aliases ?? [])];
    return keys
      .map(
        (key) =>
          `(contains(json, ${literal(JSON.stringify(key))}) and list_contains(json_keys(json), ${literal(key)}))`,
      )
      .join(' or ');
  };
  const asked = without.map((name) => `bool_or(${isThere(name)}) as ${identifier(name)}`);
  try {
    const [row = []] = await staging.rows(
      `select count(*), ${asked.join(', ')} from read_json_objects([${openedAs(read)}], format='newline_delimited')`,
    );
    return row[0] ? without.filter((_, index) => row[index + 1] !== true) : [];
  } catch (error) {
    // A file with a line that is no JSON: what such lines meant nobody knows.
    if (!isAboutFile(error)) throw error;
    return [];
  }
}

/** Whether each line of the file is a row. Where all bytes are those of the rows and of one line end each, nothing need be counted. */
async function isNumbered(file: SourceFile, extent: Extent, rows: Arrived | undefined): Promise<boolean> {
  const { bytes, ended } = extent;
  if (!rows) return bytes === 0;
  if (!rows.whole) return false;
  return (
    bytes - rows.bytes === (ended ? rows.count : rows.count - 1) || (await countLines(file, extent)) === rows.count
  );
}

/** The lines that something could not be read of, or not for sure. */
const waitingSql = (staging: Staging): string =>
  `select ${staged.file}, ${staging.number} as ${staged.line}, "#text" as "#l", "#inexact" from ${staging.table('lines')}
    where "#text" is not null and ${staging.isKept}`;

async function readWaiting(staging: Staging): Promise<void> {
  const sure = `(select *, ${sureSql(staging)} from (${waitingSql(staging)}) where not "#inexact")`;
  await staging.add('single', singleSql(staging, sure));
  const unsure = await staging.connection.run(`select * from (${waitingSql(staging)}) where "#inexact"`);
  if (unsure.rowCount) await readLines(staging, waitingOf(unsure));
}

/** A chunk at a time, as there may be as many as lines. */
async function* waitingOf(result: DuckDBResult): AsyncGenerator<Waiting> {
  for await (const rows of readChunks(result)) {
    for (const [file, line, text] of rows) yield { file: Number(file), line: Number(line), text: String(text) };
  }
}

/** Reads lines whose numbers are taken from their text in Node. */
async function readLines(staging: Staging, from: AsyncIterable<Waiting> | Iterable<Waiting>): Promise<void> {
  const { connection, input, declared } = staging;
  const keys = keysOf(declared);
  const table = staging.table('waiting');
  await staging.run(`create or replace temp table ${table} (${waiting})`);
  try {
    await appendLines(connection, { table: staging.bare('waiting'), keys, others: input.extra !== undefined }, from);
    await staging.add('single', singleSql(staging, table));
  } finally {
    await staging.run(`drop table ${table}`);
  }
}
