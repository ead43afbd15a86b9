import type { AnyModel } from '../../define/index.ts';
import type { Node } from '../../graph/index.ts';
import type { StepModel } from '../../plan/index.ts';
import type { VersionAbout } from '../../registry/about.ts';
import type { StepRun } from '../step.ts';
import { changedParameters } from './due.ts';
import type { Lessons } from './lessons.ts';
import type { Predictor } from './predictor.ts';

/**
 * Why a run that refines a model trains it anew: there is nothing to go on from, or what there is was made otherwise than it would be now, or of rows
 * that this run keeps to judge with.
 */
export async function whyAnew(
  model: StepModel,
  { champion, former }: { readonly champion: string | undefined; readonly former: Predictor | undefined },
  { project, values }: StepRun,
): Promise<string | undefined> {
  if (champion === undefined) return 'there is no champion';
  if (!former) return `the champion ${champion} cannot be read`;
  const node = model.node as Node<AnyModel>;
  const about = (await project.state.models.version(node.id, champion))?.about as VersionAbout;
  if (about.code !== model.definition) return `the champion ${champion} was trained by another definition`;
  if (about.above === undefined)
    return `the champion ${champion} was trained by an earlier version of Esteira, which did not keep how the tables above it were defined`;
  if (about.above !== model.above)
    return `the champion ${champion} was trained with rows of tables or sources that were defined otherwise`;
  const [changed] = changedParameters(node, about, { values: values.settings, project });
  if (changed)
    return `the champion ${champion} was trained with ${changed.name} ${changed.trained ?? 'nothing'}, now ${changed.now ?? 'nothing'}`;
  const isLater = Temporal.PlainDate.compare(about.date, values.date) > 0;
  return isLater
    ? `the champion ${champion} was trained for ${about.date}, and this run is for ${values.date}`
    : undefined;
}

/** As the version says it: one of which each member had to be trained anew goes on from nothing. */
export function refinedBy(
  { members }: Lessons,
  champion: string | undefined,
  anew: string | undefined,
): NonNullable<VersionAbout['refined']> {
  if (anew !== undefined || champion === undefined) return { anew: anew ?? 'there is no champion' };
  const [first] = members.flatMap(({ refined }) => (refined && 'anew' in refined ? [refined.anew] : []));
  const isRefined = members.some(({ refined }) => refined && 'added' in refined);
  return isRefined || first === undefined ? { from: champion } : { anew: first };
}
