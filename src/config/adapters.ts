import { realpathSync } from 'node:fs';
import path from 'node:path';
import { EsteiraError } from '../errors.ts';
import { localFolder, resolved } from './local.ts';
import { makeFolder } from './make-folder.ts';
import type { FilesAdapter, KeptAdapter, Place, StateAdapter, Value, WarehouseAdapter } from './project.ts';
import { ofCatalogs, ofKept, ofSqlite } from './restoring.ts';

/** A place by its own name, whatever links lead there; what is not there yet, below the folder that is. */
function real(place: string): string {
  try {
    return realpathSync(place);
  } catch (error) {
    const above = path.dirname(place);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === place) return place;
    return path.join(real(above), path.basename(place));
  }
}

/** One file for each catalog: `<folder>/<catalog>.duckdb`. */
export function duckdb(options: {
  readonly folder: Value;
  /** What the engine may use beside Node's own memory, as '2GB'; default 40 % of what the process may use. */
  readonly memoryLimit?: string;
  readonly threads?: number;
  /** Where it puts what does not fit in memory; default beside the files. */
  readonly temporaryFolder?: Value;
  /**
   * Where its files are while no process has them: brought from there when it is opened, and put back before a run is called done. For a project whose machines
   * keep nothing: `postgresFiles(…)`, `s3(…)`.
   */
  readonly kept?: KeptAdapter | FilesAdapter;
  /** How large that may grow, as '20GB'. */
  readonly temporaryLimit?: string;
}): WarehouseAdapter {
  refuseSizes(options);
  refuseText('duckdb', 'folder', options.folder);
  // Two engines must not have one: they give their files the same names.
  const spillsIn = (place: Place, folder: string) => path.resolve(resolved(place.folder, folder), place.environment);
  const folderIn = (place: Place) => resolved(place.folder, place.value(options.folder));
  const fileIn = (place: Place, catalog: string) => path.join(folderIn(place), `${place.prefix}${catalog}.duckdb`);
  const opened = async (place: Place, { readOnly = false, folder = folderIn(place), spills = '' } = {}) => {
    const { openDuckdb } = await import('../adapters/duckdb/warehouse.ts');
    const { folder: _, kept: __, temporaryFolder, ...rest } = options;
    return openDuckdb({
      ...rest,
      readOnly,
      folder,
      prefix: place.prefix,
      trace: place.trace,
      catalogs: place.catalogs,
      ...(temporaryFolder ? { temporaryFolder: spillsIn(place, place.value(temporaryFolder)) } : {}),
      ...(spills ? { temporaryFolder: spills } : {}),
    });
  };
  const { kept } = options;
  const keptIn = async (of: KeptAdapter | FilesAdapter, place: Place, folder = folderIn(place)) => ({
    ...{ store: await of.open(place), project: place.project, environment: place.environment, folder },
    files: new Map(
      place.catalogs.map((catalog) => [catalog, path.join(folder, path.basename(fileIn(place, catalog)))]),
    ),
  });
  return Object.freeze({
    role: 'warehouse',
    adapter: 'duckdb',
    options,
    writes: (place: Place) => [
      ...place.catalogs.map((catalog) => real(fileIn(place, catalog))),
      ...(kept ? kept.writes(place) : []),
    ],
    restoring: kept ? ofKept(ofCatalogs(fileIn), (place) => keptIn(kept, place)) : ofCatalogs(fileIn),
    open: async (place: Place) => {
      makeFolder(folderIn(place));
      if (!kept) return opened(place);
      const { openKept } = await import('./kept-warehouse.ts');
      return openKept(await keptIn(kept, place), () => opened(place));
    },
    // What does not fit in memory is put below this project, and so is what is kept elsewhere: nothing is written where the other's files are.
    look: async (place: Place) => {
      const local = localFolder(place.folder);
      const looking = { readOnly: true, spills: path.join(local, 'temporary') };
      if (!kept) return opened(place, looking);
      const { fetchFiles } = await import('./kept-files.ts');
      const beside = await keptIn(kept, place, path.join(local, 'against', place.environment));
      return opened(
        place,
        (await fetchFiles(beside, { onlyCopies: true })) ? { ...looking, folder: beside.folder } : looking,
      );
    },
  });
}

export function refuseText(word: string, option: string, value: unknown): void {
  if (typeof value === 'string' && value !== '') return;
  throw new EsteiraError('CONFIG_INVALID', {
    what: `${word}(…) needs a text as ${option}.`,
    got: String(value),
    allowed: "a path below the project, or env('NAME')",
    next: 'Correct it in esteira.config.ts.',
  });
}

/** The engine would take any text, and say only much later that it is no size. */
function refuseSizes(options: Readonly<Record<string, unknown>>): void {
  const isSize = (text: unknown): boolean => text === undefined || /^\d+(\.\d+)? ?[KMGT]i?B$/.test(String(text));
  const { threads } = options;
  const wrong = ['memoryLimit', 'temporaryLimit'].find((name) => !isSize(options[name]));
  const isCount = threads === undefined || (Number.isInteger(threads) && (threads as number) > 0);
  if (!wrong && isCount) return;
  throw new EsteiraError('CONFIG_INVALID', {
    what: `duckdb(…) cannot take this as ${wrong ?? 'threads'}.`,
    got: String(options[wrong ?? 'threads']),
    allowed: wrong ? "a size, such as '800MB' or '8GiB'" : 'a whole number from 1',
    next: 'Correct it in esteira.config.ts.',
  });
}

/** The state in one file, written by one process at a time. */
export function sqlite(options: { readonly file: Value }): StateAdapter {
  refuseText('sqlite', 'file', options.file);
  const fileIn = (place: Place) => resolved(place.folder, place.value(options.file));
  return Object.freeze({
    role: 'state',
    adapter: 'sqlite',
    isShared: false,
    options,
    restoring: ofSqlite(fileIn),
    writes: (place: Place) => [real(fileIn(place))],
    open: async (place: Place) => {
      const { openSqliteState } = await import('../adapters/sqlite/state.ts');
      makeFolder(path.dirname(fileIn(place)));
      return openSqliteState({ file: fileIn(place) });
    },
  });
}

/** Files of a folder on this machine. */
export function folder(options: { readonly path: Value }): FilesAdapter {
  refuseText('folder', 'path', options.path);
  return Object.freeze({
    role: 'files',
    adapter: 'folder',
    options,
    writes: () => [],
    open: async (place: Place) => {
      const { folderStore } = await import('../adapters/files/store.ts');
      return folderStore({ path: resolved(place.folder, place.value(options.path)) });
    },
  });
}
