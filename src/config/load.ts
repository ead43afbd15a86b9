import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { EsteiraError } from '../errors.ts';
import type { LoadedFile } from '../graph/index.ts';
import { importFile } from './import.ts';
import { isProject, type ProjectConfig } from './project.ts';
import { refuseConfig } from './shape.ts';

const fileName = 'esteira.config.ts';

/** The folder of the project that this one is in, itself or the nearest above. Throws PROJECT_NOT_FOUND. */
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

/** The configuration, its shape judged. Loaded once in a process. Throws CONFIG_INVALID, or what its import throws. */
export async function loadConfig(folder: string): Promise<ProjectConfig> {
  const module = await importFile(folder, fileName);
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

/**
 * Every definition file of every catalog, one after the other in the order of their names, so that of several mistakes always the same one is
 * told. Throws CONFIG_INVALID for a pattern that finds nothing, or what an import throws.
 */
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
    for (const file of found) files.push({ catalog, file, exports: await importFile(folder, file) });
  }
  return files;
}
