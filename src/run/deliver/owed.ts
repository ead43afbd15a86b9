import type { AnyTable, KeptIn } from '../../define/index.ts';
import { type Node, receiptsOf } from '../../graph/index.ts';
import type { StepModel } from '../../plan/index.ts';
import { isOwing, type Publication } from '../../ports/index.ts';
import { settingNumber } from '../settings.ts';
import type { StepRun } from '../step.ts';
import type { Asked } from './rows.ts';

/** The rows that are to be written elsewhere, and of which publication they are. */
export interface Owed extends Asked {
  readonly generation: string;
  /** How far the receipts had come before the first of these rows was tried. */
  readonly since: bigint;
}

/** All rows; or those that the last delivery of the same rows has left. `before`: what this run has published of it already. */
export function owedBy({ node, definition }: StepModel, run: StepRun, before: Publication | undefined): Owed {
  const { project, progress, values, reruns, forced, signal } = run;
  const table = project.graph.nodeOf(receiptsOf(node.definition) as AnyTable) as Node<AnyTable>;
  const sequence = progress.sequenceOf(table.id);
  const generation = progress.generationOf(table.id) ?? '';
  const last = before ?? (forced || reruns?.has(node.id) ? undefined : progress.latest(node));
  const former = last?.details.delivered;
  const goesOn =
    former !== undefined &&
    isOwing(former) &&
    last?.definition === definition &&
    former.sequence === String(sequence) &&
    former.generation === generation;
  const since = goesOn ? BigInt(former.since) : progress.sequenceOf(node.id);
  const { batch } = table.definition.spec.keptIn as KeptIn;
  const size = typeof batch === 'object' ? settingNumber(batch, values.settings, project) : batch;
  return {
    ...{ table, sequence, generation, since, signal },
    ...(goesOn ? { without: { receipts: node, since } } : {}),
    size: Math.max(1, Math.floor(size)),
    last: before?.details.delivered?.last ?? 0,
  };
}
