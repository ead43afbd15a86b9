import type { DuckDBConnection } from '@duckdb/node-api';
import type { Bad, Difference, FileInput, SourceFile } from '../../ports/index.ts';
import { readCsv } from './files/read-csv.ts';
import { readJsonLines } from './files/read-jsonl.ts';
import { readParquet } from './files/read-parquet.ts';
import { Staging } from './files/staging.ts';
import { tellTypes } from './files/types.ts';

export { tablesBeneath } from './files/staging.ts';

/** A file that was read, and how many rows came from it. */
export interface StagedFile extends SourceFile {
  readonly rows: number;
}
interface Read {
  readonly read: readonly StagedFile[];
  readonly bad: readonly Bad[];
  readonly differences: readonly Difference[];
}

/**
 * Reads files into a temporary view over `tablesBeneath` it: the columns, typed (NULL where the producer's value is not of the kind), `_rid` (`<path>:<line>`; the row
 * for CSV and Parquet), and for rows with such a value `_original`, the producer's row as JSON text, and `_unread`, the names of the columns.
 * A file that cannot be read, or is none of the source's, is set aside with the reason; the others go on. So is one that is written meanwhile.
 */
export async function stageFiles(connection: DuckDBConnection, input: FileInput, relation: string): Promise<Read> {
  const brought = await input.bring?.(input.files);
  try {
    return await stageHere(connection, brought ? { ...input, files: brought.files } : input, relation);
  } finally {
    await brought?.release();
  }
}

async function stageHere(connection: DuckDBConnection, input: FileInput, relation: string): Promise<Read> {
  const late: Bad[] = [];
  for (;;) {
    const out = new Set(late.map(({ path }) => path));
    const found = await stageOnce(
      connection,
      { ...input, files: input.files.filter(({ path }) => !out.has(path)) },
      relation,
    );
    // Rows of these have arrived: what remains is read again without them.
    const { read, bad, differences } = found;
    const others = [...found.late, ...(await changedOf(input, read))];
    if (others.length === 0) return { read, bad: [...bad, ...late], differences };
    late.push(...others);
  }
}

/** Files that are not any more what was listed. */
async function changedOf({ isAsListed }: FileInput, read: readonly SourceFile[]): Promise<readonly Bad[]> {
  if (!isAsListed) return [];
  const same = await Promise.all(read.map(isAsListed));
  const why = 'it was written while it was read';
  return read.filter((_, index) => !same[index]).map(({ path }) => ({ path, why }));
}

async function stageOnce(
  connection: DuckDBConnection,
  input: FileInput,
  relation: string,
): Promise<Read & { readonly late: readonly Bad[] }> {
  const staging = new Staging(connection, input, relation);
  let rows: ReadonlyMap<number, number>;
  try {
    const of = (format: SourceFile['format']): readonly SourceFile[] =>
      input.files.filter((file) => file.format === format);
    await readJsonLines(staging, of('jsonl'));
    await readCsv(staging, of('csv'));
    await readParquet(staging, of('parquet'));
    await tellTypes(staging);
    await staging.finish();
    rows = await staging.rowsByFile();
  } catch (error) {
    await staging.clear();
    throw error;
  }
  const { bad, late, differences } = staging;
  const paths = new Set([...bad, ...late].map(({ path }) => path));
  const read = input.files
    .map((file, index) => ({ ...file, rows: rows.get(index) ?? 0 }))
    .filter(({ path }) => !paths.has(path));
  return { read, bad, late, differences };
}
