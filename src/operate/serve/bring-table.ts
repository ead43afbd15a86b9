import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Columns, keyOf } from '../../columns/index.ts';
import { EsteiraError } from '../../errors.ts';
import { placeOf } from '../../plan/index.ts';
import type { Counted, Exported, KeptFiles, LookedFile, Publication } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';
import {
  type Latest,
  latestPath,
  latestText,
  most,
  readLatestText,
  shapeOf,
  snapshotPath,
  tableFolder,
} from '../../serve/tables/index.ts';
import { labelIn } from '../alerts/subject.ts';
import { counted } from '../numbers.ts';
import type { Served } from './served.ts';

type Table = Extract<Served, { readonly of: 'table' }>;
export interface Bringing {
  readonly project: Project;
  /** Also whether the file is there that is said to be. */
  readonly thorough: boolean;
  /** Whatever the store says, this project goes on. */
  readonly takeOver: boolean;
}
export interface BroughtRows {
  readonly state: 'published' | 'there' | 'nothing yet';
  readonly latest?: Latest;
}

/** How long the file stays whose place another has taken: somebody may be reading it. */
const grace = { minutes: 15 } as const;
const mostFiles = 10_000;

/**
 * Brings the rows of a table to the store, if it has not those of its newest publication: first the rows, under a name of their own, then what says which
 * rows count, in the place of what was looked at before. What was killed in between is done again.
 */
export async function bringTable(store: KeptFiles, table: Table, bringing: Bringing): Promise<BroughtRows> {
  const { node, endpoint } = table;
  const { project } = bringing;
  for (;;) {
    // The store first: a publication that it has is one that the warehouse has too, or is of another warehouse.
    const looked = await store.look(latestPath(endpoint, node.id));
    const found = readLatestText(looked?.bytes);
    const there = found.is === 'whole' ? found.latest : undefined;
    const { latest, generations } = await project.warehouse.position(node.catalog);
    const scope = `${node.schema}.${node.table}`;
    const [publication, generation] = [latest.get(scope), generations.get(scope)];
    if (!publication || generation === undefined) return { state: 'nothing yet' };
    if (there && !bringing.takeOver) await refuseOthers(there, { publication, generation }, { store, table, project });
    if (there && !bringing.takeOver && (await isThere(there, { publication, generation }, { store, table, bringing })))
      return { state: 'there', latest: there };
    const next = await write(store, { table, project, there });
    if (!next) continue;
    if (!(await put(store, { path: latestPath(endpoint, node.id), looked, bytes: latestText(next) }))) continue;
    await project.trace('rows-latest');
    await sweep(store, { next, there, folder: tableFolder(endpoint, node.id) });
    await project.trace('former-rows-removed');
    return { state: 'published', latest: next };
  }
}

interface Standing {
  readonly publication: Publication;
  readonly generation: string;
}

/** Throws PUBLISH_CONFLICT where the store has rows of somebody else, or later ones than this warehouse knows. */
async function refuseOthers(
  there: Latest,
  { publication, generation }: Standing,
  { store, table: { node, endpoint }, project }: { store: KeptFiles; table: Table; project: Project },
): Promise<void> {
  const where = `${store.describe}, ${latestPath(endpoint, node.id)}`;
  if (there.project !== project.name || there.environment !== project.environment)
    throw new EsteiraError('PUBLISH_CONFLICT', {
      what: 'Another project publishes for an endpoint of the same name.',
      where,
      got: `${there.project}, environment ${there.environment}`,
      allowed: `${project.name}, environment ${project.environment}`,
      next: 'Give one of the two a prefix, or a store, of its own in esteira.config.ts.',
    });
  const own = Number(publication.sequence);
  if (there.generation !== generation || there.sequence < own) return;
  if (there.sequence === own) {
    const known = await project.warehouse.publications(node.catalog, there.run);
    if (known.some(({ step }) => step === node.id)) return;
  }
  const label = labelIn(project.graph, node.id);
  throw new EsteiraError('PUBLISH_CONFLICT', {
    what: `The store has rows of ${label} of a publication that this warehouse does not know.`,
    where,
    got: `publication ${there.sequence}, of run ${there.run} at ${there.publishedAt}; here the last is ${own}`,
    next: `Was an older backup restored? Then the next publications are served once there are more of them; now: esteira publish --take-over ${label}. A copy of a project needs a prefix of its own.`,
  });
}

/** Whether nothing is to be written. */
async function isThere(
  there: Latest,
  { publication, generation }: Standing,
  { store, table, bringing }: { store: KeptFiles; table: Table; bringing: Bringing },
): Promise<boolean> {
  const { columns } = table.node.definition;
  const isSame =
    there.generation === generation &&
    there.sequence === Number(publication.sequence) &&
    there.key === keyOf(columns)[0] &&
    JSON.stringify(there.columns) === JSON.stringify(shapeOf(columns));
  if (!isSame || !bringing.thorough) return isSame;
  return (await store.below(tableFolder(table.endpoint, table.node.id), mostFiles)).includes(there.path);
}

