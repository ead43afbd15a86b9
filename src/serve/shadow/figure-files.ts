import { randomUUID } from 'node:crypto';
import type { KeptFiles } from '../../ports/index.ts';
import { sealed, unsealed } from '../../registry/published-text.ts';
import { servingFolder } from '../store.ts';
import type { TallyText } from './tally.ts';

const folderOf = (endpoint: string, version: string): string => `${servingFolder(endpoint)}/shadow/${version}`;

/** What one process has seen of a version, by the champion that it was beside; written anew, so that it only grows. */
export interface SeenBy {
  readonly endpoint: string;
  readonly version: string;
  readonly process: string;
  readonly champions: Readonly<Record<string, TallyText>>;
}

/** Of one process. */
export interface SeenTally {
  readonly process: string;
  readonly tally: TallyText;
}

export async function keepSeen(store: KeptFiles, seen: SeenBy): Promise<void> {
  const path = `${folderOf(seen.endpoint, seen.version)}/${seen.process}.json`;
  const bytes = sealed({ format: 1, ...seen, nonce: randomUUID() });
  for (;;) {
    const there = await store.look(path);
    if (!there && (await store.keep(path, { bytes })) === 'kept') return;
    if (there && (await store.replace(path, { bytes, mark: there.mark }, { isAlone: true })) === 'replaced') return;
  }
}

/** Paths of what was seen of a version. */
export const seenFiles = (
  store: Pick<KeptFiles, 'below'>,
  { endpoint, version }: { readonly endpoint: string; readonly version: string },
): Promise<readonly string[]> => store.below(folderOf(endpoint, version), mostProcesses);

/** When any process last saw something of a version; nothing where no file says it. */
export async function lastSeen(
  store: Pick<KeptFiles, 'below' | 'look'>,
  of: { readonly endpoint: string; readonly version: string },
): Promise<Temporal.Instant | undefined> {
  const { champions } = await readSeen(store, of);
  const last = [...champions.values()]
    .flatMap((seen) => seen.map(({ tally }) => tally.until))
    .toSorted()
    .at(-1);
  return last === undefined ? undefined : Temporal.Instant.from(last);
}

/** What all processes have seen of a version, by the champion that it was beside. Files that are not whole are left out, and named. */
export async function readSeen(
  store: Pick<KeptFiles, 'below' | 'look'>,
  of: { readonly endpoint: string; readonly version: string },
): Promise<{ readonly champions: ReadonlyMap<string, readonly SeenTally[]>; readonly broken: readonly string[] }> {
  const tallies = new Map<string, SeenTally[]>();
  const broken: string[] = [];
  for (const path of await seenFiles(store, of)) {
    const there = await store.look(path);
    if (!there) continue;
    try {
      const { format, process, champions } = unsealed(there.bytes);
      if (format !== 1 || typeof process !== 'string') throw new Error('it is of another format');
      for (const [champion, tally] of Object.entries(champions as SeenBy['champions']))
        tallies.set(champion, [...(tallies.get(champion) ?? []), { process, tally }]);
    } catch {
      broken.push(path);
    }
  }
  return { champions: tallies, broken };
}
const mostProcesses = 10_000;

/** Versions of which there are figures. */
export async function seenVersions(store: Pick<KeptFiles, 'below'>, endpoint: string): Promise<readonly string[]> {
  const folder = `${servingFolder(endpoint)}/shadow`;
  const paths = await store.below(folder, mostProcesses);
  return [...new Set(paths.map((path) => path.slice(folder.length + 1).split('/')[0] as string))];
}
