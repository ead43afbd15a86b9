import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';

/** Two tables, each with a copy as a file, one of which another job reads. */
const definitions = `import { byHand, col, files, job, source, sql, table } from 'esteira';
export const landing = source('landing.prices', { reader: files('in/*.csv'), columns: {
  sku: col.text(), day: col.date(), price: col.decimal(9, 2).optional(), note: col.text().optional() } });
const columns = { sku: col.text().key(), day: col.date(), price: col.decimal(9, 2).optional(), note: col.text().optional(), seen: col.timestamp(), dear: col.boolean().optional(), tags: col.list(col.text()) };
const rows = sql\`select sku, day, price, note, timestamptz '2026-01-02 03:04:05.678901+00' as seen, price > 5 as dear, ['a', 'b,"c"'] as tags from \${landing}\`;
export const asText = table('bi.as_text', { columns, rows, keptIn: files('out/deep/prices.csv') });
export const asParquet = table('bi.as_parquet', { columns, rows: sql\`select * from \${asText}\`, write: 'merge', keptIn: files('out/prices.parquet') });
export const back = source('landing.back', { reader: files('out/prices.parquet'), columns: { sku: col.text(), price: col.decimal(9, 2).optional(), seen: col.timestamp(), tags: col.text() } });
export const again = table('bi.again', { columns: back.columns, rows: sql\`select sku, price, seen, tags from \${back}\` });
export const copying = job('copying', { when: byHand, build: [asText, asParquet] });
export const reading = job('reading', { when: byHand, build: [again] });
`;

/** A file of its own, which is read besides those that are there. */
export function put(folder: string, ...lines: readonly string[]): void {
  const text = `sku,day,price,note\n${lines.map((line) => `${line}\n`).join('')}`;
  writeFileSync(path.join(folder, 'files', 'in', `${lines[0]?.[0]}.csv`), text);
}

/** A project that is set up, and has not been run; `config` says its configuration otherwise. */
export async function begin(
  trace: (point: string) => void = () => {},
  { config = (text) => text }: { readonly config?: (text: string) => string } = {},
): Promise<World> {
  const folder = temporaryFolder('copies');
  writeProject(folder, { catalog: 'shop', definitions });
  const file = path.join(folder, 'esteira.config.ts');
  writeFileSync(file, config(readFileSync(file, 'utf8')));
  mkdirSync(path.join(folder, 'files', 'in'));
  put(folder, 'b,2026-01-02,,"says ""no"", twice"', 'a,2026-01-01,9.50,');
  const world = await World.open(folder, undefined, trace);
  await world.do('setup', {});
  return world;
}
