import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Project } from '../run/index.ts';

const name = '.env.example';
const beginning =
  '# The variables that this project uses. Copy to .env, which is never committed, and give each its value; `esteira setup` adds what is new.\n';

/** What the system says where nobody may write. */
const readOnly = ['EACCES', 'EPERM', 'EROFS'];

/**
 * Adds to `.env.example` the variables that it does not name yet, and gives their names. `.env` is never touched; a checkout that only reads is
 * left as it is.
 */
export function keepExample({ folder, variables }: Pick<Project, 'folder' | 'variables'>): readonly string[] {
  const file = path.join(folder, name);
  const before = present(file);
  const isNamed = (variable: string): boolean =>
    new RegExp(`^\\s*#?\\s*(?:export\\s+)?${RegExp.escape(variable)}\\s*=`, 'm').test(before ?? '');
  const missing = [...(variables ?? [])].filter(([variable]) => !isNamed(variable));
  if (missing.length === 0) return [];
  const lines = missing.map(([variable, { uses }]) => `\n# ${uses.map(({ by }) => by).join(', ')}\n${variable}=\n`);
  const start = before === undefined ? beginning : before === '' || before.endsWith('\n') ? before : `${before}\n`;
  try {
    writeFileSync(file, start + lines.join(''));
  } catch (error) {
    if (readOnly.includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
  return missing.map(([variable]) => variable);
}

function present(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
