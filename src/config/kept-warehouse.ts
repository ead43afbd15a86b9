import { existsSync } from 'node:fs';
import path from 'node:path';
import { EsteiraError } from '../errors.ts';
import type { Warehouse } from '../ports/index.ts';
import { fetchFiles, latestPath, lookAt, Putting } from './kept-files.ts';
import { clearWork, type Kept, Note, standingIn, takeRoom, workOf } from './kept-note.ts';

/** Of the port, those after which its files are others. */
const writing = [
  'change',
  'drop',
  'claim',
  'publish',
  'publishUnchanged',
  'land',
  'replaceRows',
  'removeRows',
  'show',
] as const;

/** A warehouse whose files are fetched before it is opened, and put back by `keep`, and when it is closed. */
export async function openKept(kept: Kept, open: () => Promise<Warehouse>): Promise<Warehouse> {
  const room = await roomOf(kept);
  try {
    const found = await fetchFiles(kept);
    const note = new Note(kept);
    if (found) note.open(found.latest.origin);
    else if (standingIn(kept).length === 0) note.open(null);
    return keptBy(await open(), { kept, room, putting: new Putting(kept, found) });
  } catch (error) {
    room.release();
    throw error;
  }
}

async function roomOf(kept: Kept): Promise<{ release(): void }> {
  const room = await takeRoom(kept);
  if (room) return room;
  throw new EsteiraError('OWNED_ELSEWHERE', {
    what: 'Another process, of another folder, has the files of the warehouse open; nothing was touched.',
    where: kept.folder,
    next: 'Stop it, or wait until it has ended, and give the command again.',
  });
}

function keptBy(
  warehouse: Warehouse,
  { kept, room, putting }: { readonly kept: Kept; readonly room: { release(): void }; readonly putting: Putting },
): Warehouse {
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
    try {
      const copies = await warehouse.backUp(path.join(workOf(kept), 'copy'), async () => {});
      await putting.put(new Map(copies.map(({ catalog, file }) => [catalog, file])));
    } catch (error) {
      isChanged = true;
      throw error;
    } finally {
      clearWork(kept);
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
        await keep().finally(() => warehouse.close());
        if (putting.latest) new Note(kept).whole(putting.latest);
      } finally {
        room.release();
      }
    },
  });
}

/** After files were put in their place without a process that has them open, as a restore does; whatever the store had. */
export async function putBack(kept: Kept): Promise<void> {
  const room = await roomOf(kept);
  try {
    const there = new Map([...kept.files].filter(([, file]) => existsSync(file)));
    const latest = await new Putting(kept, await lookAt(kept)).put(there);
    new Note(kept).whole(latest);
  } finally {
    clearWork(kept);
    room.release();
  }
}

/** What a restore would replace. */
export async function standingKept(kept: Kept): Promise<readonly string[]> {
  return (await lookAt(kept)) ? [`${kept.store.describe}, ${latestPath}`] : [];
}
