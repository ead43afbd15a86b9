import { type ErrorDetails, EsteiraError } from '../errors.ts';
import type { Project } from './project.ts';

/** An error as it may leave the process: secret values taken out, files named below the project's folder, commands for its environment. */
export function said(error: EsteiraError, project: Pick<Project, 'folder' | 'redact' | 'option'>): EsteiraError {
  const { folder, option } = project;
  const below = new RegExp(`(?:file://)?${RegExp.escape(folder)}/`, 'g');
  const clean = (text: string): string => project.redact(text.replace(below, ''));
  const entries = Object.entries<string>({ ...error.details }).map(([name, text]) => {
    const isMeant = name === 'next' && option !== undefined && !text.includes(option);
    return [name, clean(isMeant ? text.replace(/\besteira (?=[a-z])/g, `esteira ${option} `) : text)] as const;
  });
  const details = Object.fromEntries(entries) as unknown as ErrorDetails;
  return new EsteiraError(error.code, details, { cause: error.cause });
}
