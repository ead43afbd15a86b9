import type { Node } from '../../../graph/index.ts';
import type { SettingValues } from '../../settings.ts';

/** A file that a run takes in the place of that which a model's definition names. */
export interface ImportedFile {
  /** In the store: `imports/<sha256>/<name>`. */
  readonly path: string;
  /** What is pickled is loaded although its scan found what is not on the list. */
  readonly isUnscanned: boolean;
}

/** Under which name a run keeps it, with its settings: a run that goes on takes the same. */
export const importKey = (model: Node): string => keyOf(model.id);
const keyStart = 'import of ';
const keyOf = (model: string): string => `${keyStart}${model}`;

/** Those that a run was given, of the settings that it is kept with. */
export const importsIn = (settings: unknown): SettingValues =>
  Object.fromEntries(Object.entries(settings as SettingValues).filter(([key]) => key.startsWith(keyStart)));

export function importOf(model: string, settings: SettingValues): ImportedFile | undefined {
  const kept = settings[keyOf(model)];
  return kept === undefined ? undefined : (JSON.parse(kept) as ImportedFile);
}
