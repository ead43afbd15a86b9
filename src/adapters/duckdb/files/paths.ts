import type { SourceFile } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';

const { literal } = dialect;

/** Files as the engine is asked to open them: it takes a path for a pattern, in which each of these characters stands for others. */
export const openedAs = (files: readonly SourceFile[]): string =>
  files.map(({ location }) => literal(location.replace(/[*?[]/g, '[$&]'))).join(', ');

/**
 * The place in the list of the file that the engine names in a column, as a number. A look-up in a list would go through all of it for each row;
 * an enum is hashed.
 */
export const placeOf = (files: readonly SourceFile[], filename: string): string =>
  `cast(enum_code(cast(${filename} as enum(${files.map(({ location }) => literal(location)).join(', ')}))) as integer)`;
