import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';
import { EsteiraError } from '../errors.ts';
import type { LookedFile } from '../ports/index.ts';
import { clearWork, type Kept, Note, standingIn, workOf } from './kept-note.ts';
import { makeFolder } from './make-folder.ts';

/** `warehouse/latest.json` of the store: one moment of all catalogs. */
export interface Latest {
  readonly project: string;
  readonly environment: string;
  /** The same in all that follow one another. */
  readonly origin: string;
  readonly number: number;
  readonly catalogs: Readonly<Record<string, { readonly file: string; readonly sha256: string }>>;
}
export const latestPath = 'warehouse/latest.json';
/** With the number of the moment that it was put for: whoever takes away what is older takes nothing of those that come after. */
const placeOf = (catalog: string, number: number, sha256: string): string =>
  `warehouse/${catalog}/${number}-${sha256}.duckdb.zst`;
const numberIn = (file: string): number => Number(/^(\d+)-/.exec(path.posix.basename(file))?.[1] ?? 0);

export interface Found extends LookedFile {
  readonly latest: Latest;
}

/** What the store has, if anything. Throws ENVIRONMENTS_SHARE where that is somebody else's. */
export async function lookAt({ store, project, environment }: Kept): Promise<Found | undefined> {
  const found = await store.look(latestPath);
  if (!found) return undefined;
  const latest = JSON.parse(Buffer.from(found.bytes).toString('utf8')) as Latest;
  if (latest.project === project && latest.environment === environment) return { ...found, latest };
  throw new EsteiraError('ENVIRONMENTS_SHARE', {
    what: 'Where the warehouse is to be kept, there is that of another environment or project.',
    where: store.describe,
    got: `${latest.project}, environment ${latest.environment}`,
    allowed: `${project}, environment ${environment}`,
    next: 'Give each a place of its own: another schema of postgresFiles(…), another prefix of s3(…).',
  });
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/**
 * Brings the files to where the engine opens them; what the store has counts. Before anything was kept there, those that are here stay. Throws FOLDER_NOT_EMPTY
 * where those that are here were never the store's; with `onlyCopies` nothing else can be here.
 */
export async function fetchFiles(kept: Kept, { onlyCopies = false } = {}): Promise<Found | undefined> {
  makeFolder(kept.folder);
  const note = new Note(kept);
  for (let tries = 0; ; tries += 1) {
    const found = await lookAt(kept);
    if (!found || note.holds(found.latest)) return found;
    if (!onlyCopies) refuseOthers(kept, note.origin, found.latest);
    // Killed from here on, they are known not to be whole.
    note.open(found.latest.origin);
    const missing = await fetchAll(kept, found.latest).finally(() => clearWork(kept));
    if (missing === undefined) {
      note.whole(found.latest);
      return found;
    }
    // Somebody has put newer ones meanwhile, and taken these away.
    if (tries === 2) throw broken(kept, `${missing} is not there`);
  }
}

function refuseOthers(kept: Kept, origin: string | null | undefined, latest: Latest): void {
  if (origin === null || origin === latest.origin) return;
  const [first] = standingIn(kept);
  if (first === undefined) return;
  throw new EsteiraError('FOLDER_NOT_EMPTY', {
    what: 'The warehouse is kept elsewhere, and the files that are here were never put there: nothing was touched.',
    where: kept.folder,
    got: standingIn(kept)
      .map((file) => path.basename(file))
      .join(', '),
    allowed: `an empty folder, or files that were brought from ${kept.store.describe}`,
    next: 'Move them to another folder, and what is kept is brought. If they are to count instead, make a backup without `kept` in esteira.config.ts, and then restore it.',
  });
}

async function fetchAll(kept: Kept, { catalogs }: Latest): Promise<string | undefined> {
  const { store, files } = kept;
  makeFolder(workOf(kept));
  for (const [catalog, file] of files) {
    const its = catalogs[catalog];
    for (const end of ['', '.wal']) rmSync(file + end, { force: true });
    if (!its) continue;
    const bytes = await store.read(its.file);
    if (!bytes) return its.file;
    const half = path.join(workOf(kept), `${catalog}.fetched`);
    await pipeline(Readable.from([bytes]), createZstdDecompress(), createWriteStream(half));
    if ((await hashOf(half)) !== its.sha256) throw broken(kept, `${its.file} is not what was kept`);
    renameSync(half, file);
  }
  return undefined;
}

const broken = ({ store }: Kept, got: string): EsteiraError =>
  new EsteiraError('BACKUP_UNUSABLE', {
    ...{ what: 'The warehouse as it is kept is not whole.', where: store.describe, got },
    next: 'Bring these files back, or restore a backup: esteira restore <folder>.',
  });

const textOf = (found: Pick<LookedFile, 'bytes'> | undefined): string =>
  found ? Buffer.from(found.bytes).toString('utf8') : '';

/** What a process puts, each on what it has seen or put before. */
export class Putting {
  readonly #kept: Kept;
  /** Of the first that is ever put, whichever attempt of it is carried out. */
  readonly #first = randomUUID();
  #before: Found | undefined;
  /** Whether the store may have another by now that is ours: nobody says the mark of what was put, and an answer may be lost. */
  #isSure = true;
  /** What is ours of all that may be found there. */
  #own: Set<string>;

  constructor(kept: Kept, before: Found | undefined) {
    this.#kept = kept;
    this.#before = before;
    this.#own = new Set([textOf(before)]);
  }

  get latest(): Latest | undefined {
    return this.#before?.latest;
  }

  /** Puts copies of the catalogs into the store, and then the word of them in the place of what is known to be there. Throws FENCED where that is another's. */
  async put(copies: ReadonlyMap<string, string>): Promise<Latest> {
    const { store, project, environment } = this.#kept;
    if (!this.#isSure) await this.#find();
    for (;;) {
      const before = this.#before;
      const number = (before?.latest.number ?? 0) + 1;
      const origin = before?.latest.origin ?? this.#first;
      const catalogs = await this.#keepAll(copies, number);
      const latest: Latest = { project, environment, origin, number, catalogs };
      const text = `${JSON.stringify(latest)}\n`;
      const bytes = Buffer.from(text);
      // From here on the files may be the store's, whether an answer comes or not.
      this.#own.add(text);
      this.#isSure = false;
      new Note(this.#kept).open(origin);
      const isPut = before
        ? (await store.replace(latestPath, { bytes, mark: before.mark })) === 'replaced'
        : (await store.keep(latestPath, { bytes })) === 'kept';
      // What was to stand in the place of the one before cannot any more.
      if (isPut) [this.#before, this.#own] = [{ bytes, mark: '', latest }, new Set([text])];
      // An earlier attempt, which was carried out after all, may have been quicker.
      else await this.#find();
      if (!isPut && textOf(this.#before) !== text) continue;
      // The next that puts does it again.
      await this.#sweep(latest).catch(() => undefined);
      return latest;
    }
  }

  /** What is there now, which must be ours. */
  async #find(): Promise<void> {
    const found = await lookAt(this.#kept);
    const text = textOf(found);
    if (!this.#own.has(text))
      throw new EsteiraError('FENCED', {
        ...{ what: 'Another process has put the warehouse where it is kept.', where: this.#kept.store.describe },
        next: 'Nothing of this process was put there; what was to be done is done by the other, or again.',
      });
    if (text !== textOf(this.#before)) this.#own = new Set([text]);
    this.#before = found;
    this.#isSure = true;
  }

  async #keepAll(copies: ReadonlyMap<string, string>, number: number): Promise<Latest['catalogs']> {
    const catalogs = { ...this.#before?.latest.catalogs };
    makeFolder(workOf(this.#kept));
    for (const [catalog, copy] of copies) {
      const sha256 = await hashOf(copy);
      if (catalogs[catalog]?.sha256 === sha256) continue;
      const packed = path.join(workOf(this.#kept), `${catalog}.packed`);
      await pipeline(createReadStream(copy), createZstdCompress(), createWriteStream(packed));
      const file = placeOf(catalog, number, sha256);
      await this.#kept.store.keep(file, { file: packed });
      rmSync(packed, { force: true });
      catalogs[catalog] = { file, sha256 };
    }
    return catalogs;
  }

  /** Those before, and what attempts that were killed have left. Who comes next may be at it already: what has a later number is theirs. */
  async #sweep({ catalogs, number }: Latest): Promise<void> {
    const { store } = this.#kept;
    const stays = new Set(Object.values(catalogs).map(({ file }) => file));
    for (const file of await store.below('warehouse', 10_000))
      if (file !== latestPath && !stays.has(file) && numberIn(file) <= number) await store.remove(file);
  }
}
