import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { EsteiraError } from '../errors.ts';
import type { KeptRow, Manifest } from '../ports/index.ts';

/** Of a folder that holds a backup; a newer one may say other things. */
const format = 1;
/** A file in it until it is finished; so that nothing else is taken away. */
export const unfinished = 'unfinished';

export async function hashOf(file: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return { bytes: (await stat(file)).size, sha256: hash.digest('hex') };
}

/** What a backup says of itself, once every file is what it was when it was written. Throws BACKUP_UNUSABLE. */
export async function readBackup(folder: string): Promise<Manifest> {
  const file = path.join(folder, 'manifest.json');
  if (existsSync(path.join(folder, unfinished))) throw unusable('This backup was never finished.', { where: folder });
  if (!existsSync(file)) throw unusable('There is no backup in this folder.', { where: folder });
  const manifest = parsed(file);
  if (manifest.format !== format)
    throw unusable('The backup was written by a newer version of Esteira.', {
      where: folder,
      got: `format ${manifest.format}`,
      allowed: `format ${format}`,
    });
  for (const { name, bytes, sha256 } of manifest.files) {
    const one = path.join(folder, name);
    const found = existsSync(one) ? await hashOf(one) : undefined;
    if (found?.bytes === bytes && found.sha256 === sha256) continue;
    throw unusable('A file of the backup is not what it was when it was written; nothing was touched.', {
      where: one,
      got: found ? `${found.bytes} bytes, ${found.sha256}` : 'it is not there',
      allowed: `${bytes} bytes, ${sha256}`,
    });
  }
  return manifest;
}

function parsed(file: string): Manifest {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  } catch (error) {
    throw unusable('What the backup says of itself cannot be read.', { where: file, got: (error as Error).message });
  }
}

/** The state in it, a row at a time. */
export async function* rowsIn(folder: string): AsyncGenerator<KeptRow> {
  const lines = createInterface({ input: createReadStream(path.join(folder, 'state.jsonl')), crlfDelay: Infinity });
  for await (const line of lines) if (line !== '') yield JSON.parse(line) as KeptRow;
}

export const unusable = (
  what: string,
  more: { readonly where: string; readonly got?: string; readonly allowed?: string },
): EsteiraError =>
  new EsteiraError('BACKUP_UNUSABLE', { what, ...more, next: 'Name another one: esteira restore <folder>' });
