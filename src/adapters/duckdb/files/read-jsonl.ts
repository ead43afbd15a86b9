import type { SourceFile } from '../../../ports/index.ts';
import { readTogether } from './failure.ts';
import { appendLines, carefulSql, linesOf, quickSql, type Waiting, waiting } from './jsonl.ts';
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
  const failed = await readTogether([...extents.keys()], (some) =>
    staging.run(
      `insert into ${staging.quick} ${quickSql(
        input,
        some,
        some.map((file) => numbers.get(file) ?? 0),
      )}`,
    ),
  );
  const again = [...failed.keys()];
  const arrived = new Map((await staging.arrived()).map((one) => [one.file, one]));
  for (const [file, extent] of extents) {
    const rows = arrived.get(numbers.get(file) ?? -1);
    if (!failed.has(file) && !(await isNumbered(file, extent, rows))) again.push(file);
  }
  await readAgain(staging, again);
}

/** Whether each line of the file is a row. Where all bytes are those of the rows and of one line end each, nothing need be counted. */
async function isNumbered(file: SourceFile, { bytes, ended }: Extent, rows: Arrived | undefined): Promise<boolean> {
  if (!rows) return bytes === 0;
  if (!rows.whole) return false;
  return bytes - rows.bytes === (ended ? rows.count : rows.count - 1) || (await countLines(file)) === rows.count;
}

async function readAgain(staging: Staging, files: readonly SourceFile[]): Promise<void> {
  const { input } = staging;
  const found = await staging.rows(
    `select ${staged.file}, rowid, "#again" from ${staging.quick} where "#again" is not null`,
  );
  if (files.length === 0 && found.length === 0) return;
  const numbers = new Set(files.map((file) => input.files.indexOf(file)));
  const single: Waiting[] = found
    .map(([file, place, text]) => ({
      file: Number(file),
      line: staging.lineOf(Number(file), Number(place)),
      text: String(text),
    }))
    .filter(({ file }) => !numbers.has(file));
  const dropped = [...numbers].map((number) => `${staged.file} = ${number}`);
  await staging.run(`delete from ${staging.quick} where ${['"#again" is not null', ...dropped].join(' or ')}`);
  const table = `${input.relation}#lines`;
  const spelled = staging.table('lines');
  const take = async (from: AsyncIterable<Waiting> | Iterable<Waiting>): Promise<void> => {
    await staging.run(`create or replace temp table ${spelled} (${waiting})`);
    await appendLines(staging.connection, { table, columns: input.columns }, from);
    await staging.run(`insert into ${staging.careful} ${carefulSql(input, spelled)}`);
  };
  await take(single);
  for (const file of files) {
    try {
      await take(linesOf(file, input.files.indexOf(file)));
    } catch (error) {
      staging.setAside(file, whyBad(error));
    }
  }
}
