import type { DuckDBConnection } from '@duckdb/node-api';
import type { FileInput, SourceFile } from '../../ports/index.ts';
import { readCsv } from './files/read-csv.ts';
import { readJsonLines } from './files/read-jsonl.ts';
import { readParquet } from './files/read-parquet.ts';
import { type Bad, Staging } from './files/staging.ts';

export { tablesBeneath } from './files/staging.ts';

/**
 * Reads files into a temporary view over `tablesBeneath` it: the columns, typed (NULL where the producer's value is not of the kind), `_rid` (`<path>:<line>`; the row
 * for CSV and Parquet), and for rows with such a value `_original`, the producer's row as JSON text, and `_unread`, the names of the columns.
 * A file that cannot be read is set aside with the reason; the others go on.
 */
export async function stageFiles(
  connection: DuckDBConnection,
  input: FileInput,
  relation: string,
): Promise<{ readonly read: readonly SourceFile[]; readonly bad: readonly Bad[] }> {
  const staging = new Staging(connection, input, relation);
  try {
    const of = (format: SourceFile['format']): readonly SourceFile[] =>
      input.files.filter((file) => file.format === format);
    await readJsonLines(staging, of('jsonl'));
    await readCsv(staging, of('csv'));
    await readParquet(staging, of('parquet'));
    await staging.finish();
  } catch (error) {
    await staging.clear();
    throw error;
  }
  const paths = new Set(staging.bad.map(({ path }) => path));
  return { read: input.files.filter(({ path }) => !paths.has(path)), bad: staging.bad };
}
