import { existsSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EsteiraError } from '../../errors.ts';
import type { Manifest, StateSnapshot } from '../../ports/index.ts';
import { hashOf, type Project, unfinished } from '../../run/index.ts';
import type { BackupView, Context, Input } from '../views.ts';

const going = new Set<string>();

/**
 * Copies the state and the warehouse, as at one moment, while runs go on. All is written beside the folder and gets its name at the end: a backup that was
 * killed is none. Files that sources read are not part of it.
 */
export async function backup(
  project: Project,
  { folder }: Input<'backup'>,
  { signal }: Pick<Context, 'signal'>,
): Promise<BackupView> {
  const partial = `${folder}.partial`;
  refuseThere(folder, partial);
  going.add(folder);
  try {
    rmSync(partial, { recursive: true, force: true });
    await mkdir(path.join(partial, 'warehouse'), { recursive: true });
    await writeFile(path.join(partial, unfinished), '');
    await project.trace('backup-begun');
    const manifest = await copyAll(partial, project, signal);
    await written(path.join(partial, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
    await project.trace('backup-manifest');
    signal.throwIfAborted();
    rmSync(path.join(partial, unfinished));
    await rename(partial, folder);
    await project.trace('backup-named');
    return { folder, ...manifest };
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw error;
  } finally {
    going.delete(folder);
  }
}

function refuseThere(folder: string, partial: string): void {
  const isBusy = going.has(folder);
  const isOther = existsSync(partial) && !existsSync(path.join(partial, unfinished));
  const isFull = existsSync(folder) && readdirSync(folder).length > 0;
  if (!isBusy && !isOther && !isFull) return;
  throw new EsteiraError('FOLDER_NOT_EMPTY', {
    what: isBusy ? 'A backup is being written there.' : 'There is something where the backup would be written.',
    where: isOther ? partial : folder,
    next: 'Name a folder that is not there yet: esteira backup ../backups/2026-09-14',
  });
}

async function copyAll(partial: string, project: Project, signal: AbortSignal): Promise<Manifest> {
  const { state, warehouse, clock } = project;
  let snapshot: StateSnapshot | undefined;
  try {
    const at = clock.now();
    const catalogs = await warehouse.backUp(path.join(partial, 'warehouse'), async () => {
      snapshot = await state.keeping.snapshot();
    });
    await project.trace('backup-warehouse');
    const kept = snapshot as unknown as StateSnapshot; // the warehouse has called for it
    const counts = await writeState(path.join(partial, 'state.jsonl'), kept, signal);
    await project.trace('backup-state');
    const names = [
      'state.jsonl',
      ...catalogs.map(({ file }) => path.relative(partial, file).split(path.sep).join('/')),
    ];
    const files: Manifest['files'][number][] = [];
    for (const name of names) files.push({ name, ...(await hashOf(path.join(partial, name))) });
    return {
      ...{ format: 1, project: project.name, environment: project.environment, at: at.toString() },
      versions: { esteira: project.version, node: process.versions.node, ...warehouse.versions, state: kept.version },
      position: { token: String(kept.token), run: String(kept.runSeq) },
      state: counts,
      catalogs: catalogs.map(({ catalog, file, version, tables, rows }) => ({
        ...{ catalog, version, tables, rows, file: path.relative(partial, file).split(path.sep).join('/') },
      })),
      files,
    };
  } finally {
    await snapshot?.close();
  }
}

/** One line of JSON for each row; gives how many each table has. */
async function writeState(file: string, { rows }: StateSnapshot, signal: AbortSignal): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const out = await open(file, 'wx');
  try {
    let waiting: string[] = [];
    const flush = async (): Promise<void> => {
      signal.throwIfAborted();
      if (waiting.length > 0) await out.write(`${waiting.join('\n')}\n`);
      waiting = [];
    };
    for await (const row of rows()) {
      counts[row.table] = (counts[row.table] ?? 0) + 1;
      waiting.push(JSON.stringify(row));
      if (waiting.length === 500) await flush();
    }
    await flush();
    await out.sync();
  } finally {
    await out.close();
  }
  return counts;
}

/** On the disk before the folder has its name. */
async function written(file: string, text: string): Promise<void> {
  const out = await open(file, 'wx');
  try {
    await out.write(text);
    await out.sync();
  } finally {
    await out.close();
  }
}
