import type { Endpoint, Job } from '../../../define/index.ts';
import type { Project } from '../../../run/index.ts';
import { readChoice } from '../../../serve/shadow/choice.ts';
import { isPerson } from '../../actors.ts';
import { labelOfModel, type ModelNode, mostVersions } from '../../models/find.ts';
import { counted, moment } from '../../numbers.ts';
import { isOf, settingsHistory } from '../../settings.ts';
import type { ItemView } from '../views.ts';

/** As long as a pipeline is to have run by itself, and as figures look back. */
export const daysBack = 30;

interface Deed {
  readonly at: Temporal.Instant;
  readonly what: string;
}
interface Of {
  readonly jobs: readonly Job[];
  readonly models: readonly ModelNode[];
  readonly endpoints: readonly Endpoint[];
  readonly signal: AbortSignal;
}
const byHand = ['manual', 'backfill', 'reprocess', 'reset'];
const mostRuns = 1000;

/** How long nobody has had to do anything: no run by hand, no champion moved, version decided about, freeze ended or shadow named by a person, no setting changed. */
export async function noHands(project: Project, of: Of & { readonly pipeline: string }): Promise<ItemView> {
  const now = project.clock.now();
  const { deeds, began, away } = await doneIn(project, of);
  const sorted = deeds.toSorted((one, other) => Temporal.Instant.compare(other.at, one.at));
  const [last] = sorted;
  const since = last?.at ?? began;
  const days = since === undefined ? 0 : Math.floor(since.until(now).total('hours') / 24);
  const recent = sorted.filter(({ at }) => at.until(now).total('hours') < daysBack * 24);
  return {
    kind: 'objective',
    item: `nothing done by hand: ${of.pipeline}`,
    state: days >= daysBack ? 'ok' : last ? 'failed' : 'unknown',
    what: last
      ? `${counted(days, 'day')} in which nobody did anything by hand; the last was ${last.what}`
      : since
        ? `nobody has done anything by hand since its first run, ${counted(days, 'day')} ago`
        : 'it has never run',
    limit: `${daysBack} days or more`,
    evidence: [
      `${counted(recent.length, 'deed')} in the last ${daysBack} days`,
      ...away,
      ...sorted.slice(0, mostDeeds).map(({ at, what }) => `${moment(at.toString())} ${what}`),
    ],
    at: now.toString(),
    next: [],
  };
}
const mostDeeds = 5;

async function doneIn(
  project: Project,
  { jobs, models, endpoints, signal }: Of,
): Promise<{
  readonly deeds: readonly Deed[];
  readonly began: Temporal.Instant | undefined;
  readonly away: readonly string[];
}> {
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
    const moves = await project.state.models.moves({ model: node.id, limit: mostVersions });
    for (const { by, to, at } of moves)
      if (isPerson(by)) deeds.push({ at, what: `${label} ${to} made the champion by ${by}` });
    for (const { version, decision } of await project.state.models.versions({ model: node.id, limit: mostVersions }))
      if (decision) deeds.push({ at: decision.at, what: `${label} ${version} ${decision.decided} by ${decision.by}` });
    for (const { thawed } of await project.state.models.freezes({ model: node.id, limit: mostVersions })) {
      // Whoever moves the champion ends the freeze with it.
      const isMoved = moves.some(({ at }) => thawed && Temporal.Instant.compare(at, thawed.at) === 0);
      if (thawed && isPerson(thawed.by) && !isMoved)
        deeds.push({ at: thawed.at, what: `${label} thawed by ${thawed.by}` });
    }
  }
  const shadows = await shadowsBy(project, endpoints, signal);
  return { deeds: [...deeds, ...(await settingsBy(project, models)), ...shadows.deeds], began, away: shadows.away };
}

/** What endpoints are told to see beside the champion now; who said so before is kept nowhere. */
async function shadowsBy(
  { serving }: Project,
  endpoints: readonly Endpoint[],
  signal: AbortSignal,
): Promise<{ readonly deeds: readonly Deed[]; readonly away: readonly string[] }> {
  const deeds: Deed[] = [];
  try {
    const files = await serving?.open(signal);
    for (const { name, facts } of files ? endpoints : []) {
      const found = facts.shadow && files ? await readChoice(files, name) : undefined;
      if (found?.is !== 'whole' || !isPerson(found.choice.by)) continue;
      const { at, by, version = 'nothing' } = found.choice;
      deeds.push({ at: Temporal.Instant.from(at), what: `${version} made the shadow of ${name} by ${by}` });
    }
    return { deeds, away: [] };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { deeds, away: [`who named shadows is not known: ${why}`] };
  }
}

/** Of settings that these models take something from. */
async function settingsBy(project: Project, models: readonly ModelNode[]): Promise<readonly Deed[]> {
  const catalogs = new Set(models.map(({ catalog }) => catalog));
  const own = [...project.graph.nodes.values()].filter(
    ({ definition, catalog }) => definition.kind === 'settings' && catalogs.has(catalog),
  );
  const { changes } = await settingsHistory(project, {});
  return changes
    .filter(({ by, name }) => isPerson(by) && own.some((node) => isOf(name, node.definition.name)))
    .map(({ at, by, name, after }) => ({ at: Temporal.Instant.from(at), what: `${name} set to ${after} by ${by}` }));
}
