import type { StepModel } from '../plan/index.ts';
import { isOwing } from '../ports/index.ts';
import type { Progress, Reach } from './bounds.ts';
import { judgesAll } from './bounds.ts';

/**
 * Why a step is evaluated. `missing`: never built. `definition`, `setting`: it, or a setting that it uses, has changed. `made-anew`: its table was lost.
 * `new-rows`: what it reads has changed. `elsewhere`: it reads a table that is not here, of which that is not known. `date`, `judged-by-date`: its query, or what it is judged by, uses the run's date or time. `every-run`: chance
 * is meant, or a check counts the rows of the run. `trained`: a model, whenever a job names it. `undelivered`: rows are not written elsewhere yet that should be, or a copy is gone. `look-back`: it reads again what it looks back on. `forced`: somebody asked for it.
 */
export type WhyCode =
  | 'missing'
  | 'definition'
  | 'setting'
  | 'made-anew'
  | 'new-rows'
  | 'elsewhere'
  | 'date'
  | 'judged-by-date'
  | 'every-run'
  | 'look-back'
  | 'undelivered'
  | 'trained'
  | 'refined'
  | 'forced';

interface Asked {
  readonly progress: Progress;
  readonly settingsHash: string;
  /** Evaluate even when nothing has changed. */
  readonly forced: boolean;
}

/**
 * Why evaluating it again could change something; nothing when it could not. A query that uses the run's date or time is evaluated, unless all its
 * rows come one by one from rows that are not there.
 */
export function reasonOf(
  model: StepModel,
  reach: Reach,
  { progress, settingsHash, forced }: Asked,
): WhyCode | undefined {
  const latest = progress.latest(model.node);
  if (!latest) return 'missing';
  if (model.kind === 'model') return model.refines ? 'refined' : 'trained';
  if (latest.definition !== model.definition) return 'definition';
  if (latest.settingsHash !== settingsHash) return 'setting';
  if (latest.sequence !== progress.sequenceOf(model.node.id)) return 'made-anew';
  if (isOwing(latest.details.delivered) || reach.copy?.isThere === false) return 'undelivered';
  if (reach.tables.length > 0) return 'elsewhere';
  if (hasNewFiles(model, reach) || moved(model, reach, progress).length > 0) return 'new-rows';
  if (model.runValues && !isRowByRow(model)) return 'date';
  if (model.judgesByRun && judgesAll(model)) return 'judged-by-date';
  if (model.alwaysAnew) return 'every-run';
  if (model.reads.some((read) => read.since?.lookback)) return 'look-back';
  return forced ? 'forced' : undefined;
}

/** Each of its rows comes from one that is new. */
export const isRowByRow = ({ carried, origin }: StepModel): boolean =>
  ['new', 'new files'].includes((carried ?? origin)?.from.how ?? '');

const hasNewFiles = (model: StepModel, { files }: Reach): boolean =>
  model.reads.some(({ how, node }) => how === 'new files' && (files.get(node.id)?.length ?? 0) > 0);

/** What it reads that stands elsewhere than when it read it. */
export const moved = ({ node }: StepModel, { bounds }: Reach, progress: Progress): Reach['bounds'] =>
  bounds.filter(({ source, upper }) => progress.watermark(node, source) !== upper);
