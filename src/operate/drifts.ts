import { driftOf, type StepModel, widest } from '../plan/index.ts';
import { type Change, placeText } from '../ports/index.ts';
import {
  askToDestroy,
  isDated,
  keptBecause,
  keyLosses,
  type Progress,
  type Project,
  type Redefined,
  redefined,
  retypeLosses,
  undeclaredLosses,
} from '../run/index.ts';
import { leftBehind } from './left-behind.ts';
import { nameOf } from './names.ts';
import type { DriftView, LeftBehindView } from './views.ts';

interface Looking {
  readonly project: Project;
  readonly progress: Progress;
}

/** What each definition that has changed means for the rows of its table, and what would be lost. */
export async function driftsOf(
  models: readonly StepModel[],
  changes: ReadonlyMap<string, readonly Change[]>,
  looking: Looking,
): Promise<readonly DriftView[]> {
  const { project } = looking;
  const ids = new Set(models.map(({ node }) => node.id));
  const changed = await redefined(models, looking);
  const losses = [
    ...retypeLosses(changes, project),
    ...(await undeclaredLosses(models, project)),
    ...(await keyLosses(changed, project)),
  ].filter(({ place }) => ids.has(placeText(place)));
  const lost = losses.map(
    ({ place, what, values, ask }): DriftView => ({
      step: placeText(place),
      label: `${place.schema}.${place.table}`,
      means: 'destroy',
      aspects: [],
      what: [what],
      values,
      next: ask,
    }),
  );
  return [...driftViews(changed), ...lost];
}

/**
 * Of definitions that were not published yet, and of those of which rows are there that were written by another one before and could be had once more.
 */
export function driftViews(found: readonly Redefined[]): readonly DriftView[] {
  return found.flatMap(({ model, before, isPending }) => {
    const isReplaced = model.node.definition.kind === 'table' && model.node.definition.spec.write === 'replace';
    const drifts = (isReplaced ? before.slice(0, 1) : before).map(({ facts }) => driftOf(facts, model.facts));
    const means = widest(drifts.map((drift) => drift.means));
    const view = {
      step: model.node.id,
      label: nameOf(model.node),
      means,
      aspects: [...new Set(drifts.flatMap((drift) => drift.aspects))],
      what: [...new Set(drifts.flatMap((drift) => drift.what))],
      ...(means === 'rebuild' || means === 'fill' ? remedy(model, isReplaced) : {}),
    };
    return isPending || ('next' in view && !isReplaced) ? [view] : [];
  });
}

/** Who gives the rows that are there what the definition says now: only a table that starts anew is after a run all that its query gives, and no more, and what is kept elsewhere is written there again. */
function remedy(model: StepModel, isReplaced: boolean): Pick<DriftView, 'next' | 'byRun' | 'kept'> {
  if (isReplaced || model.kind === 'delivery') return { byRun: true };
  const name = nameOf(model.node);
  if (isDated(model)) return { next: `esteira reprocess ${name} --from <date> --to <date>` };
  const why = keptBecause(model);
  return why === undefined ? { next: `esteira reprocess ${name}` } : { kept: why };
}

/** Tables that no definition names any more, and what drops them. */
export async function leftBehindOf(project: Project): Promise<readonly LeftBehindView[]> {
  return (await leftBehind(project)).map(({ place, view, rows, places }) => ({
    table: placeText(place),
    kind: view ? 'view' : 'table',
    ...(view ? {} : { rows }),
    beside: places.slice(1).map(placeText),
    next: askToDestroy(place),
  }));
}
