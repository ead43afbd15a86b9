import { createHash } from 'node:crypto';
import type { KeptFiles, Swept } from '../../ports/index.ts';
import { answersName, importsIn, type Project, said } from '../../run/index.ts';
import { aboutOf, modelNodes, mostVersions } from '../models/find.ts';
import { importing, unwantedNote } from '../models/importing.ts';

/** Files that are looked at, at most: the next time goes on. */
const most = 10_000;
/** A run that has failed may be gone on with for so long; by the project's clock. */
const patience = { hours: 7 * 24 };
/** Another process may have kept the file, and not begun its run: what nobody wants is noted beside it, and goes when it was noted for so long. */
const noted = { hours: 24 };

interface How {
  readonly dryRun: boolean;
  readonly now: Temporal.Instant;
  readonly signal: AbortSignal;
}
interface Found extends Pick<Swept, 'count' | 'bytes'> {
  /** Why not all of it could be looked at. */
  readonly trouble?: string;
}

/**
 * Files that were given for a model and became no version of it: their import was refused, or has failed, and nobody has gone on with it for a week. They go a
 * day after they were found so. A store that does not answer is said.
 */
export async function sweepImports(project: Project, how: How): Promise<Found> {
  try {
    return await sweepFiles(project, how);
  } catch (thrown) {
    how.signal.throwIfAborted();
    return { count: 0, bytes: 0, trouble: `${project.versions.describe}: ${String(said(thrown, project))}` };
  }
}

async function sweepFiles(project: Project, { dryRun, now, signal }: How): Promise<Found> {
  const { state, versions: store } = project;
  let [count, bytes] = [0, 0];
  const models = modelNodes(project).filter(({ definition }) => definition.facts.learner.brought === 'file');
  const files = models.length > 0 ? await store.below('imports', most) : [];
  if (files.length === 0) return { count, bytes };
  const became = new Set<string>();
  for (const { id } of models)
    for (const version of await state.models.versions({ model: id, limit: mostVersions })) {
      const brought = aboutOf(version)?.brought;
      if (brought?.by === 'file') became.add(brought.sha256);
    }
  const wanted = new Set([...importing(project), ...(await ofRuns(project, now))]);
  const beside = new Set(files.flatMap((file) => [answersName(file), unwantedNote(file)]));
  for (const file of files.filter((one) => !beside.has(one))) {
    signal.throwIfAborted();
    const note = unwantedNote(file);
    // Without answers beside it the folder has the name of what is in the file.
    if (wanted.has(file) || became.has(file.split('/')[1] ?? '')) {
      if (!dryRun && files.includes(note)) await store.remove(note);
      continue;
    }
    const found = await noteOf(note, store);
    if (!found && !dryRun) await store.keep(note, { bytes: Buffer.from(now.toString()) });
    if (!found || Temporal.Instant.compare(found, now.subtract(noted)) > 0) continue;
    const content = await store.read(file);
    if (!content || became.has(createHash('sha256').update(content).digest('hex'))) continue;
    // Whoever imports it again takes the note away first.
    if (!(await noteOf(note, store))) continue;
    for (const path of [file, answersName(file)].filter((one) => files.includes(one))) {
      bytes += (path === file ? content : await store.read(path))?.length ?? 0;
      count += 1;
      if (!dryRun) await store.remove(path);
    }
    if (!dryRun) await store.remove(note);
  }
  return { count, bytes };
}

/** Since when nobody wants a file. */
async function noteOf(note: string, store: KeptFiles): Promise<Temporal.Instant | undefined> {
  const bytes = await store.read(note);
  return bytes && Temporal.Instant.from(Buffer.from(bytes).toString());
}

/** What runs were given that go on, or have failed and may. */
async function ofRuns({ state }: Project, now: Temporal.Instant): Promise<readonly string[]> {
  const since = now.subtract(patience);
  const failed = (await state.runs({ state: 'failed', limit: 1000 })).filter(
    ({ finishedAt }) => !finishedAt || Temporal.Instant.compare(finishedAt, since) > 0,
  );
  return [...(await state.runs({ state: 'running', limit: 1000 })), ...failed].flatMap(({ settings }) =>
    Object.values(importsIn(settings)).map((text) => (JSON.parse(text) as { readonly path: string }).path),
  );
}
