import type { SourceFile } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';

const { literal } = dialect;

/** Files as the engine is asked to open them: it takes a path for a pattern, in which each of these characters stands for others. */
export const openedAs = (files: readonly SourceFile[]): string =>
  files.map(({ location }) => literal(location.replace(/[*?[]/g, '[$&]'))).join(', ');

/** Files as the engine names them in the column `filename`. */
export const namedAs = (files: readonly SourceFile[]): string =>
  files.map(({ location }) => literal(location)).join(', ');
