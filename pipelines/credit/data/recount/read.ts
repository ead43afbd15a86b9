import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

export interface LandingFile {
  /** From the folder that was given. */
  readonly path: string;
  readonly table: string;
  readonly date: string;
}

export async function landingFiles(folder: string): Promise<readonly LandingFile[]> {
  const found: LandingFile[] = [];
  for (const table of await readdir(join(folder, 'postgres_public'))) {
    for (const name of (await readdir(join(folder, 'postgres_public', table))).sort()) {
      const date = /^(\d{4}-\d{2}-\d{2}).*\.jsonl(\.gz)?$/.exec(name)?.[1];
      if (date !== undefined) found.push({ path: `postgres_public/${table}/${name}`, table, date });
    }
  }
  return found;
}

/** The lines of a file as objects; undefined when one of them cannot be read, for then the whole file is set aside. */
export async function readLines(folder: string, file: LandingFile): Promise<Record<string, unknown>[] | undefined> {
  const bytes = createReadStream(join(folder, file.path));
  const text = file.path.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  const rows: Record<string, unknown>[] = [];
  try {
    // readline does not pass on its input's error: without this a file cut short would end the process
    const failed = new Promise<never>((_, refuse) => text.once('error', refuse));
    const lines = createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY });
    const all = (async () => {
      for await (const line of lines) rows.push(JSON.parse(line));
    })();
    await Promise.race([all, failed]);
  } catch {
    return undefined;
  } finally {
    bytes.destroy();
  }
  return rows;
}
