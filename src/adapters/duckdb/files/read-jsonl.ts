import type { SourceFile } from '../../../ports/index.ts';
import { readTogether } from './failure.ts';
import { appendLines, carefulSql, linesOf, quickSql, type Waiting, waiting } from './jsonl.ts';
import { BadFile, unpackedBytes, whyBad } from './lines.ts';
import type { Staging } from './staging.ts';
import { staged } from './typed.ts';

/**
 * DuckDB splits and reads whole files, all at once. What it cannot be trusted with is read again line by line in Node: files that it refuses,
 * files whose bytes are not all accounted for by their lines (blank lines, other white space: the number of a line would be wrong), and lines
 * with numbers that it does not give back as they were written.
 */
export async function readJsonLines(staging: Staging, files: readonly SourceFile[]): Promise<void> {
  if (files.length === 0) return;
  const { input } = staging;
  const numberOf = new Map(input.files.map((file, index) => [file, index]));
  const sizes = new Map<SourceFile, number>();
  for (const file of files) {
    try {
      sizes.set(file, await unpackedBytes(file));
    } catch (error) {
      staging.setAside(file, whyBad(error));
    }
  }
  const whole = files.filter((file) => sizes.has(file));
  const failed = await readTogether(whole, (some) =>
    staging.run(
      `insert into ${staging.quick} ${quickSql(
        input,
        some,
        some.map((file) => numberOf.get(file) ?? 0),
      )}`,
    ),
  );
  const again = new Set<SourceFile>(failed.keys());
  const begins = await staging.begins();
  for (const file of whole) {
    const rows = begins.get(numberOf.get(file) ?? -1) ?? { count: 0, bytes: 0 };
    if (!again.has(file) && !accounted(sizes.get(file) ?? 0, rows)) again.add(file);
  }
  await readAgain(staging, numberOf, [...again]);
}

/** Lines end in one or two bytes each, the last one perhaps in none. */
function accounted(size: number, rows: { readonly count: number; readonly bytes: number }): boolean {
  const rest = size - rows.bytes;
  if (rows.count === 0) return size === 0;
  return [rows.count, rows.count - 1, 2 * rows.count, 2 * rows.count - 2].includes(rest);
}

async function readAgain(
  staging: Staging,
  numberOf: ReadonlyMap<SourceFile, number>,
  files: readonly SourceFile[],
): Promise<void> {
  const { input } = staging;
  const begins = await staging.begins();
  const found = await staging.rows(
    `select ${staged.file}, rowid, "#again" from ${staging.quick} where "#again" is not null`,
  );
  if (files.length === 0 && found.length === 0) return;
  const numbers = new Set(files.map((file) => numberOf.get(file)));
  const single: Waiting[] = found
    .map(([file, at, text]) => ({
      file: Number(file),
      line: Number(at) - (begins.get(Number(file))?.first ?? 0) + 1,
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
      await take(linesOf(file, numberOf.get(file) ?? 0));
    } catch (error) {
      if (!(error instanceof BadFile) && !('code' in (error as object))) throw error;
      staging.setAside(file, whyBad(error));
    }
  }
}
