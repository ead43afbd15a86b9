import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';
import { EsteiraError } from '../errors.ts';
import type { KeptFiles, LookedFile, Warehouse } from '../ports/index.ts';
import { makeFolder } from './make-folder.ts';

/** The files of a warehouse that are in use on this machine while a process has it, and elsewhere between. */
export interface Kept {
  readonly store: KeptFiles;
  /** Where the engine has them, and room for copies. */
  readonly folder: string;
  /** By catalog: its file in that folder. */
  readonly files: ReadonlyMap<string, string>;
}
/** `warehouse/latest.json` of the store: one moment of all catalogs. */
interface Latest {
  readonly number: number;
  readonly catalogs: Readonly<Record<string, { readonly file: string; readonly sha256: string }>>;
}
const latestPath = 'warehouse/latest.json';
const place = (catalog: string, sha256: string): string => `warehouse/${catalog}/${sha256}.duckdb.zst`;
const encode = (latest: Latest): Uint8Array => Buffer.from(`${JSON.stringify(latest)}\n`);
const decode = (found: LookedFile | undefined): Latest | undefined =>
  found && (JSON.parse(Buffer.from(found.bytes).toString('utf8')) as Latest);

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** What the files here were when they were those of the store: they are again while nobody has touched them. */
class Note {
  readonly #file: string;
  readonly #kept: Kept;
  constructor(kept: Kept) {
    this.#kept = kept;
    this.#file = path.join(kept.folder, 'kept.json');
  }
  #now(number: number): string {
    const marks = [...this.#kept.files].map(([catalog, file]) => {
      const { size, mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 };
      return [catalog, size, mtimeMs, existsSync(`${file}.wal`)];
    });
    return JSON.stringify({ number, marks });
  }
  holds(number: number): boolean {
    return existsSync(this.#file) && readFileSync(this.#file, 'utf8') === this.#now(number);
  }
  write(number: number): void {
    writeFileSync(this.#file, this.#now(number));
  }
  remove(): void {
    rmSync(this.#file, { force: true });
  }
}

/** Brings the files to where the engine opens them; what the store has counts. Before anything was kept there, those that are here stay. */
export async function fetchFiles(kept: Kept): Promise<LookedFile | undefined> {
  makeFolder(kept.folder);
  const note = new Note(kept);
  for (let tries = 0; ; tries += 1) {
    const found = await kept.store.look(latestPath);
    const latest = decode(found);
    if (!latest || note.holds(latest.number)) return found;
    const missing = await fetchAll(kept, latest);
    if (missing === undefined) {
      note.write(latest.number);
      return found;
    }
    // Somebody has put newer ones meanwhile, and taken these away.
    if (tries === 2) throw broken(kept, `${missing} is not there`);
  }
}

async function fetchAll({ store, folder, files }: Kept, { catalogs }: Latest): Promise<string | undefined> {
  for (const [catalog, file] of files) {
    const its = catalogs[catalog];
    for (const end of ['', '.wal']) rmSync(file + end, { force: true });
    if (!its) continue;
    const bytes = await store.read(its.file);
    if (!bytes) return its.file;
    const half = path.join(folder, `${catalog}.fetched`);
    await pipeline(Readable.from([bytes]), createZstdDecompress(), createWriteStream(half));
    if ((await hashOf(half)) !== its.sha256) throw broken({ store }, `${its.file} is not what was kept`);
    renameSync(half, file);
  }
  return undefined;
}

const broken = ({ store }: Pick<Kept, 'store'>, got: string): EsteiraError =>
  new EsteiraError('BACKUP_UNUSABLE', {
    ...{ what: 'The warehouse as it is kept is not whole.', where: store.describe, got },
    next: 'Bring these files back, or restore a backup: esteira restore <folder>.',
  });

/** Puts copies of the catalogs into the store, and then the word of them in the place of what was looked at. */
async function putFiles(
  { store, folder }: Kept,
  copies: ReadonlyMap<string, string>,
  before: LookedFile | undefined,
): Promise<Latest> {
  const former = decode(before);
  const catalogs: Record<string, Latest['catalogs'][string]> = { ...former?.catalogs };
  for (const [catalog, copy] of copies) {
    const sha256 = await hashOf(copy);
    if (catalogs[catalog]?.sha256 === sha256) continue;
    const packed = path.join(folder, `${catalog}.packed`);
    await pipeline(createReadStream(copy), createZstdCompress(), createWriteStream(packed));
    const file = place(catalog, sha256);
    await store.keep(file, { file: packed });
    rmSync(packed, { force: true });
    catalogs[catalog] = { file, sha256 };
  }
  const latest: Latest = { number: (former?.number ?? 0) + 1, catalogs };
  const bytes = encode(latest);
  const isPut = before
    ? (await store.replace(latestPath, { bytes, mark: before.mark })) === 'replaced'
    : (await store.keep(latestPath, { bytes })) === 'kept';
  if (!isPut)
    throw new EsteiraError('FENCED', {
      ...{ what: 'Another process has put the warehouse where it is kept.', where: store.describe },
      next: 'Nothing of this process was put there; what was to be done is done by the other, or again.',
    });
  const stays = new Set(Object.values(catalogs).map(({ file }) => file));
  // Those before, and what an attempt that was killed has left.
  for (const file of await store.below('warehouse', 10_000))
    if (file !== latestPath && !stays.has(file)) await store.remove(file);
  return latest;
}

/** Of the port, those after which its files are others. */
const writing = ['change', 'drop', 'claim', 'publish', 'publishUnchanged', 'land', 'replaceRows', 'show'] as const;

/** A warehouse whose files are fetched before it is opened, and put back by `keep`, and when it is closed. */
export async function openKept(kept: Kept, open: () => Promise<Warehouse>): Promise<Warehouse> {
  let before = await fetchFiles(kept);
  const note = new Note(kept);
  const warehouse = await open();
  let isChanged = false;
  const marked = Object.fromEntries(
    writing.map((name) => {
      const work = warehouse[name] as (...given: readonly unknown[]) => Promise<unknown>;
      const noted = async (...given: readonly unknown[]): Promise<unknown> => {
        isChanged = true;
        return work(...given).finally(() => {
          // A copy that was made meanwhile may not have it.
          isChanged = true;
        });
      };
      return [name, noted];
    }),
  ) as Pick<Warehouse, (typeof writing)[number]>; // the same functions, with a note
  const put = async (): Promise<void> => {
    if (!isChanged) return;
    isChanged = false;
    const room = mkdtempSync(path.join(kept.folder, 'copy-'));
    try {
      const copies = await warehouse.backUp(room, async () => {});
      const latest = await putFiles(kept, new Map(copies.map(({ catalog, file }) => [catalog, file])), before);
      before = await kept.store.look(latestPath);
      if (decode(before)?.number !== latest.number) before = { bytes: encode(latest), mark: '' };
    } catch (error) {
      isChanged = true;
      throw error;
    } finally {
      rmSync(room, { recursive: true, force: true });
    }
  };
  let turn: Promise<void> = Promise.resolve();
  const keep = (): Promise<void> => {
    turn = turn.catch(() => {}).then(put);
    return turn;
  };
  return Object.freeze<Warehouse>({
    ...warehouse,
    ...marked,
    keep,
    close: async () => {
      try {
        await keep();
      } finally {
        await warehouse.close();
      }
      const latest = decode(before);
      if (latest) note.write(latest.number);
    },
  });
}

/** After files were put in their place without a process that has them open, as a restore does; whatever the store had. */
export async function putBack(kept: Kept): Promise<void> {
  const there = new Map([...kept.files].filter(([, file]) => existsSync(file)));
  const before = await kept.store.look(latestPath);
  const { number } = await putFiles(kept, there, before);
  new Note(kept).write(number);
}

/** What a restore would replace. */
export async function standingKept({ store }: Pick<Kept, 'store'>): Promise<readonly string[]> {
  return (await store.look(latestPath)) ? [`${store.describe}, ${latestPath}`] : [];
}
