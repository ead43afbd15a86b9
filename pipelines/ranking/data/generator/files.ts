import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { correctionDay, type Features, type Lawyer } from './lawyers.ts';
import { dateOf, type Plan } from './options.ts';

/** Whole under its name, or not there; a file that has these bytes already is left as it is. */
export async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.part`, text);
  await put(`${file}.part`, file);
}
async function put(part: string, file: string): Promise<void> {
  const before = await readFile(file).catch(() => undefined);
  if (before?.equals(await readFile(part))) await rm(part);
  else await rename(part, file);
}

/** A line of a file of lawyers. */
export interface LawyerRow extends Features {
  readonly lawyer_id: string;
  readonly as_of: string;
  readonly recorded_at: string;
  readonly gender: string;
}

/** A Parquet file for each day with what was measured on it, and one with what was corrected; those that have come by day `through`. */
export async function writeLawyers(
  folder: string,
  { plan, lawyers, through }: { readonly plan: Plan; readonly lawyers: readonly Lawyer[]; readonly through: number },
): Promise<void> {
  const files = new Map<string, LawyerRow[]>();
  const add = (name: string, row: LawyerRow): void => void files.set(name, [...(files.get(name) ?? []), row]);
  for (const { id, gender, history } of lawyers)
    for (const { at, delivered, mistaken, ...right } of history) {
      const row = (values: Features, day: number): LawyerRow => ({
        lawyer_id: id,
        as_of: new Date(at).toISOString(),
        recorded_at: `${dateOf(plan, day)}T23:30:00.000Z`,
        ...values,
        gender,
      });
      if (delivered <= through) add(dateOf(plan, delivered), row(mistaken?.was ?? right, delivered));
      if (mistaken && mistaken.corrected <= through)
        add(`${dateOf(plan, correctionDay(plan))}-correcoes`, row(right, mistaken.corrected));
    }
  await writeLawyerFiles(folder, files);
}

/** `lawyers/<name>.parquet` for each name. */
export async function writeLawyerFiles(
  folder: string,
  files: ReadonlyMap<string, readonly LawyerRow[]>,
): Promise<void> {
  await mkdir(join(folder, 'lawyers'), { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run("set TimeZone = 'UTC'");
  for (const [name, rows] of files) {
    const file = join(folder, 'lawyers', `${name}.parquet`);
    const lines = `${file}.jsonl.part`;
    await writeFile(lines, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    await connection.run(`copy (select * replace (as_of::timestamptz as as_of, recorded_at::timestamptz as recorded_at)
      from read_json(${quoted(lines)}, format = 'newline_delimited', columns = {lawyer_id: 'varchar', as_of: 'varchar', recorded_at: 'varchar',
        area_match: 'double', distance_km: 'double', success_rate: 'double', reviews: 'double', price: 'double', gender: 'varchar'})
      order by lawyer_id, as_of) to ${quoted(`${file}.part`)} (format parquet)`);
    await put(`${file}.part`, file);
    await rm(lines);
  }
  connection.closeSync();
  instance.closeSync();
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
