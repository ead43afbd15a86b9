import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { BackedUp } from '../../ports/index.ts';
import type { Engine } from './connection.ts';
import { dialect } from './dialect.ts';
import { engineError } from './errors.ts';
import { newest } from './version.ts';

/**
 * A process that opens and closes a file gives up every lock that it has on it, so the file of an open catalog is read by another one. Blocks are shared with the
 * original where the file system can do that.
 */
const copying = `const fs = require('node:fs');
try {
  for (const [from, to] of JSON.parse(process.argv[1])) {
    fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE);
    const file = fs.openSync(to, 'r+');
    fs.fsyncSync(file);
    fs.closeSync(file);
  }
} catch ({ code, syscall, message, path, dest = path }) {
  console.log(JSON.stringify({ code, syscall, message, path: dest }));
}`;
const run = promisify(execFile);

async function copy(files: readonly (readonly [from: string, to: string])[]): Promise<void> {
  const { stdout } = await run(process.execPath, ['-e', copying, JSON.stringify(files)]);
  if (stdout === '') return;
  const { message, ...said } = JSON.parse(stdout) as { message: string };
  throw Object.assign(new Error(message), said);
}

/**
 * `backUp` of the port. What is committed is in the file and its log of writes; what is not goes to blocks that nothing speaks of yet. So commits wait
 * while both are copied, and the work of runs does not. The copy is opened then, which takes its log in, and shows that it can be.
 */
export async function backUp(
  engine: Engine,
  folder: string,
  meanwhile: () => Promise<void>,
): Promise<readonly BackedUp[]> {
  mkdirSync(folder, { recursive: true });
  const catalogs = await engine.attachAll();
  const copyOf = (catalog: string): string => path.join(folder, `${catalog}.duckdb`);
  const files = catalogs.flatMap((catalog) => {
    const from = engine.fileOf(catalog);
    return [
      [from, copyOf(catalog)],
      [`${from}.wal`, `${copyOf(catalog)}.wal`],
    ] as const;
  });
  await engine.gate.close(async () => {
    await copy(files.filter(([from]) => existsSync(from)));
    await meanwhile();
  });
  return Promise.all(catalogs.map((catalog) => opened(engine, catalog, copyOf(catalog))));
}

async function opened(engine: Engine, catalog: string, file: string): Promise<BackedUp> {
  const alias = `backup of ${catalog}`;
  const name = dialect.identifier(alias);
  return engine.use(async (session) => {
    try {
      await session.run(`attach ${dialect.literal(file)} as ${name}; checkpoint ${name}`);
      const [row] = await session.rows(
        `select count(*) as tables, coalesce(sum(estimated_size), 0)::bigint as rows from duckdb_tables() where database_name = ${dialect.literal(alias)} and schema_name <> '_esteira'`,
      );
      return { catalog, file, version: newest, tables: Number(row?.tables), rows: Number(row?.rows) };
    } catch (error) {
      throw engineError(error, { where: file });
    } finally {
      await session.run(`detach database if exists ${name}`);
      rmSync(`${file}.wal`, { force: true });
    }
  });
}
