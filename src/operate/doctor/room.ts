import { access, constants, stat, statfs } from 'node:fs/promises';
import type { Project } from '../../run/index.ts';
import { size } from '../numbers.ts';
import type { Finding } from './finding.ts';

/** With less nothing can be written at all; with less than the other a person should look. In bytes. */
const nothing = 10e6;
const little = 1e9;

/** What is free where this project writes on this machine, each disk once. */
async function disksOf({ folder, local, folders = [] }: Pick<Project, 'folder' | 'local' | 'folders'>) {
  const found = await Promise.all(
    [folder, local, ...folders].map(async (at) => {
      // One that is not there yet is made on the disk of another; one that only reads may have no room at all.
      const looked = Promise.all([statfs(at), stat(at), access(at, constants.W_OK)]);
      const [disk, { dev = 0 } = {}] = await looked.catch(() => []);
      if (!disk) return undefined;
      // A disk without a number left for a file has no room either; some have no such numbers.
      const free = disk.files > 0 && disk.ffree === 0 ? 0 : disk.bavail * disk.bsize;
      return { at, dev, free };
    }),
  );
  const there = found.filter((one) => one !== undefined);
  return there.filter(({ dev }, index) => there.findIndex((one) => one.dev === dev) === index);
}

export async function roomFindings(project: Project): Promise<readonly Finding[]> {
  const disks = await disksOf(project);
  return disks.map(({ at, free }) => {
    const what = at === project.folder ? 'disk' : `disk of ${at}`;
    const found = `${size(free)} free`;
    if (free >= little) return { what, ok: true, found };
    const next = 'Make room: less than 1 GB is left for the tables and for what does not fit in memory.';
    return { what, ok: false, found, next };
  });
}

/** A disk on which no run could write anything. */
export async function noRoom(project: Pick<Project, 'folder' | 'local' | 'folders'>): Promise<Finding | undefined> {
  const full = (await disksOf(project)).find(({ free }) => free < nothing);
  const next = 'Make room there: a run writes tables, its state, and what does not fit in memory.';
  return full && { what: `disk of ${full.at}`, ok: false, found: `${size(full.free)} free`, next };
}
