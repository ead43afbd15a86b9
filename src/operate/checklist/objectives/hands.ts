import type { Job } from '../../../define/index.ts';
import type { Project } from '../../../run/index.ts';
import { labelOfModel, type ModelNode, mostVersions } from '../../models/find.ts';
import { counted, moment } from '../../numbers.ts';
import { settingsHistory } from '../../settings.ts';
import type { ItemView } from '../views.ts';

/** As long as a pipeline is to have run by itself, and as figures look back. */
export const daysBack = 30;

interface Deed {
  readonly at: Temporal.Instant;
  readonly what: string;
}
const byHand = ['manual', 'backfill', 'reprocess', 'reset'];
const mostRuns = 1000;
const isPerson = (by: string): boolean => !by.startsWith('job ') && by !== 'setup';

/** How long nobody has had to do anything: no run by hand, no champion moved or version decided about by a person, no setting changed. */
export async function noHands(
  project: Project,
  of: { readonly pipeline: string; readonly jobs: readonly Job[]; readonly models: readonly ModelNode[] },
): Promise<ItemView> {
  const now = project.clock.now();
  const { deeds, began } = await doneIn(project, of);
  const sorted = deeds.toSorted((one, other) => Temporal.Instant.compare(other.at, one.at));
  const [last] = sorted;
  const since = last?.at ?? began;
  const days = since === undefined ? 0 : Math.floor(since.until(now).total('hours') / 24);
  const recent = sorted.filter(({ at }) => at.until(now).total('hours') < daysBack * 24);
  const by = last ? `the last was ${last.what}` : since ? 'nobody ever did' : 'it has never run';
  return {
    kind: 'objective',
    item: `nothing done by hand: ${of.pipeline}`,
    state: days >= daysBack ? 'ok' : last ? 'failed' : 'unknown',
    what: `${counted(days, 'day')} without anybody's hand: ${by}`,
    limit: `${daysBack} days or more`,
    evidence: [
      `${counted(recent.length, 'deed')} in the last ${daysBack} days`,
      ...sorted.slice(0, mostDeeds).map(({ at, what }) => `${moment(at.toString())} ${what}`),
    ],
    at: now.toString(),
    next: [],
  };
}
const mostDeeds = 5;

async function doneIn(
  project: Project,
  { jobs, models }: { readonly jobs: readonly Job[]; readonly models: readonly ModelNode[] },
): Promise<{ readonly deeds: readonly Deed[]; readonly began: Temporal.Instant | undefined }> {
  const deeds: Deed[] = [];
  let began: Temporal.Instant | undefined;
  for (const { name } of jobs)
    for (const { reason, createdAt, date, job } of await project.state.runs({
      ...{ job: name, parts: true, limit: mostRuns },
    })) {
      if (byHand.includes(reason)) deeds.push({ at: createdAt, what: `a ${reason} run of ${job} for ${date}` });
      if (!began || Temporal.Instant.compare(createdAt, began) < 0) began = createdAt;
    }
  for (const node of models) {
    const label = labelOfModel(project, node);
    for (const { by, to, at } of await project.state.models.moves({ model: node.id, limit: mostVersions }))
      if (isPerson(by)) deeds.push({ at, what: `${label} ${to} made the champion by ${by}` });
    for (const { version, decision } of await project.state.models.versions({ model: node.id, limit: mostVersions }))
      if (decision) deeds.push({ at: decision.at, what: `${label} ${version} ${decision.decided} by ${decision.by}` });
  }
  return { deeds: [...deeds, ...(await settingsBy(project, models))], began };
}

/** Of settings that these models take something from. */
async function settingsBy(project: Project, models: readonly ModelNode[]): Promise<readonly Deed[]> {
  const catalogs = new Set(models.map(({ catalog }) => catalog));
  const own = [...project.graph.nodes.values()].filter(
    ({ definition, catalog }) => definition.kind === 'settings' && catalogs.has(catalog),
  );
  const { changes } = await settingsHistory(project, {});
  return changes
    .filter(({ by, name }) => isPerson(by) && own.some((node) => name.startsWith(node.definition.name)))
    .map(({ at, by, name, after }) => ({ at: Temporal.Instant.from(at), what: `${name} set to ${after} by ${by}` }));
}
