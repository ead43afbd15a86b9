import type { Freeze, ModelVersion } from '../../ports/index.ts';
import type { Project } from '../project.ts';

/** The freeze that keeps a version from becoming the champion by itself; what somebody has approved since is not kept by it. */
export async function frozenBy(
  { model, decision }: Pick<ModelVersion, 'model' | 'decision'>,
  { state }: Pick<Project, 'state'>,
): Promise<Freeze | undefined> {
  const [freeze] = await state.models.freezes({ model, open: true, limit: 1 });
  if (!freeze) return undefined;
  const isMeant = decision?.decided === 'approved' && Temporal.Instant.compare(decision.at, freeze.since) > 0;
  return isMeant ? undefined : freeze;
}

/** `automatic promotion is frozen since 2026-07-14 02:15Z by ltr_rollback`. */
export const frozenText = ({ since, job }: Freeze): string =>
  `automatic promotion is frozen since ${since.toString({ smallestUnit: 'minute' }).replace('T', ' ')} by ${job}`;
