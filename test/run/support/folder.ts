import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..', '..', '..');

const folders: string[] = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that goes away with the process. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(path.join(realpathSync(os.tmpdir()), `${name}-`));
  folders.push(folder);
  return folder;
}

export interface ProjectFiles {
  /** Name of the catalog. */
  readonly catalog: string;
  /** The text of the definitions, or one for each catalog; nothing: the definitions of the credit pipeline. */
  readonly definitions?: string | Readonly<Record<string, string>>;
  /** Steps side by side. */
  readonly parallel?: number;
}

/** Writes a project whose warehouse, state and files are below its own folder. */
export function writeProject(folder: string, { catalog, definitions, parallel = 2 }: ProjectFiles): void {
  mkdirSync(path.join(folder, 'node_modules'), { recursive: true });
  mkdirSync(path.join(folder, 'files'), { recursive: true });
  // The package under its own name, so that the definitions meet the very modules that run them.
  symlinkSync(root, path.join(folder, 'node_modules', 'esteira'), 'dir');
  // A package of its own: below a folder of Esteira's, the name would mean that one.
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }\n');
  let pipelines = `${catalog}: 'definitions/*.ts'`;
  if (definitions === undefined) {
    symlinkSync(path.join(root, 'pipelines'), path.join(folder, 'pipelines'), 'dir');
    pipelines = `${catalog}: 'pipelines/credit/definitions/*.ts'`;
  } else {
    mkdirSync(path.join(folder, 'definitions'));
    const texts = typeof definitions === 'string' ? { all: definitions } : definitions;
    for (const [name, text] of Object.entries(texts))
      writeFileSync(path.join(folder, 'definitions', `${name}.ts`), text);
    if (texts === definitions)
      pipelines = Object.keys(texts)
        .map((name) => `${name}: 'definitions/${name}.ts'`)
        .join(', ');
  }
  writeFileSync(
    path.join(folder, 'esteira.config.ts'),
    `import { files } from 'esteira';
import { duckdb, folder, project, sqlite, toFile } from 'esteira/config';

export default project({
  name: 'world',
  pipelines: { ${pipelines} },
  standard: 'here',
  ${definitions === undefined ? "channels: { plantao: [toFile({ path: 'alerts.txt' })], dados: [toFile({ path: 'alerts.txt' })] }," : ''}
  environments: {
    here: {
      warehouse: duckdb({ folder: 'warehouse', memoryLimit: '2GiB', threads: 2 }),
      state: sqlite({ file: 'state.sqlite' }),
      files: folder({ path: 'files' }),
      standIns: { 'postgres_public.*': files('postgres_public/{name}/*.jsonl') },
      parallel: ${parallel},
    },
  },
});
`,
  );
}
