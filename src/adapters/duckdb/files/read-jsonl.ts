import type { DuckDBResult } from '@duckdb/node-api';
import type { SourceFile } from '../../../ports/index.ts';
import { readChunks } from '../values.ts';
import { readTogether } from './failure.ts';
import { appendLines, linesOf, quickSql, singleSql, type Waiting, waiting } from './jsonl.ts';
import { countLines, type Extent, extentOf, whyBad } from './lines.ts';
import type { Arrived, Staging } from './staging.ts';
import { staged } from './typed.ts';

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
  const failed = await readTogether([...extents.keys()], (some) => staging.add('lines', quickSql(input, some)));
  const again = [...failed.keys()];
  const arrived = new Map((await staging.arrived('lines')).map((one) => [one.file, one]));
  for (const [file, extent] of extents) {
    const rows = arrived.get(numbers.get(file) ?? -1);
    if (!failed.has(file) && !(await isNumbered(file, extent, rows))) again.push(file);
  }
  for (const file of again) staging.drop(file);
  if ([...arrived.values()].some(({ unsure }) => unsure)) await readWaiting(staging);
  for (const file of again) {
    try {
      await readLines(staging, linesOf(file, numbers.get(file) ?? 0));
    } catch (error) {
      staging.setAside(file, whyBad(error));
    }
  }
}

/** Whether each line of the file is a row. Where all bytes are those of the rows and of one line end each, nothing need be counted. */
async function isNumbered(file: SourceFile, { bytes, ended }: Extent, rows: Arrived | undefined): Promise<boolean> {
  if (!rows) return bytes === 0;
  if (!rows.whole) return false;
  return bytes - rows.bytes === (ended ? rows.count : rows.count - 1) || (await countLines(file)) === rows.count;
}

/** The lines that something could not be read of, or not for sure. */
const waitingSql = (staging: Staging): string =>
  `select ${staged.file}, ${staging.number} as ${staged.line}, "#text" as "#l", "#inexact" from ${staging.table('lines')}
    where "#text" is not null and ${staging.isKept}`;

async function readWaiting(staging: Staging): Promise<void> {
  const sure = `(select *, '{}' as "#n" from (${waitingSql(staging)}) where not "#inexact")`;
  await staging.add('single', singleSql(staging.input, sure));
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
  const { connection, input } = staging;
  const table = staging.table('waiting');
  await staging.run(`create or replace temp table ${table} (${waiting})`);
  try {
    await appendLines(connection, { table: staging.bare('waiting'), columns: input.columns }, from);
    await staging.add('single', singleSql(input, table));
  } finally {
    await staging.run(`drop table ${table}`);
  }
}
