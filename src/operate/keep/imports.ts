import { createHash } from 'node:crypto';
import type { Swept } from '../../ports/index.ts';
import { answersName, importsIn, type Project } from '../../run/index.ts';
import { aboutOf, modelNodes, mostVersions } from '../models/find.ts';
import { importing } from '../models/importing.ts';

/** Files that are looked at, at most: the next time goes on. */
const most = 10_000;
/** A run that has failed may be gone on with for so long; by the project's clock. */
const patience = { hours: 7 * 24 };

/** Files that were given for a model and became no version of it: their import was refused, or has failed, and nobody has gone on with it for a week. */
export async function sweepImports(
  project: Project,
  { dryRun, now, signal }: { readonly dryRun: boolean; readonly now: Temporal.Instant; readonly signal: AbortSignal },
): Promise<Pick<Swept, 'count' | 'bytes'>> {
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
  for (const file of files.filter((one) => !files.some((other) => one === answersName(other)))) {
    signal.throwIfAborted();
    if (wanted.has(file)) continue;
    const content = await store.read(file);
    if (!content || became.has(createHash('sha256').update(content).digest('hex'))) continue;
    for (const path of [file, answersName(file)].filter((one) => files.includes(one))) {
      bytes += (path === file ? content : await store.read(path))?.length ?? 0;
      count += 1;
      if (!dryRun) await store.remove(path);
    }
  }
  return { count, bytes };
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
