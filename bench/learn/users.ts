import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { esteira, installPackage } from '../esteira.ts';
import { writeConfiguration } from '../generated.ts';
import type { Sample } from '../measure.ts';
import { emptyPlace } from '../places.ts';

const names = Array.from({ length: 8 }, (_, at) => `x${at}`);
const columns = `{ id: col.integer().key(), ${names.map((name) => `${name}: col.real()`).join(', ')} }`;
const definitions = `import { atLeast, byHand, col, files, job, kmeans, model, samples, source, sql, table } from 'esteira';
export const arrived = source('landing.users', { reader: files('users/*.parquet'), columns: ${columns} });
export const users = table('silver.users', { columns: ${columns}, rows: arrived });
export const segments = model('gold.segments', { from: users, features: ${JSON.stringify(names)}, learner: kmeans({ clusters: 5, seed: 1 }), gate: [atLeast(samples, 1000)] });
export const scores = table('gold.scores', { columns: { id: col.integer().key(), centroid_id: col.integer() }, rows: sql\`select id, centroid_id from \${segments.predict(users)}\` });
export const retrain = job('retrain', { when: byHand, train: [segments] });
export const classify = job('classify', { when: byHand, build: [scores] });
`;

/** A project with so many users in a Parquet file, whose engine may use one GB. */
export async function project(rows: number): Promise<string> {
  installPackage();
  const folder = emptyPlace('learn-users');
  mkdirSync(path.join(folder, 'definitions'));
  mkdirSync(path.join(folder, 'users'));
  writeConfiguration({ folder, catalog: 'users' });
  const config = path.join(folder, 'esteira.config.ts');
  writeFileSync(
    config,
    readFileSync(config, 'utf8').replace("folder: 'data' }", "folder: 'data', memoryLimit: '1GB' }"),
  );
  writeFileSync(path.join(folder, 'definitions', 'users.ts'), definitions);
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const values = names.map((name, at) => `((range % 5) * ${at + 1} + random()) * ${10 ** (at % 5)} as ${name}`);
  const file = path.join(folder, 'users', 'all.parquet');
  await connection.run(
    `copy (select range as id, ${values.join(', ')} from range(${rows})) to '${file}' (format parquet)`,
  );
  connection.closeSync();
  await esteira(folder, ['setup']);
  return folder;
}

export const run = (folder: string, job: string): Promise<Sample> => esteira(folder, ['run', job, '--again']);
