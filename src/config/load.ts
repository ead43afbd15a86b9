import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { EsteiraError } from '../errors.ts';
import type { LoadedFile } from '../graph/index.ts';
import { isProject, type ProjectConfig } from './project.ts';
import { refuseConfig } from './shape.ts';

const fileName = 'esteira.config.ts';

/** The folder of the project that this one is in. */
export function findProject(from: string): string {
  if (!existsSync(from)) {
    throw new EsteiraError('PROJECT_NOT_FOUND', {
      what: 'There is no such folder.',
      where: path.resolve(from),
      next: 'Correct the folder that --project names.',
    });
  }
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, fileName))) return folder;
    if (folder !== path.dirname(folder)) continue;
    throw new EsteiraError('PROJECT_NOT_FOUND', {
      what: `There is no ${fileName} here or in a folder above.`,
      where: path.resolve(from),
      next: 'Go into a project, or make one: esteira init <folder>',
    });
  }
}

export async function loadConfig(folder: string): Promise<ProjectConfig> {
  const module = await load(folder, fileName);
  const found = module['default'];
  if (isProject(found)) {
    refuseConfig(found);
    return found;
  }
  throw new EsteiraError('CONFIG_INVALID', {
    what: `${fileName} does not export a project.`,
    where: fileName,
    got: found === undefined ? 'no default export' : typeof found,
    allowed: 'export default project({ … })',
    next: 'Import `project` of esteira/config, and export what it gives as default.',
  });
}

/** Every definition file of every catalog, in the order of their names. */
export async function loadDefinitions(folder: string, config: ProjectConfig): Promise<readonly LoadedFile[]> {
  const files: LoadedFile[] = [];
  for (const [catalog, pattern] of Object.entries(config.pipelines)) {
    const found = globSync(pattern, { cwd: folder }).sort();
    if (found.length === 0) {
      throw new EsteiraError('CONFIG_INVALID', {
        what: `The catalog ${catalog} has no definition file.`,
        where: `${fileName}, pipelines.${catalog}`,
        got: pattern,
        next: 'Correct the pattern; it is relative to the project.',
      });
    }
    for (const file of found) files.push({ catalog, file, exports: await load(folder, file) });
  }
  return files;
}

async function load(folder: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(path.resolve(folder, file)).href)) as Record<string, unknown>;
  } catch (error) {
    const thrown = error instanceof Error ? error : new Error(String(error), { cause: error });
    throw thrown instanceof EsteiraError ? placed(thrown, file, folder) : notLoaded(file, thrown, folder);
  }
}

/** A word of the package refuses what it is given while the file is loaded: the error says at which line. */
function placed(error: EsteiraError, file: string, folder: string): EsteiraError {
  const { where } = error.details;
  const place = where ? `${placeOf(file, error, folder)}, ${where}` : placeOf(file, error, folder);
  return new EsteiraError(error.code, { ...error.details, where: place }, { cause: error });
}

/** The innermost line of the project's own files that the error went through. */
function placeOf(file: string, error: Error, folder: string): string {
  const own = pathToFileURL(`${folder}/`).href;
  const frame = error.stack?.split('\n').find((line) => line.includes(own) && !line.includes('/node_modules/'));
  const [, url, line] = /(file:\S+?):(\d+)(?::\d+)?\)?$/.exec(frame?.trim() ?? '') ?? [];
  const at = url ? path.relative(folder, fileURLToPath(url)) : file;
  return `${at}${line ? `:${line}` : ''}${at === file ? '' : `, loaded by ${file}`}`;
}

/** Files that import each other in a circle fail as a name that is used before it is there: that is a circle of definitions. */
function notLoaded(file: string, error: Error, folder: string): EsteiraError {
  const where = placeOf(file, error, folder);
  const early =
    error instanceof ReferenceError ? /Cannot access '(\w+)' before initialization/.exec(error.message) : undefined;
  if (early) {
    return new EsteiraError('CYCLE', {
      what: `${early[1]} is read before it is defined: these definitions read each other in a circle.`,
      where,
      got: error.message,
      next: 'Follow the imports of the file, and take one of the two mentions out.',
    });
  }
  const next = /Cannot find package|ERR_MODULE_NOT_FOUND/.test(
    `${error.message}${(error as NodeJS.ErrnoException).code}`,
  )
    ? 'Run npm install, and check the names of the imports.'
    : 'Mend the file; `npx tsc --noEmit` shows mistakes of types.';
  return new EsteiraError(
    'DEFINITION_FAILED',
    { what: `${file} cannot be loaded: ${error.message.split('\n')[0]}`, where, next },
    { cause: error },
  );
}
