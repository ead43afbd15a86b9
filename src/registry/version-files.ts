import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { FileStore } from '../ports/index.ts';
import { canonical } from './canonical.ts';

/** What a version consists of, beside its manifest: by name, as bytes or as a file of this machine. */
export type Parts = Readonly<Record<string, { readonly bytes: Uint8Array } | { readonly file: string }>>;
type Files = Pick<FileStore, 'keep' | 'read' | 'remove'>;

interface Manifest {
  readonly format: 1;
  readonly model: string;
  readonly version: string;
  /** SHA-256 of each part. */
  readonly parts: Readonly<Record<string, string>>;
  readonly about: unknown;
}
interface Named {
  readonly model: string;
  readonly version: string;
}

const manifestName = 'version.json';
/** `models/<model>/<version>/`. */
const pathOf = ({ model, version }: Named, name: string): string => `models/${model}/${version}/${name}`;
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function hashOfPart(part: Parts[string]): Promise<string> {
  if ('bytes' in part) return hashOf(part.bytes);
  const hash = createHash('sha256');
  await pipeline(createReadStream(part.file), hash);
  return hash.digest('hex');
}

/**
 * Keeps the parts of a version, and then the manifest by which it is whole. Gives its content hash, which covers all of them. An attempt that was
 * killed may have left some: equal ones are taken over, others, which no manifest names, are put in their place.
 */
export async function keepVersion(
  files: Files,
  version: Named,
  { parts, about }: { readonly parts: Parts; readonly about: unknown },
): Promise<string> {
  const hashes: Record<string, string> = {};
  for (const [name, part] of Object.entries(parts)) {
    const hash = await hashOfPart(part);
    hashes[name] = hash;
    await place(files, pathOf(version, name), part, hash);
  }
  const { model, version: id } = version;
  const manifest: Manifest = { format: 1, model, version: id, parts: hashes, about };
  const bytes = Buffer.from(`${canonical(manifest)}\n`);
  await place(files, pathOf(version, manifestName), { bytes }, hashOf(bytes));
  return hashOf(bytes);
}

async function place(files: Files, path: string, part: Parts[string], hash: string): Promise<void> {
  if ((await files.keep(path, part)) === 'kept') return;
  const there = await files.read(path);
  if (there && hashOf(there) === hash) return;
  await files.remove(path);
  await files.keep(path, part);
}

/** A version as it was kept; nothing of it is given when it is not whole. */
export type Opened =
  | {
      readonly is: 'whole';
      readonly about: unknown;
      readonly names: readonly string[];
      readonly part: (name: string) => Promise<Uint8Array>;
    }
  | { readonly is: 'broken'; readonly why: string };

/**
 * Looks a version's manifest and its parts over: those of these names, each of which is read once, or all. `contentHash`: as the state knows it.
 */
export async function openVersion(
  files: Pick<Files, 'read'>,
  version: Named & { readonly contentHash: string },
  only?: readonly string[],
): Promise<Opened> {
  const path = pathOf(version, manifestName);
  const bytes = await files.read(path);
  if (!bytes) return broken(`${path} is not there`);
  if (hashOf(bytes) !== version.contentHash) return broken(`${path} is not what was registered`);
  const { parts, about } = JSON.parse(Buffer.from(bytes).toString('utf8')) as Manifest;
  const whole = async (name: string): Promise<Uint8Array> => {
    const found = await files.read(pathOf(version, name));
    if (!found) throw new Error(`${pathOf(version, name)} is not there`);
    if (hashOf(found) !== parts[name]) throw new Error(`${pathOf(version, name)} is not what was registered`);
    return found;
  };
  const kept = new Map<string, Uint8Array>();
  for (const name of only ?? Object.keys(parts)) {
    try {
      const found = await whole(name);
      // All of them together may be large.
      if (only) kept.set(name, found);
    } catch (error) {
      return broken((error as Error).message);
    }
  }
  return { is: 'whole', about, names: Object.keys(parts), part: async (name) => kept.get(name) ?? whole(name) };
}
const broken = (why: string): Opened => ({ is: 'broken', why });
