import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { EsteiraError } from '../errors.ts';
import type { Manifest } from '../ports/index.ts';
import { readBackup, rowsIn, said, ulid, unusable } from '../run/index.ts';
import { localFolder } from './local.ts';
import { type Placed, placeIn, stopPoint } from './place.ts';
import type { Restoring } from './project.ts';
import { sync } from './swap.ts';

const parts = ['warehouse', 'state'] as const;
type Part = (typeof parts)[number];

interface Asked {
  readonly folder: string;
  readonly environment?: string;
  /** The folder of the backup, by its whole path. */
  readonly from: string;
  /** Only this part. */
  readonly only?: Part;
  /** The name of the project, when what is there may be replaced. */
  readonly confirmed?: string;
  readonly command: string;
  waits(text: string): void;
}
export interface Restored {
  readonly folder: string;
  readonly project: string;
  readonly environment: string;
  /** The moment of which it is. */
  readonly at: string;
  readonly parts: readonly Part[];
  /** What was, or would be, replaced. */
  readonly replaces: readonly string[];
  readonly isDone: boolean;
}

/** What was decided, kept until it is done: from then on a restore only goes forward. */
interface Decided extends Restored {}
const journalOf = (folder: string, environment: string): string =>
  path.join(localFolder(folder), `restore-${environment}.json`);

/** A project whose restore was killed in the middle is not opened. Throws RESTORE_UNFINISHED. */
export function refuseHalfRestored(folder: string, environment: string): void {
  const journal = journalOf(folder, environment);
  if (!existsSync(journal)) return;
  const { folder: from } = JSON.parse(readFileSync(journal, 'utf8')) as Decided;
  throw new EsteiraError('RESTORE_UNFINISHED', {
    what: 'A restore was interrupted: the state and the warehouse may be of two moments.',
    where: journal,
    got: `backup ${from}`,
    next: `esteira restore ${from} goes on with it.`,
  });
}

/**
 * Puts the state and the warehouse of a backup in the place of what is there. Everything is looked at before anything is touched; then it is written beside,
 * put in its place, and what was there is taken away last. Killed before it is decided nothing has changed; after that the next goes on. For one who
 * holds the project's lock.
 */
export async function restore(asked: Asked): Promise<Restored> {
  const { folder, environment } = asked;
  const placed = await placeIn({ folder, ...(environment && { environment }), trace: stopPoint() });
  const { variables } = placed;
  try {
    return await restoreIn(placed, asked);
  } catch (error) {
    throw said(error, { folder, redact: (text) => variables.redact(text) });
  }
}

async function restoreIn(placed: Placed, asked: Asked): Promise<Restored> {
  const { name, config } = placed;
  const journal = journalOf(asked.folder, name);
  if (existsSync(journal)) {
    const decided = JSON.parse(readFileSync(journal, 'utf8')) as Decided;
    const release = await hold(placed, decided.parts, asked);
    try {
      await goOn(placed, decided, journal);
    } finally {
      await release();
    }
    if (decided.folder === asked.from) return { ...decided, isDone: true };
  }
  const manifest = await readBackup(asked.from);
  if (manifest.project !== config.name)
    throw unusable('The backup is of another project.', {
      where: asked.from,
      got: manifest.project,
      allowed: config.name,
    });
  const chosen = parts.filter((part) => asked.only === undefined || asked.only === part);
  const replaces = (await Promise.all(chosen.map((part) => of(placed, part).standing(placed.place)))).flat();
  const { at } = manifest;
  const view = { folder: asked.from, project: config.name, environment: name, at, parts: chosen, replaces };
  if (replaces.length > 0 && asked.confirmed === undefined) return { ...view, isDone: false };
  if (replaces.length > 0 && asked.confirmed !== config.name) throw unconfirmed(asked.confirmed ?? '', config.name);
  const release = await hold(placed, chosen, asked);
  try {
    await stage(placed, chosen, manifest, asked.from);
    write(journal, { ...view, isDone: false });
    await placed.place.trace('restore-decided');
    await goOn(placed, { ...view, isDone: false }, journal);
  } finally {
    await release();
  }
  return { ...view, isDone: true };
}

const of = (placed: Placed, part: Part): Restoring => placed.of[part].restoring;

async function hold(placed: Placed, chosen: readonly Part[], { command, waits }: Asked): Promise<() => Promise<void>> {
  const since = Temporal.Now.instant();
  const owner = { holder: ulid(since), host: hostname(), pid: process.pid, command, since };
  const held: (() => Promise<void>)[] = [];
  const release = async (): Promise<void> => {
    // What it held may have been put aside with what was there.
    for (const one of held) await one().catch(() => undefined);
  };
  try {
    for (const part of chosen) held.push(await of(placed, part).hold(placed.place, owner, waits));
    return release;
  } catch (error) {
    await release();
    throw error;
  }
}

/** Beside what is there; nothing of it is touched, and what another attempt has left is taken away. */
async function stage(placed: Placed, chosen: readonly Part[], manifest: Manifest, folder: string): Promise<void> {
  const { place } = placed;
  try {
    for (const part of chosen) {
      await of(placed, part).clear(place);
      await of(placed, part).stage(place, { folder, manifest, rows: () => rowsIn(folder) });
      await place.trace(`restore-staged-${part}`);
    }
  } catch (error) {
    for (const part of chosen) await of(placed, part).clear(place);
    throw error;
  }
}

async function goOn(placed: Placed, { parts: chosen }: Decided, journal: string): Promise<void> {
  for (const part of chosen) {
    await of(placed, part).swap(placed.place);
    await placed.place.trace(`restore-swapped-${part}`);
  }
  for (const part of chosen) await of(placed, part).clear(placed.place);
  await placed.place.trace('restore-cleared');
  rmSync(journal);
}

/** Whole, or not there. */
function write(journal: string, decided: Decided): void {
  writeFileSync(`${journal}.new`, JSON.stringify(decided));
  sync(`${journal}.new`);
  renameSync(`${journal}.new`, journal);
  sync(path.dirname(journal));
}

const unconfirmed = (got: string, name: string): EsteiraError =>
  new EsteiraError('RESTORE_UNCONFIRMED', {
    what: 'Nothing was restored: that is not the name of the project.',
    got,
    allowed: name,
    next: `Type ${name}, or in a script --yes ${name}`,
  });
