import { type AnySource, type AnyTable, appends, run, wayOf } from '../define/index.ts';
import { type Read, readsDay, type StepModel } from '../plan/index.ts';
import { isRowByRow } from './reason.ts';

/**
 * How a step is done once more. `anew`: from the start, after everything has left the table. `date`: the run's date only, after what it had left has gone.
 * `invalid`: its invalid rows are judged again.
 */
export type Rerun = 'anew' | 'date' | 'invalid';

/** Rows of it cannot be had once more; why, in words. */
export function keptBecause(model: StepModel): string | undefined {
  const { definition, inside } = model.node;
  if (inside || definition.kind === 'model')
    return 'its rows are of versions of a model, which only a job makes that names it';
  if (definition.kind !== 'table') return 'it holds what a stream has brought';
  if (model.kind === 'delivery')
    return 'it says what was written elsewhere, and the next run writes what is another there';
  if (model.kind === 'approval') return 'it holds what people have let through, and nobody asks them again';
  const { write, unrepeatable } = (definition as AnyTable).spec;
  if (write === 'replace' || write === 'view') return undefined;
  if (model.runValues && !isRowByRow(model)) return 'its rows are those of the days on which it was built';
  if (unrepeatable) return 'its rows are made by chance';
  if ((appends(definition) || wayOf(definition, 'history')) && model.reads.some(changes))
    return 'it keeps what its sources do not say any more';
  return undefined;
}

/** Its rows are of the days on which it was built: each day's can be had once more, by the tables as they are now. */
export function isDated(model: StepModel): boolean {
  const { definition } = model.node;
  if (definition.kind !== 'table' || !model.runValues || isRowByRow(model)) return false;
  // What was new on that day is not known any more; and a date has many hours.
  if (model.reads.some(({ how, node }) => how.startsWith('new') || (node.definition as AnySource).hourly)) return false;
  const { write, duplicates } = (definition as AnyTable).spec;
  // Else the day that was built last would win, as it does where a merge has no order.
  if (wayOf(definition, 'replace each')) return replacesItsDay(model);
  if (appends(definition) || wayOf(definition, 'history')) return true;
  return write !== 'replace' && write !== 'view' && duplicates !== undefined;
}

/** What it replaces is the run's date: no other date brings rows of it. */
export function replacesItsDay({ node, reads }: StepModel): boolean {
  const each = wayOf(node.definition, 'replace each')?.column;
  if (each === undefined) return false;
  if (reads.some((read) => readsDay(read) && (read.node.definition as AnySource).day === each)) return true;
  const { recipe } = (node.definition as AnyTable).spec.rows;
  if (recipe.by !== 'sql') return false;
  const named = new RegExp(`^\\s+as\\s+"?${each}"?(?!\\w)`, 'i');
  return recipe.mentions.some((mention, index) => mention === run.date && named.test(recipe.parts[index + 1] ?? ''));
}

/** What it read of it yesterday may not be there today. */
function changes({ how, node: { definition } }: Read): boolean {
  if (how === 'files' || (definition.kind === 'source' && (definition as AnySource).reader.changes)) return true;
  return how === 'whole' && !appends(definition);
}

/** It brings rows in from outside, as they are: others are built from it. */
export const bringsIn = ({ kind, keepsOriginal, reads }: StepModel): boolean =>
  kind === 'source' || (keepsOriginal && reads.some(({ node }) => node.definition.kind === 'source'));

/** Its invalid rows can be found again where they come from, by their identity. */
export const canJudgeAgain = ({ carried, origin }: StepModel): boolean => (carried ?? origin) !== undefined;
