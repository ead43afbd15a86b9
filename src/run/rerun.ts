import type { AnyTable } from '../define/index.ts';
import type { Read, StepModel } from '../plan/index.ts';
import { isRowByRow } from './reason.ts';

/** How a step is done once more. `anew`: from the start, after everything has left the table. `invalid`: its invalid rows are judged again. */
export type Rerun = 'anew' | 'invalid';

/** Rows of it cannot be had once more; why, in words. */
export function keptBecause(model: StepModel): string | undefined {
  const { definition } = model.node;
  if (definition.kind !== 'table') return 'it holds what a stream has brought';
  const { write, unrepeatable } = (definition as AnyTable).spec;
  if (write === 'replace' || write === 'view') return undefined;
  if (model.runValues && !isRowByRow(model)) return 'its rows are those of the days on which it was built';
  if (unrepeatable) return 'its rows are made by chance';
  if (write === 'append' && model.reads.some(changes)) return 'it keeps what its sources do not say any more';
  return undefined;
}

/** What it read of it yesterday may not be there today. */
function changes({ how, node: { definition } }: Read): boolean {
  if (how === 'files') return true;
  return how === 'whole' && !(definition.kind === 'table' && (definition as AnyTable).spec.write === 'append');
}

/** It brings rows in from outside, as they are: others are built from it. */
export const bringsIn = ({ kind, keepsOriginal }: StepModel): boolean => kind === 'source' || keepsOriginal;

/** Its invalid rows can be found again where they come from, by their identity. */
export const canJudgeAgain = ({ carried }: StepModel): boolean => carried !== undefined;
