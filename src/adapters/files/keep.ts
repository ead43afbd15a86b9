import { randomUUID } from 'node:crypto';
import { constants, copyFile, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { EsteiraError } from '../../errors.ts';
import type { FileStore } from '../../ports/index.ts';

const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  codes.includes((error as NodeJS.ErrnoException).code ?? '');

/** Where a file of the store is; throws for a path that leads out of it. */
function within(root: string, below: string): string {
  const parts = below.split('/');
  if (!parts.some((part) => part === '' || part === '.' || part === '..')) return path.join(root, ...parts);
  throw new EsteiraError('DEFINITION_INVALID', {
    what: 'A file cannot have this path.',
    got: below,
    allowed: 'names below the file store, with slashes between them',
    next: 'Write the path so that it stays below the store.',
  });
}

async function synced(location: string): Promise<void> {
  const opened = await open(location, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

/** Files that never change: written beside, forced to the disk, and only then given their name, which nobody else can have by then. */
export function keeping(root: string): Pick<FileStore, 'keep' | 'read' | 'remove'> {
  return {
    async keep(below, content) {
      const location = within(root, below);
      const folder = path.dirname(location);
      await mkdir(folder, { recursive: true });
      const beside = path.join(folder, `.tmp-${randomUUID()}`);
      try {
        if ('file' in content) await copyFile(content.file, beside, constants.COPYFILE_FICLONE);
        else {
          const made = await open(beside, 'wx');
          await made.writeFile(content.bytes).finally(() => made.close());
        }
        await synced(beside);
        await link(beside, location);
        await synced(folder);
        return 'kept';
      } catch (error) {
        if (isCode(error, 'EEXIST')) return 'there';
        throw error;
      } finally {
        await rm(beside, { force: true });
      }
    },
    async read(below) {
      const location = within(root, below);
      try {
        return await readFile(location);
      } catch (error) {
        if (isCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined;
        throw error;
      }
    },
    async remove(below) {
      await rm(within(root, below), { force: true });
    },
  };
}
