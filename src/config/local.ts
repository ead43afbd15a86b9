import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EsteiraError } from '../errors.ts';
import { makeFolder } from './make-folder.ts';

/** Where a project puts what is local to a machine, and need not be kept: what ESTEIRA_LOCAL says, from the project on, else `.esteira` below it. */
export const localFolder = (folder: string): string => path.resolve(folder, process.env['ESTEIRA_LOCAL'] || '.esteira');

/** Who has a folder that ESTEIRA_LOCAL names. */
interface Local {
  readonly name: string;
  readonly folder: string;
}

/**
 * What ESTEIRA_LOCAL says holds in every folder: two projects would have one lock there, one owner, one warehouse. The first has it; another checkout of that project
 * is the same. Throws FOLDER_NOT_EMPTY.
 */
export async function refuseOthersLocal(folder: string): Promise<void> {
  const local = localFolder(folder);
  if (local === path.join(folder, '.esteira')) return;
  const mark = path.join(local, 'project.json');
  const there = noted(mark);
  if (there?.folder === folder) return;
  const { loadConfig } = await import('./load.ts');
  const { name } = await loadConfig(folder);
  if (there?.name === name) return;
  if (there)
    throw new EsteiraError('FOLDER_NOT_EMPTY', {
      what: 'The folder that ESTEIRA_LOCAL names is that of another project.',
      where: local,
      got: `${there.name}, in ${there.folder}`,
      allowed: `one that only ${name} has`,
      next: `Give each project a folder of its own, or none. If the project was only renamed, remove ${mark}.`,
    });
  makeFolder(local);
  try {
    writeFileSync(mark, `${JSON.stringify({ name, folder } satisfies Local)}\n`, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // Another was quicker.
    await refuseOthersLocal(folder);
  }
}

function noted(mark: string): Local | undefined {
  if (!existsSync(mark)) return undefined;
  try {
    return JSON.parse(readFileSync(mark, 'utf8')) as Local;
  } catch {
    // Its process died while it was written.
    rmSync(mark, { force: true });
    return undefined;
  }
}

/** A path as the configuration says it, from the project's folder on; one that begins with `.esteira` stands below the local folder. */
export function resolved(folder: string, said: string): string {
  const whole = path.resolve(folder, said);
  const below = path.relative(path.join(folder, '.esteira'), whole);
  const isLocal =
    !path.isAbsolute(said) && below !== '..' && !below.startsWith(`..${path.sep}`) && !path.isAbsolute(below);
  return isLocal ? path.join(localFolder(folder), below) : whole;
}

/** Where ESTEIRA_LOCAL says what is written to, nothing else is: what is there for a moment stands below it, too, in this process and in those that it starts. */
export function keepTemporaryLocal(folder: string): void {
  if (!process.env['ESTEIRA_LOCAL']) return;
  const temporary = path.join(localFolder(folder), 'temporary');
  makeFolder(temporary);
  process.env['TMPDIR'] = temporary;
}
