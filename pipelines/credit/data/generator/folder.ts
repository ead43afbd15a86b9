import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from './manifest.ts';

const parse = async <Value>(path: string): Promise<Value | undefined> =>
  existsSync(path) ? (JSON.parse(await readFile(path, 'utf8')) as Value) : undefined;

/**
 * Makes the folder this plan's own before the first file is written, so that a generator that was killed can start again,
 * and files of two plans never lie beside each other. Gives the files that an earlier call has written whole.
 */
export async function takeFolder(folder: string, options: Manifest['options']): Promise<Manifest['files']> {
  const mark = JSON.stringify({ ...options, through: undefined });
  const markPath = join(folder, 'generator.json');
  const found = await parse<object>(markPath);
  const landing = join(folder, 'postgres_public');
  const strange = found === undefined ? existsSync(landing) : JSON.stringify(found) !== mark;
  if (strange) {
    const whose = found === undefined ? 'files of another maker' : `the days of ${JSON.stringify(found)}`;
    throw new Error(`${folder} holds ${whose}; these options are ${mark}. Remove the folder, or name another one.`);
  }
  await mkdir(folder, { recursive: true });
  await writeFile(markPath, mark);
  return (await parse<Manifest>(join(folder, 'manifest.json')))?.files ?? [];
}

/** Writes the manifest, and takes away the landing files that it does not name: later days that an earlier call wrote. */
export async function leaveFolder(folder: string, manifest: Manifest): Promise<void> {
  const named = new Set([...manifest.files, ...manifest.badFiles].map(({ path }) => path));
  for (const entry of await readdir(join(folder, 'postgres_public'), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const relative = path.slice(join(folder, '/').length).replaceAll('\\', '/');
    if (entry.isFile() && !named.has(relative)) await rm(path);
  }
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
