import type { SourceFile } from '../../../ports/index.ts';

/** What DuckDB says when a file is at fault; memory, disk and interruptions are not. */
const ofFile = /^(Invalid Input|Invalid|IO|Conversion|Serialization|Parser|Binder|Not implemented|Permission) Error/i;
const ofMachine = /No space left|not enough space|Out of Memory|interrupt/i;

/** Whether an error says that a file cannot be read, so that the others may go on. */
export function isAboutFile(error: unknown): boolean {
  const text = error instanceof Error ? error.message : String(error);
  return ofFile.test(text) && !ofMachine.test(text);
}

/** The files that an error names. */
function named(error: unknown, files: readonly SourceFile[]): readonly SourceFile[] {
  const text = error instanceof Error ? error.message : String(error);
  return files.filter(
    ({ location }) =>
      ['"', "'", '\n', ' ', '.'].some((end) => text.includes(`${location}${end}`)) || text.endsWith(location),
  );
}

/**
 * Reads all files in one statement; when that fails for a file it is left out and the others are read again, at last each by itself. Gives the
 * files that failed, with what was said of them.
 */
export async function readTogether(
  files: readonly SourceFile[],
  read: (files: readonly SourceFile[]) => Promise<unknown>,
): Promise<ReadonlyMap<SourceFile, unknown>> {
  const failed = new Map<SourceFile, unknown>();
  let left = files;
  for (let attempt = 0; left.length && attempt < 4; attempt += 1) {
    try {
      await read(left);
      return failed;
    } catch (error) {
      if (!isAboutFile(error)) throw error;
      const [culprit] = left.length === 1 ? left : named(error, left);
      if (!culprit) break;
      failed.set(culprit, error);
      left = left.filter((file) => file !== culprit);
    }
  }
  for (const file of left) {
    try {
      await read([file]);
    } catch (error) {
      if (!isAboutFile(error)) throw error;
      failed.set(file, error);
    }
  }
  return failed;
}
