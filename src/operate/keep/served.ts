import { millisecondsOf } from '../../columns/index.ts';
import type { KeptFiles, Swept } from '../../ports/index.ts';
import { type Project, said, usualRetention } from '../../run/index.ts';
import { readChoice } from '../../serve/shadow/choice.ts';
import { lastSeen, seenFiles, seenVersions } from '../../serve/shadow/figure-files.ts';
import { servingFolder } from '../../serve/store.ts';

/** Files of one endpoint and kind that are looked at, at most: the next time goes on. */
const most = 10_000;
/** What the checklist and the monitors still look at is never old; days. */
const least = 90;
const day = 24 * 3_600_000;

interface Serving {
  readonly store: KeptFiles;
  readonly endpoint: string;
  readonly oldest: Temporal.Instant;
}
interface Found extends Swept {
  readonly kind: 'counts';
  /** Why not all of it could be looked at. */
  readonly trouble?: string;
}

/** What processes of endpoints have counted, their receipts of reloads, and the figures of versions that shadow no more. A store that does not answer is said. */
export async function sweepServed(
  project: Project,
  { dryRun, now, signal }: { readonly dryRun: boolean; readonly now: Temporal.Instant; readonly signal: AbortSignal },
): Promise<Found> {
  const { graph, serving } = project;
  const { counts: keep } = { ...usualRetention, ...project.keep };
  let [count, bytes] = [0, 0];
  if (keep === 'forever' || !serving || graph.endpoints.size === 0) return { kind: 'counts', count, bytes };
  const watched = [...graph.monitors.values()].map(({ expect: { measure } }) =>
    'over' in measure ? millisecondsOf(measure.over) + day : 0,
  );
  const oldest = now.subtract({ milliseconds: Math.max(millisecondsOf(keep), least * day, ...watched) });
  try {
    const store = await serving.open(signal);
    for (const endpoint of graph.endpoints.keys())
      for (const path of await oldFiles({ store, endpoint, oldest })) {
        signal.throwIfAborted();
        const there = await store.read(path);
        if (!dryRun) await store.remove(path);
        count += 1;
        bytes += there?.length ?? 0;
      }
    return { kind: 'counts', count, bytes };
  } catch (thrown) {
    signal.throwIfAborted();
    return { kind: 'counts', count, bytes, trouble: `${serving.name}: ${String(said(thrown, project))}` };
  }
}

async function oldFiles(of: Serving): Promise<readonly string[]> {
  const { store, endpoint, oldest } = of;
  const date = oldest.toString().slice(0, 'YYYY-MM-DD'.length);
  const below = async (folder: string, before: string): Promise<readonly string[]> => {
    const start = `${servingFolder(endpoint)}/${folder}`;
    return (await store.below(start, most)).filter((path) => path.slice(start.length + 1) < before);
  };
  return [
    ...(await below('counts', date)),
    ...(await below('reloads', date.replaceAll('-', ''))),
    ...(await oldFigures(of)),
  ];
}

/** Figures of a version are put together of all its processes: they go together, and not while it may shadow. */
async function oldFigures({ store, endpoint, oldest }: Serving): Promise<readonly string[]> {
  const found = await readChoice(store, endpoint);
  if (found.is === 'broken') return [];
  const shadows = found.is === 'whole' ? found.choice.version : undefined;
  const old: string[] = [];
  for (const version of await seenVersions(store, endpoint)) {
    const last = version === shadows ? undefined : await lastSeen(store, { endpoint, version });
    if (last && Temporal.Instant.compare(last, oldest) < 0)
      old.push(...(await seenFiles(store, { endpoint, version })));
  }
  return old;
}
