import { EsteiraError } from '../errors.ts';
import { besides, type StepModel } from '../plan/index.ts';
import { type Change, placeText } from '../ports/index.ts';
import type { Project } from '../run/index.ts';

/** What a run that goes on here writes or reads stays as it is until the run has ended. */
export async function refuseInUse(
  changes: ReadonlyMap<string, readonly Change[]>,
  models: readonly StepModel[],
  project: Project,
): Promise<void> {
  const all = [...changes.values()].flat();
  const places = all.flatMap((change) => ('place' in change ? [placeText(change.place)] : []));
  await refuseUsed(places, 'set-up', { models, project });
}

/** The same of tables by their id, or of what stands beside one, which `what` would change. */
export async function refuseUsed(
  places: readonly string[],
  what: string,
  { models, project }: { readonly models: readonly StepModel[]; readonly project: Project },
): Promise<void> {
  if (places.length === 0) return;
  for (const { job, runId, since, targets } of await project.state.going(project.holder)) {
    const used = usedBy(targets, models);
    const met = places.find((place) => used.has(ownerOf(place, project)));
    if (met === undefined) continue;
    throw new EsteiraError('RUN_IN_PROGRESS', {
      what: `Job ${job} is running and uses ${met}, which ${what} would change.`,
      where: `run ${runId}, since ${since}`,
      next: 'Wait until it ends; `esteira status` shows how far it is. Then give the command again.',
    });
  }
}

/** What those steps write, read, and ask in rules and checks. */
function usedBy(targets: readonly string[], models: readonly StepModel[]): ReadonlySet<string> {
  const own = models.filter(({ node }) => targets.includes(node.id));
  return new Set([
    ...targets,
    ...own.flatMap(({ reads, asked }) => [...reads.map(({ node }) => node), ...asked]).map(({ id }) => id),
  ]);
}

/** The table beside which this one stands, such as the one whose invalid rows it has; else the table itself. */
function ownerOf(place: string, { graph }: Project): string {
  const owner = besides(place, graph);
  return owner !== undefined && graph.nodes.has(owner) ? owner : place;
}
