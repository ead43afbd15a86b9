import type { Columns } from '../../columns/index.ts';
import type { ExportReader, KeptFiles } from '../../ports/index.ts';
import { type Latest, latestPath, most, readLatestText } from './latest.ts';
import { type Loaded, load } from './loaded.ts';
import { unlike } from './shape.ts';

/** A file may be gone because a newer one has taken its place: then that is looked for, so many times. */
const looks = 3;

/** One table that an endpoint looks up. */
export interface Wanted {
  readonly endpoint: string;
  /** Under `lookup`. */
  readonly name: string;
  /** `catalog.schema.table`. */
  readonly table: string;
  readonly columns: Columns;
}
/** What came of a look at the store. */
export type Looked =
  | { readonly is: 'same' }
  | { readonly is: 'refused'; readonly why: string }
  | { readonly is: 'new'; readonly latest: Latest; readonly loaded: Loaded };

/** Looks for rows that are newer than those in use, and has them ready beside these. Throws what the store says when it does not answer. */
export async function lookFor(
  { endpoint, table, columns }: Wanted,
  used: Latest | undefined,
  { files, open }: { readonly files: Pick<KeptFiles, 'look' | 'read'>; open(): Promise<ExportReader> },
): Promise<Looked> {
  for (let left = looks; ; left -= 1) {
    const found = readLatestText((await files.look(latestPath(endpoint, table)))?.bytes);
    if (found.is === 'none')
      return {
        is: 'refused',
        why: 'nothing is published yet: esteira run builds it, and esteira publish brings it here',
      };
    if (found.is === 'broken') return { is: 'refused', why: `latest.json is broken: ${found.why}` };
    const { latest } = found;
    if (used && latest.sha256 === used.sha256 && latest.writtenAt === used.writtenAt) return { is: 'same' };
    const why = whyNot(latest, used, { table, columns });
    if (why !== undefined) return { is: 'refused', why };
    const bytes = await files.read(latest.path);
    if (!bytes && left > 1) continue;
    if (!bytes) return { is: 'refused', why: `${latest.path} is gone` };
    // By another thread: requests are answered meanwhile.
    const hash = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
    if (Buffer.from(hash).toString('hex') !== latest.sha256)
      return { is: 'refused', why: `${latest.path} has another content than was written` };
    const held = await (await open()).read(bytes, columns);
    if (held.rows !== latest.rows)
      return { is: 'refused', why: `${latest.path} has ${held.rows} rows, and ${latest.rows} were written` };
    try {
      return { is: 'new', latest, loaded: await load(held, columns) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return { is: 'refused', why: `${latest.path}: ${error.message}` };
    }
  }
}

function whyNot(
  latest: Latest,
  used: Latest | undefined,
  { table, columns }: Pick<Wanted, 'table' | 'columns'>,
): string | undefined {
  if (latest.table !== table) return `latest.json is of ${latest.table}`;
  if (used && Temporal.Instant.compare(latest.writtenAt, used.writtenAt) < 0)
    return `what is there was written at ${latest.writtenAt}, before what is in use`;
  const other = unlike(latest, columns);
  if (other !== undefined) return `the rows are others than the definition says: ${other}`;
  if (latest.rows > most.rows || latest.memory > most.memory)
    return `${latest.rows} rows of about ${Math.round(latest.memory / 2 ** 20)} MiB are too many: at most ${most.rows}, and ${most.memory / 2 ** 20} MiB`;
  return undefined;
}

/** Rows in use, and since when. */
export interface InUse {
  readonly latest: Latest;
  readonly loaded: Loaded;
  readonly since: Temporal.Instant;
}
