import { hostname } from 'node:os';
import path from 'node:path';
import { type Project, type Rehearsal, readBackup, rowsIn, ulid } from '../run/index.ts';
import { duckdb, folder, sqlite } from './adapters.ts';
import type { Place } from './project.ts';

/**
 * A project on what a backup holds, in stores below a folder: nobody is told, nothing is published but there, no row is written elsewhere, and sources are
 * read where they always are. What is done with it changes nothing of the project itself.
 */
export async function rehearse(
  project: Project,
  place: Place,
  { backup, at }: { readonly backup: string; readonly at: string },
): Promise<Rehearsal> {
  const manifest = await readBackup(backup);
  const warehouse = duckdb({ folder: path.join(at, 'warehouse') });
  const state = sqlite({ file: path.join(at, 'state.sqlite') });
  for (const { restoring } of [warehouse, state]) {
    await restoring.stage(place, { folder: backup, manifest, rows: () => rowsIn(backup) });
    await restoring.swap(place);
    await restoring.clear(place);
  }
  const opened = new AsyncDisposableStack();
  try {
    const engine = opened.adopt(await warehouse.open(place), (one) => one.close());
    const store = opened.adopt(await state.open(place), (one) => one.close());
    const since = project.clock.now();
    const holder = ulid(since);
    const owner = { pid: process.pid, since: since.toString(), command: 'rehearsal' };
    opened.adopt(await store.own({ ...owner, holder, host: hostname(), since }), (one) => one.release());
    const files = await folder({ path: path.join(at, 'files') }).open(place);
    const models = folder({ path: path.join(at, 'models') });
    const { answers: _, against: __, targets: ___, ...rest } = project;
    const target = { name: models.adapter, open: async () => models.open(place) };
    return {
      project: {
        ...rest,
        ...{ warehouse: engine, state: store, files, versions: files, holder, owner },
        ...{ published: [target], ...(project.serving ? { serving: target } : {}) },
        ...{ channels: new Map(), logs: new Map() },
      },
      close: () => opened.disposeAsync(),
    };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}
