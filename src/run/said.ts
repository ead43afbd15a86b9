import { type ErrorDetails, EsteiraError } from '../errors.ts';
import type { Project } from './project.ts';

/** An error as it may leave the process: secret values taken out, and files named below the project's folder. */
export function said(error: EsteiraError, project: Pick<Project, 'folder' | 'redact'>): EsteiraError {
  const clean = (text: string): string => project.redact(text.replaceAll(`${project.folder}/`, ''));
  const details = Object.fromEntries(
    Object.entries(error.details).map(([name, text]) => [name, clean(text as string)]),
  ) as unknown as ErrorDetails;
  return new EsteiraError(error.code, details, { cause: error.cause });
}
