import { type ErrorDetails, EsteiraError, ofSystem } from '../errors.ts';
import type { Project } from './project.ts';

type Teller = Pick<Project, 'folder' | 'redact' | 'option'>;

/** An error as it may leave the process: secret values taken out, files named below the project's folder, commands for its environment. */
export function said(thrown: unknown, project: Teller): unknown {
  const error = thrown instanceof EsteiraError ? thrown : ofSystem(thrown);
  return error ? coded(error, project) : thrown;
}

export function coded(error: EsteiraError, project: Teller): EsteiraError {
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

/** The same value with the secret values taken out of every text in it. */
export function cleaned<Value>(value: Value, { redact }: Pick<Project, 'redact'>): Value {
  const clean = (one: unknown): unknown => {
    if (typeof one === 'string') return redact(one);
    if (Array.isArray(one)) return one.map(clean);
    if (one === null || typeof one !== 'object' || Object.getPrototypeOf(one) !== Object.prototype) return one;
    return Object.fromEntries(Object.entries(one).map(([name, item]) => [name, clean(item)]));
  };
  return clean(value) as Value; // of the same shape: only texts have changed
}
