import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import {
  constants,
  copyFile,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
} from 'node:fs/promises';
import path from 'node:path';
import { type Content, type KeptFiles, type LookedFile, namesIn } from '../../ports/index.ts';

const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  codes.includes((error as NodeJS.ErrnoException).code ?? '');
const absent = ['ENOENT', 'ENOTDIR', 'EISDIR'];

async function synced(location: string): Promise<void> {
  const opened = await open(location, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}

async function readOr(location: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(location);
  } catch (error) {
    if (isCode(error, ...absent)) return undefined;
    throw error;
  }
}

/** A file that never changes again has one more name, where the disk is the same and has such. */
async function put({ file, isDone }: Extract<Content, { readonly file: string }>, beside: string): Promise<void> {
  try {
    if (isDone) return await link(file, beside);
  } catch (error) {
    if (!isCode(error, 'EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK')) throw error;
  }
  await copyFile(file, beside, constants.COPYFILE_FICLONE);
}

/** Gives a name to what was written beside and forced to the disk; false where somebody has that name by then. */
async function keepAt(location: string, content: Content): Promise<boolean> {
  const folder = path.dirname(location);
  await mkdir(folder, { recursive: true });
  const beside = path.join(folder, `.tmp-${randomUUID()}`);
  try {
    if ('file' in content) await put(content, beside);
    else {
      const made = await open(beside, 'wx');
      await made.writeFile(content.bytes).finally(() => made.close());
    }
    await synced(beside);
    await link(beside, location);
    await synced(folder);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(beside, { force: true });
  }
}

/** What is written beside a file before it takes its place is of a process that died when it is so old, in milliseconds. */
const dead = 24 * 3_600_000;

/** Puts a file of this machine in the place of whatever is there: whole, or not at all. What processes that died have left beside it goes. */
export async function putAt(location: string, file: string): Promise<BigIntStats> {
  const folder = path.dirname(location);
  await mkdir(folder, { recursive: true });
  const begins = `.${path.basename(location)}.new-`;
  const beside = path.join(folder, `${begins}${randomUUID()}`);
  try {
    await copyFile(file, beside, constants.COPYFILE_FICLONE);
    await synced(beside);
    // What stands there after it may be another's by then.
    const put = await lstat(beside, { bigint: true });
    await rename(beside, location);
    await synced(folder);
    await clearDead(folder, begins);
    return put;
  } finally {
    await rm(beside, { force: true });
  }
}

async function clearDead(folder: string, begins: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const other = path.join(folder, name);
    const found = name.startsWith(begins) ? await lstat(other).catch(() => undefined) : undefined;
    if (found && found.mtimeMs < Date.now() - dead) await rm(other, { force: true });
  }
}

/** A file that is replaced has its contents beside it, each with a number that only one can take, ever; the file itself is a copy of the newest. */
const numbered = (location: string, number: number): string =>
  path.join(path.dirname(location), `.${path.basename(location)}.${number}`);

async function numbersOf(location: string): Promise<readonly number[]> {
  const begins = `.${path.basename(location)}.`;
  try {
    const names = await readdir(path.dirname(location));
    const own = names.filter((name) => name.startsWith(begins) && /^\d+$/.test(name.slice(begins.length)));
    return own.map((name) => Number(name.slice(begins.length))).sort((one, other) => other - one);
  } catch (error) {
    if (isCode(error, ...absent)) return [];
    throw error;
  }
}

/** Whoever saw the file so many replacements ago is still told that others were quicker. */
const remembered = 1000;

const hasContent = async (place: string): Promise<boolean> =>
  (await lstat(place).catch(() => undefined))?.isFile() === true;

/** Takes the content away and leaves the name, as a link to nothing: somebody who is late must not take a number that another had. */
async function empty(place: string): Promise<void> {
  const beside = path.join(path.dirname(place), `.tmp-${randomUUID()}`);
  try {
    await symlink('gone', beside);
    await rename(beside, place);
  } catch (error) {
    // Where links are not allowed the content stays.
    if (!isCode(error, 'EPERM', 'ENOTSUP')) throw error;
  } finally {
    await rm(beside, { force: true });
  }
}

interface Newest extends LookedFile {
  readonly number: number;
}
/** Hashed beside: a process that answers requests looks, too, and contents may be large. */
const markOf = async (number: number, bytes: Uint8Array): Promise<string> =>
  `${number}-${Buffer.from(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)).toString('hex')}`;

async function newest(location: string): Promise<Newest | undefined> {
  for (;;) {
    const [number = 0] = await numbersOf(location);
    const bytes = await readOr(number === 0 ? location : numbered(location, number));
    if (bytes) return { number, bytes, mark: await markOf(number, bytes) };
    if (number === 0) return undefined;
  }
}

/** Between which steps others may come, as tests of it do: the newest was found, it is what was seen before, the next number is taken. */
type Trace = (point: 'found' | 'seen' | 'taken') => Promise<void>;

/** The copy is that of the newest when this resolves, whoever else puts one there meanwhile. */
async function settle(location: string, trace: Trace): Promise<Newest | undefined> {
  for (;;) {
    const found = await newest(location);
    await trace('found');
    if (!found || found.number === 0) return found;
    const there = await readOr(location);
    if (there && Buffer.compare(there, found.bytes) === 0) return found;
    const beside = path.join(path.dirname(location), `.tmp-${randomUUID()}`);
    try {
      await link(numbered(location, found.number), beside);
      // Emptied meanwhile: there is a newer one.
      if (!(await lstat(beside)).isFile()) continue;
      await rename(beside, location);
      await synced(path.dirname(location));
    } catch (error) {
      // An older one, which whoever has put a newer one took away.
      if (!isCode(error, 'ENOENT')) throw error;
    } finally {
      await rm(beside, { force: true });
    }
  }
}

/** Files that are written beside, forced to the disk, and only then given their name, which nobody else can have by then. */
export function keeping(root: string, trace: Trace = async () => {}): Omit<KeptFiles, 'below' | 'describe'> {
  const at = (below: string): string => path.join(root, ...namesIn(below));
  return {
    keep: async (below, content) => ((await keepAt(at(below), content)) ? 'kept' : 'there'),
    read: async (below) => readOr(at(below)),
    async look(below) {
      const found = await settle(at(below), trace);
      return found && { bytes: found.bytes, mark: found.mark };
    },
    async replace(below, { bytes, mark }, { isAlone } = {}) {
      const location = at(below);
      const found = await newest(location);
      if (found?.mark !== mark) return 'overtaken';
      await trace('seen');
      const own = numbered(location, found.number + 1);
      if (!(await keepAt(own, { bytes }))) return 'overtaken';
      await trace('taken');
      await settle(location, trace);
      // The one before stays for whoever is about to read it.
      const [, , ...older] = await numbersOf(location);
      const places = older.map((number) => numbered(location, number));
      const most = isAlone ? 0 : remembered;
      // The oldest first: whoever is stopped in between leaves none with content behind one without, where nobody would look.
      const full: string[] = [];
      for (const place of places.slice(0, most)) {
        if (!(await hasContent(place))) break;
        full.unshift(place);
      }
      for (const place of full) await empty(place);
      for (const place of places.slice(most)) await rm(place, { force: true });
      return 'replaced';
    },
    async remove(below) {
      const location = at(below);
      for (const number of await numbersOf(location)) await rm(numbered(location, number), { force: true });
      await rm(location, { force: true });
    },
  };
}
