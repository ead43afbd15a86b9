import type { AnyModel } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { whereOf } from '../../graph/index.ts';
import type { StepModel } from '../../plan/index.ts';
import { type Missing, type TreesEngine, TreesEngineFailed } from '../../ports/index.ts';
import type { Project } from '../project.ts';

/** Its trees are grown by another engine than Esteira's own. */
export const asksEngine = ({ facts }: AnyModel): boolean => facts.learner.options.engine !== undefined;

/** Throws ENGINE_MISSING for models whose engine is not there, before anything has begun. */
export async function refuseMissingEngine(models: readonly StepModel[], { trees }: Project): Promise<void> {
  const asking = models.find(({ node, kind }) => kind === 'model' && asksEngine(node.definition as AnyModel));
  if (!asking) return;
  const where = whereOf(asking.node.definition);
  const missing = await (await engineOf({ trees, where })).missing();
  if (missing) throw engineMissing(missing, where);
}

export async function engineOf({
  trees,
  where,
}: {
  readonly trees?: (() => Promise<TreesEngine>) | undefined;
  readonly where: string;
}): Promise<TreesEngine> {
  if (trees) return trees();
  throw engineMissing(
    { what: 'Nothing here grows trees but Esteira itself.', next: "Leave out engine: 'native'." },
    where,
  );
}

const engineMissing = ({ what, next }: Pick<Missing, 'what' | 'next'>, where: string): EsteiraError =>
  new EsteiraError('ENGINE_MISSING', { what, where, allowed: "engine: 'native' where it is installed, or none", next });

/** What an engine has failed with, as people read it. */
export function engineError(error: unknown, where: string): unknown {
  if (!(error instanceof TreesEngineFailed)) return error;
  const { reason, message, next } = error;
  if (reason !== 'failed') return engineMissing({ what: message, next }, where);
  return new EsteiraError('TRAINING_FAILED', { what: message, where, next });
}
