import { cpSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { esteira, installPackage } from '../esteira.ts';
import type { Figure, Outcome } from '../figure.ts';
import { writeConfiguration } from '../generated.ts';
import { emptyPlace, place, root } from '../places.ts';
import { interleave, medians } from '../rounds.ts';
import { lastDate, regions, writeDays } from './days.ts';

const hours = 3 * 3600 * 1000;

/** Files of so many products; made once, for they take a while. */
async function filesOf(products: number): Promise<string> {
  const folder = place('rebuild-files', String(products));
  const whole = path.join(folder, 'whole');
  if (existsSync(whole)) return folder;
  emptyPlace('rebuild-files', String(products));
  await writeDays(folder, products);
  writeFileSync(whole, '');
  return folder;
}

/** Throws where a table has lost rows, or a product has no estimate. */
async function compare(database: string, wanted: Readonly<Record<string, number>>): Promise<string> {
  const instance = await DuckDBInstance.create(database, { access_mode: 'READ_ONLY' });
  const connection = await instance.connect();
  for (const [table, rows] of Object.entries(wanted)) {
    const [[found] = []] = (await connection.runAndReadAll(`select count(*) from ${table}`)).getRowsJS();
    if (Number(found) !== rows) throw new Error(`${table} has ${found} rows, not ${rows}`);
  }
  connection.closeSync();
  instance.closeSync();
  return `${Object.keys(wanted).join(', ')} have the rows that they are to have`;
}

export const figure: Figure = {
  about:
    'memory of pipelines/pricing from files to a trained model: every table, every version of a row, a year of ten thousand products in ten regions',
  rounds: 1,
  async measure({ rounds, size = 10_000, say }): Promise<Outcome> {
    const files = await filesOf(size);
    const rows = size * regions * 365;
    say(`  ${rows.toLocaleString('en')} days of products are in files`);
    installPackage();
    const folder = place('rebuild', 'pricing');
    const kinds = ['sales', 'stock', 'competitors'];
    const samples = await interleave({
      ...{ rounds, warm: false, say },
      contenders: [
        {
          name: 'rebuild',
          async prepare() {
            emptyPlace('rebuild', 'pricing');
            writeConfiguration({
              ...{ folder, catalog: 'pricing', files: path.relative(folder, files) },
              standIns: Object.fromEntries(kinds.map((kind) => [`landing.${kind}`, `${kind}/*.parquet`])),
              ...{ channels: ['comercial', 'dados'], groups: ['comercial', 'precos'] },
            });
            cpSync(path.join(root, 'pipelines', 'pricing', 'definitions'), path.join(folder, 'definitions'), {
              recursive: true,
            });
            await esteira(folder, ['setup']);
          },
          run: () =>
            esteira(folder, ['run', 'pricing_retreino', '--date', lastDate.toString()], { timeout: 2 * hours }),
        },
      ],
    });
    const note = await compare(path.join(folder, 'data', 'pricing.duckdb'), {
      ...{ master_table: rows, 'gold.master_versions': rows, 'gold.training_window': rows },
      price_elasticity: size * regions,
    });
    return {
      samples,
      goals: [
        {
          ...{
            text: `${rows.toLocaleString('en')} days of products are rebuilt, greatest memory`,
            unit: 'GiB',
            atMost: 16,
          },
          measured: medians(samples, 'rebuild').memory / 2 ** 30,
        },
      ],
      skipped: [],
      notes: [note],
    };
  },
};
