import type { BigIntStats, Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { EsteiraError } from '../../errors.ts';
import { type FileStore, namesIn, type SourceFile } from '../../ports/index.ts';
import { formatOf } from '../common/format.ts';
import { byCodePoint, type Segment, segments } from '../common/pattern.ts';
import { keeping, putAt } from './keep.ts';

/** Gone, a link to nowhere, or a file where the pattern has a folder: nothing is there. */
const isAbsent = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '');
/** What stands for bytes of a name that are no UTF-8. */
const unreadable = '\uFFFD';

/** A folder of this machine, and the folders below it. */
export function folderStore({ path: root }: { readonly path: string }): FileStore {
  const at = (below: string): string => path.join(root, ...below.split('/'));

  async function entries(below: string): Promise<readonly Dirent[]> {
    try {
      return await readdir(at(below), { withFileTypes: true });
    } catch (error) {
      if (isAbsent(error)) return [];
      throw new EsteiraError(
        'FILES_UNREADABLE',
        {
          what: 'A folder of files cannot be listed.',
          where: at(below),
          got: (error as Error).message,
          next: 'Look at its permissions, or at the disk it is on, and run again.',
        },
        { cause: error },
      );
    }
  }

  async function file(below: string): Promise<SourceFile | undefined> {
    const format = formatOf(below);
    if (!format) return undefined;
    try {
      const found = await stat(at(below), { bigint: true });
      // Whoever reads a pipe waits for its writer, and a device may never end.
      if (!found.isFile()) return undefined;
      return {
        ...{ path: below, location: at(below), format },
        ...{ bytes: Number(found.size), fingerprint: fingerprintOf(found) },
      };
    } catch (error) {
      if (!isAbsent(error)) throw error;
      // It is there, and cannot be opened by this name: the reader finds that, and says so.
      const isThere = below.includes(unreadable);
      return isThere ? { path: below, location: at(below), format, bytes: 0, fingerprint: 'unknown' } : undefined;
    }
  }

  async function* walk(below: string, [segment, ...rest]: readonly Segment[]): AsyncGenerator<string> {
    if (!segment) return;
    for (const entry of await entries(below)) {
      const found = below ? `${below}/${entry.name}` : entry.name;
      const isLinked = entry.isSymbolicLink() && (await isFolderAt(at(found)));
      const isFolder = entry.isDirectory() || isLinked;
      if (segment.deep) {
        // As in a shell: a link may lead to where the walk has been, and each file would count again.
        if (isFolder && !isLinked && !entry.name.startsWith('.')) yield* walk(found, [segment, ...rest]);
      } else if (segment.matches(entry.name)) {
        if (isFolder) yield* walk(found, rest);
        else if (rest.length === 0) yield found;
      }
    }
    // `**` is also no folder at all.
    if (segment.deep) yield* walk(below, rest);
  }

  return Object.freeze<FileStore>({
    describe: root,
    ...keeping(root),
    async list(pattern: string) {
      const found = new Set<string>();
      for await (const below of walk('', segments(pattern))) found.add(below);
      const files = await Promise.all([...found].sort(byCodePoint).map(file));
      return files.filter((one) => one !== undefined);
    },
    async below(folder: string, limit: number) {
      const found: string[] = [];
      const start = folder === '' ? '' : namesIn(folder).join('/');
      for await (const file of walk(start, segments('**'))) {
        found.push(file);
        if (found.length >= limit) break;
      }
      return found.sort(byCodePoint);
    },
    async put(below: string, from: string) {
      const put = await putAt(at(namesIn(below).join('/')), from);
      return { place: at(below), fingerprint: fingerprintOf(put) };
    },
    async isAsListed({ path: below, fingerprint }) {
      return (await file(below))?.fingerprint === fingerprint;
    },
  });
}

const fingerprintOf = ({ size, mtimeNs }: BigIntStats): string => `${size}-${mtimeNs}`;

async function isFolderAt(location: string): Promise<boolean> {
  try {
    return (await stat(location)).isDirectory();
  } catch {
    return false;
  }
}
