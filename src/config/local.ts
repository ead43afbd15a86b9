import { mkdirSync } from 'node:fs';
import path from 'node:path';

/** Where a project puts what is local to a machine, and need not be kept: what ESTEIRA_LOCAL says, else `.esteira` below it. */
export const localFolder = (folder: string): string =>
  path.resolve(process.env['ESTEIRA_LOCAL'] || path.join(folder, '.esteira'));

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
  mkdirSync(temporary, { recursive: true });
  process.env['TMPDIR'] = temporary;
}