/** Puts the rows as they are now into the store, and gives what is to be said of them; nothing where the table has none any more. */
async function write(
  store: KeptFiles,
  { table, project, there }: { readonly table: Table; readonly project: Project; readonly there: Latest | undefined },
): Promise<Latest | undefined> {
  const { node, endpoint } = table;
  const { columns } = node.definition as { readonly columns: Columns };
  const [key = ''] = keyOf(columns);
  const folder = await mkdtemp(path.join(tmpdir(), 'esteira-export-'));
  try {
    const file = path.join(folder, 'rows.parquet');
    const judge = (found: Counted): void => refuseUnservable(found, { table, project });
    const exported = await project.warehouse.exportRows(placeOf(node), { columns, key, file, judge });
    if (!exported) return undefined;
    await project.trace('rows-exported');
    const sha256 = await hashOf(file);
    const at = laterThan(there, project.clock.now());
    const next = latestOf(exported, { table, project, sha256, key, there, at });
    await store.keep(snapshotPath(endpoint, node.id, next), { file });
    await project.trace('rows-kept');
    return next;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function latestOf(
  { generation, sequence, runId: run, publishedAt, rows, bytes: memory }: Exported,
  of: {
    readonly table: Table;
    readonly project: Project;
    readonly sha256: string;
    readonly key: string;
    readonly there: Latest | undefined;
    readonly at: Temporal.Instant;
  },
): Latest {
  const { table, project, sha256, key, there, at } = of;
  const { node, endpoint } = table;
  const own = snapshotPath(endpoint, node.id, { sequence: Number(sequence), sha256 });
  const since = at.subtract(grace);
  const former = [...(there ? [...there.former, { path: there.path, at: at.toString() }] : [])].filter(
    (one) => one.path !== own && Temporal.Instant.compare(one.at, since) > 0,
  );
  return {
    ...{ project: project.name, environment: project.environment, table: node.id, path: own, sha256 },
    ...{ rows, memory, key, columns: shapeOf(node.definition.columns), generation, sequence: Number(sequence), run },
    ...{ publishedAt: publishedAt.toString(), writtenAt: at.toString(), former },
  };
}

/** Clocks differ, and are put back: what is written later says so. */
const laterThan = (there: Latest | undefined, now: Temporal.Instant): Temporal.Instant => {
  const before = there && Temporal.Instant.from(there.writtenAt);
  return before && Temporal.Instant.compare(now, before) <= 0 ? before.add({ microseconds: 1 }) : now;
};

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Throws TABLE_UNSERVABLE for rows that an endpoint could not take, or could not find. */
function refuseUnservable(
  { rows, keys, bytes, missing }: Counted,
  { table: { node, endpoint }, project }: { readonly table: Table; readonly project: Project },
): void {
  const label = labelIn(project.graph, node.id);
  const { columns } = node.definition as { readonly columns: Columns };
  const refuse = (got: string, allowed: string, next: string): EsteiraError =>
    new EsteiraError('TABLE_UNSERVABLE', {
      what: `The endpoint ${endpoint} cannot look up in ${label}; it goes on with the rows that it has.`,
      where: `endpoint ${endpoint}, ${label}`,
      ...{ got, allowed, next },
    });
  const mebibytes = (of: number): string => `${Math.round(of / 2 ** 20).toLocaleString('en')} MiB`;
  if (rows > most.rows || bytes > most.memory)
    throw refuse(
      `${rows.toLocaleString('en')} rows, about ${mebibytes(bytes)} in memory`,
      `at most ${most.rows.toLocaleString('en')} rows, and ${mebibytes(most.memory)}`,
      'Look up in a table that has only the rows and columns that requests need.',
    );
  const promised = Object.keys(missing).find((name) => !columns[name]?.facts.nullable);
  if (promised !== undefined)
    throw refuse(
      `${counted(missing[promised] ?? 0, 'row')} without ${promised}`,
      `${promised} in every row: its column is not optional`,
      `Was the column added after they were written? esteira reprocess ${label} writes them anew; else say .optional().`,
    );
  if (keys !== rows)
    throw refuse(
      `${rows - keys} rows have a key that another has`,
      'one row for each key',
      `esteira reprocess ${label}`,
    );
}

/** False when somebody else was faster. */
export async function put(
  store: KeptFiles,
  { path: at, looked, bytes }: { path: string; looked: LookedFile | undefined; bytes: Uint8Array },
): Promise<boolean> {
  if (!looked) return (await store.keep(at, { bytes })) === 'kept';
  return (await store.replace(at, { bytes, mark: looked.mark })) === 'replaced';
}

/** Takes files away that nobody can be looking for any more: those whose time is over, and what was left by attempts that came to nothing. */
async function sweep(
  store: KeptFiles,
  { next, there, folder }: { readonly next: Latest; readonly there: Latest | undefined; readonly folder: string },
): Promise<void> {
  const kept = new Set([next.path, ...next.former.map((one) => one.path)]);
  const over = new Set(there?.former.map((one) => one.path));
  const sequenceOf = (file: string): number => Number(/\/(\d+)-[0-9a-f]+\.parquet$/.exec(file)?.[1] ?? Number.NaN);
  for (const file of await store.below(folder, mostFiles))
    if (!kept.has(file) && (over.has(file) || sequenceOf(file) <= next.sequence)) await store.remove(file);
}
