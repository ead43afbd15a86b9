import { existsSync } from 'node:fs';
import path from 'node:path';
import { EsteiraError } from '../errors.ts';
import { unusable } from '../run/index.ts';
import type { Kept } from './kept-note.ts';
import { putBack, standingKept } from './kept-warehouse.ts';
import type { Place, Restoring } from './project.ts';
import { clearFile, stageCopy, staged, swapFile } from './swap.ts';

const nobody = async (): Promise<() => Promise<void>> => async () => {};
const wal: readonly string[] = ['.wal'];
const beside: readonly string[] = ['-wal', '-shm'];

/** One file for each catalog. */
export function ofCatalogs(fileIn: (place: Place, catalog: string) => string): Restoring {
  const filesIn = (place: Place): readonly string[] => place.catalogs.map((catalog) => fileIn(place, catalog));
  return Object.freeze<Restoring>({
    standing: async (place) => filesIn(place).filter((file) => existsSync(file)),
    hold: nobody,
    stage: async (place, { folder, manifest: { catalogs } }) => {
      const foreign = catalogs.find(({ catalog }) => !place.catalogs.includes(catalog));
      if (foreign)
        throw unusable('The backup has a catalog that the project does not have.', {
          where: folder,
          got: foreign.catalog,
          allowed: place.catalogs.join(', '),
        });
      const { newest } = await import('../adapters/duckdb/version.ts');
      const newer = catalogs.find(({ version }) => version > newest);
      if (newer) throw ofNewer(`The catalog ${newer.catalog} of the backup`, folder, newer.version, newest);
      for (const { catalog, file } of catalogs) stageCopy(path.join(folder, file), fileIn(place, catalog));
    },
    swap: async (place) => {
      for (const file of filesIn(place)) swapFile(file, wal);
    },
    clear: async (place) => {
      for (const file of filesIn(place)) clearFile(file, wal);
    },
  });
}

/** The same, of files that are kept elsewhere. */
export function ofKept(files: Restoring, keptIn: (place: Place) => Promise<Kept>): Restoring {
  return Object.freeze<Restoring>({
    ...files,
    standing: async (place) => standingKept(await keptIn(place)),
    swap: async (place) => {
      await files.swap(place);
      await putBack(await keptIn(place));
    },
  });
}

export function ofSqlite(fileIn: (place: Place) => string): Restoring {
  return Object.freeze<Restoring>({
    standing: async (place) => [fileIn(place)].filter((file) => existsSync(file)),
    hold: async (place) => {
      const { takeSqliteLock } = await import('../adapters/sqlite/lock.ts');
      const lock = await takeSqliteLock(`${fileIn(place)}-owner`);
      if (lock) return async () => lock.release();
      throw new EsteiraError('OWNED_ELSEWHERE', {
        what: 'Another process has the state open.',
        where: fileIn(place),
        next: 'Wait until it ends, and give the command again; nothing was touched.',
      });
    },
    stage: async (place, { folder, manifest, rows }) => {
      const [{ stageSqliteState }, { newest }] = await Promise.all([
        import('../adapters/sqlite/stage.ts'),
        import('../adapters/state/migrations.ts'),
      ]);
      refuseNewer(folder, Number(manifest.versions['state']), newest);
      await stageSqliteState(staged(fileIn(place)), Number(manifest.versions['state']), rows());
    },
    swap: async (place) => swapFile(fileIn(place), beside),
    clear: async (place) => clearFile(fileIn(place), beside),
  });
}

export function ofPostgres(
  where: (place: Place) => { readonly url: string; readonly schema: string; readonly project: string },
): Restoring {
  const stage = () => import('../adapters/postgres/stage.ts');
  return Object.freeze<Restoring>({
    standing: async (place) => {
      const of = where(place);
      return (await (await stage()).isPostgresStateThere(of)) ? [`Postgres schema ${of.schema}`] : [];
    },
    hold: async (place, owner, waits) => {
      const { openPostgresState } = await import('../adapters/postgres/state.ts');
      const state = await openPostgresState(where(place));
      try {
        const owned = await state.own(owner, waits);
        return async () => {
          await owned.release();
          await state.close();
        };
      } catch (error) {
        await state.close();
        throw error;
      }
    },
    stage: async (place, { folder, manifest, rows }) => {
      const [{ stagePostgresState }, { newest }] = await Promise.all([
        stage(),
        import('../adapters/state/migrations.ts'),
      ]);
      refuseNewer(folder, Number(manifest.versions['state']), newest);
      await stagePostgresState(where(place), Number(manifest.versions['state']), rows());
    },
    swap: async (place) => (await stage()).swapPostgresState(where(place)),
    clear: async (place) => (await stage()).clearPostgresState(where(place)),
  });
}

function refuseNewer(folder: string, version: number, newest: number): void {
  if (version > newest) throw ofNewer('The state of the backup', folder, version, newest);
}
const ofNewer = (what: string, where: string, version: number, newest: number): EsteiraError =>
  new EsteiraError('STATE_NEWER', {
    what: `${what} was written by a newer version of Esteira.`,
    where,
    got: `tables of version ${version}`,
    allowed: `up to version ${newest}`,
    next: 'Use the version of Esteira that has written the backup; nothing was touched.',
  });
