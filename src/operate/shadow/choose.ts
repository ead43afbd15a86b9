import type { Endpoint } from '../../define/index.ts';
import type { KeptFiles, ModelVersion } from '../../ports/index.ts';
import { keepPublished, publishedPlace } from '../../registry/index.ts';
import { broken, overtaken, type Project } from '../../run/index.ts';
import { changeChoice, type FoundChoice, readChoice, type ShadowChoice } from '../../serve/shadow/choice.ts';
import { itself } from '../actors.ts';
import { type ModelNode, mostVersions } from '../models/find.ts';
import { loadVersion } from '../publish/bring.ts';
import { nodeServed, waitsForShadow } from './endpoints.ts';

/** Candidates that could become the champion by themselves, the newest first. */
export async function fitCandidates({ state }: Project, { id }: ModelNode): Promise<readonly ModelVersion[]> {
  const champion = (await state.models.champions()).get(id)?.version;
  const than = champion === undefined ? undefined : await state.models.version(id, champion);
  if (!than) return [];
  const all = await state.models.versions({ model: id, state: 'candidate', limit: mostVersions });
  return all.filter(
    (one) => Temporal.Instant.compare(one.createdAt, than.createdAt) >= 0 && overtaken(one, than.version) === undefined,
  );
}

/** What shadows where nobody has named one: one that is waited for goes on until it is judged, however many are trained meanwhile; else the newest candidate. */
export function candidateAmong(
  fit: readonly ModelVersion[],
  before: ShadowChoice | undefined,
): ModelVersion | undefined {
  const going = fit.find(({ version }) => before?.chosen === 'candidate' && version === before.version);
  return going && waitsForShadow(going) ? going : fit[0];
}

const whole = (found: FoundChoice): ShadowChoice | undefined => (found.is === 'whole' ? found.choice : undefined);

/** Whether what a person has named may go on. */
async function stands({ state }: Project, { id }: ModelNode, { version }: ShadowChoice): Promise<boolean> {
  if (version === undefined) return true;
  const [found, champions] = [await state.models.version(id, version), await state.models.champions()];
  return canShadow(found) && champions.get(id)?.version !== version;
}
export const canShadow = (version: ModelVersion | undefined): version is ModelVersion =>
  version?.state === 'candidate' || version?.state === 'released';

/** Says to an endpoint which version is to be seen beside its champion, with its files. Gives what is said there now, and whether that is new. */
export async function choose(
  project: Project,
  endpoint: Endpoint,
  files: KeptFiles,
): Promise<{ readonly choice: ShadowChoice | undefined; readonly isNew: boolean }> {
  const node = nodeServed(project, endpoint);
  const before = whole(await readChoice(files, endpoint.name));
  if (before?.chosen === 'by hand' && (await stands(project, node, before))) return { choice: before, isNew: false };
  const candidate = candidateAmong(await fitCandidates(project, node), before);
  const isSame = before?.version === candidate?.version && before?.chosen !== 'by hand';
  if (isSame) return { choice: before, isNew: false };
  if (candidate) await bringVersion(project, node, candidate.version);
  const choice: ShadowChoice = {
    ...(candidate ? { version: candidate.version } : {}),
    ...{ chosen: 'candidate', by: itself, at: project.clock.now().toString() },
    reason: candidate ? 'the candidate that waits' : 'no candidate waits',
  };
  const found = await changeChoice(files, endpoint.name, (there) => {
    // Whoever came between has the word.
    const other = whole(there);
    return other?.at === before?.at && other?.version === before?.version ? choice : undefined;
  });
  return { choice: whole(found), isNew: whole(found) === choice };
}

/** Its files, where the endpoint reads models. */
export async function bringVersion(project: Project, node: ModelNode, version: string): Promise<void> {
  const [target] = project.published ?? [];
  const publishable = await loadVersion(project, node.id, version);
  if (!publishable) throw broken(node, version, 'its files are not what was registered');
  if (!target) return;
  await keepPublished(await target.open(), publishable, publishedPlace(node.id));
  await project.trace('candidate-published');
}
