import { keyOf } from '../../columns/index.ts';
import type { AnyTable, CopiedTo, KeptIn } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { whereOf } from '../../graph/index.ts';
import type { CopyAsked, Put, TargetAsked, Targets, TargetTable } from '../../ports/index.ts';
import type { Project } from '../project.ts';
import type { StepRun } from '../step.ts';

/** Where the rows of a table are written elsewhere, and what of them, as adapters are asked for it. */
export function targetOf(definition: AnyTable): { readonly table: TargetTable; readonly asked: TargetAsked } {
  const { by, options, way, changedOnly, parallel } = definition.spec.keptIn as NonNullable<AnyTable['spec']['keptIn']>;
  const { columns } = definition;
  return {
    table: { by, options, where: whereOf(definition) },
    asked: { key: keyOf(columns), columns, way, changedOnly, parallel },
  };
}

/** Replaces the rows of a copy in another system by those of a file, CSV with a header; nothing where it has those of a later publication. */
export async function copyTo(
  definition: AnyTable,
  asked: Omit<CopyAsked, 'of'>,
  { project, signal }: Pick<StepRun, 'project' | 'signal'>,
): Promise<Pick<Put, 'place'> | undefined> {
  const { copied, options } = definition.spec.copiedTo as CopiedTo;
  const table = { by: copied, options, where: whereOf(definition) };
  const place = await (project.targets as Required<Targets>).copy(table, { ...asked, of: definition.name }, signal);
  return place === undefined ? undefined : { place };
}

/** Throws DEFINITION_INVALID where this process can write no table of that kind. */
export function targetsOf({ targets }: Project, definition: AnyTable): Targets {
  const { by } = definition.spec.keptIn as KeptIn;
  if (targets?.has(by)) return targets;
  throw new EsteiraError('DEFINITION_INVALID', {
    what: `Rows of ${definition.name} cannot be written to ${by} here.`,
    where: whereOf(definition),
    next: 'Keep the table elsewhere, or take `keptIn` out.',
  });
}
