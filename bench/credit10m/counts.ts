import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

interface Manifest {
  readonly full: Readonly<Record<string, { readonly rows: number; readonly invalid: number }>>;
  readonly gold: { readonly rows: Readonly<Record<string, number>> };
}

/** Compares every silver table, its invalid rows and every gold table with what the generator planted; gives how many counts were equal. */
export async function compareCounts(file: string, landing: string): Promise<number> {
  const manifest = JSON.parse(readFileSync(path.join(landing, 'manifest.json'), 'utf8')) as Manifest;
  const wanted: Record<string, number> = { ...manifest.gold.rows };
  for (const [table, { rows, invalid }] of Object.entries(manifest.full)) {
    wanted[table] = rows;
    wanted[`${table}_invalidos`] = invalid;
  }
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  const wrong: string[] = [];
  for (const [table, rows] of Object.entries(wanted)) {
    const result = await connection.runAndReadAll(`select count(*)::int as n from ${table}`);
    const found = result.getRowObjectsJson()[0]?.['n'];
    if (found !== rows) wrong.push(`${table} has ${found} rows, planted were ${rows}`);
  }
  connection.closeSync();
  instance.closeSync();
  if (wrong.length > 0) throw new Error(`${path.basename(file)}: ${wrong.join('; ')}`);
  return Object.keys(wanted).length;
}
