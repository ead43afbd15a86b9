import { randomUUID } from 'node:crypto';
import { constants, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { LogFile } from '../../ports/index.ts';

/** A file that is larger begins anew; so many of those before it stay. */
const usual = { bytes: 10 << 20, kept: 5 };

/** More is not written at once: `appendFile` makes several writes of it, wherever a line is. */
const atOnce = 512 << 10;

/** A pipe that nobody reads is an error, and is not waited for. */
const { O_APPEND, O_CREAT, O_WRONLY, O_NONBLOCK = 0 } = constants;
const atEnd = O_APPEND | O_CREAT | O_WRONLY | O_NONBLOCK;

/**
 * Lines are added by one write, or several of whole lines, to a file that is opened for it: two processes do not write into each other's lines, and whoever moves the file
 * away (`logrotate`, or this) loses none.
 */
export function logFile(
  file: string,
  {
    describe = file,
    bytes = usual.bytes,
    kept = usual.kept,
  }: { describe?: string; bytes?: number; kept?: number } = {},
): LogFile {
  return {
    describe,
    async append(lines) {
      await mkdir(path.dirname(file), { recursive: true });
      const handle = await open(file, atEnd);
      let size: number;
      try {
        for (const text of textsOf(lines)) await handle.appendFile(text);
        ({ size } = await handle.stat());
      } finally {
        await handle.close();
      }
      if (size >= bytes) await beginAnew(file, { bytes, kept });
    },
  };
}

/** Whole lines; one that is longer than what is written at once stands alone. */
function textsOf(lines: readonly string[]): readonly string[] {
  const texts: string[][] = [];
  let size = atOnce;
  for (const text of lines.map((line) => `${line}\n`)) {
    const own = Buffer.byteLength(text);
    size += own;
    if (size <= atOnce) texts.at(-1)?.push(text);
    else {
      texts.push([text]);
      size = own;
    }
  }
  return texts.map((one) => one.join(''));
}

/** Of the file that was moved last. Two of one millisecond would stand in any order. */
let latest = 0;

/** Under a name that no other has: who comes second moves a small file, and overwrites none. */
async function beginAnew(
  file: string,
  { bytes, kept }: { readonly bytes: number; readonly kept: number },
): Promise<void> {
  const now = await stat(file).catch(() => undefined);
  if (!now || now.size < bytes) return;
  latest = Math.max(Date.now(), latest + 1);
  const stamp = `${new Date(latest).toISOString().replaceAll(/[-:]/g, '')}-${randomUUID().slice(0, 8)}`;
  // Another may have moved it since.
  await rename(file, `${file}.${stamp}`).catch(ifMissing);
  const [folder, name] = [path.dirname(file), path.basename(file)];
  const isOld = (one: string): boolean =>
    one.startsWith(`${name}.`) && /^\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{8}$/.test(one.slice(name.length + 1));
  const old = (await readdir(folder)).filter(isOld).toSorted();
  for (const one of old.slice(0, Math.max(0, old.length - kept))) await rm(path.join(folder, one), { force: true });
}

function ifMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
