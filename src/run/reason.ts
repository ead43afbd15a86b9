import type { StepModel } from '../plan/index.ts';
import type { Progress, Reach } from './bounds.ts';
import { judgesAll } from './bounds.ts';

interface Asked {
  readonly progress: Progress;
  readonly settingsHash: string;
  /** Evaluate even when nothing has changed. */
  readonly forced: boolean;
}

/**
 * Why evaluating it again could change something, in words; nothing when it could not. A query that uses the run's date or time is evaluated, unless
 * all its rows come one by one from rows that are not there.
 */
export function reasonOf(
  model: StepModel,
  reach: Reach,
  { progress, settingsHash, forced }: Asked,
): string | undefined {
  const latest = progress.latest(model.node);
  if (!latest) return 'never built';
  if (latest.definition !== model.definition) return `its definition has changed${fromNowOn(model)}`;
  if (latest.settingsHash !== settingsHash) return `a setting that it uses has changed${fromNowOn(model)}`;
  if (latest.sequence !== progress.sequenceOf(model.node.id)) return 'it was made anew';
  const news = [...newFiles(model, reach), ...moved(model, reach, progress)];
  if (news.length > 0) return `new in ${[...new Set(news)].join(', ')}`;
  if (model.runValues && !isRowByRow(model)) return "uses the run's date or time";
  if (model.judgesByRun && judgesAll(model)) return "its rules or checks use the run's date or time";
  if (model.alwaysAnew) return 'evaluated by every run';
  if (model.reads.some((read) => read.since?.lookback)) return 'reads again what it looks back on';
  return forced ? 'asked for' : undefined;
}

/** Each of its rows comes from one that is new. */
export const isRowByRow = ({ carried, origin }: StepModel): boolean =>
  ['new', 'new files'].includes((carried ?? origin)?.from.how ?? '');

/** What was read before is not read again for the sake of a change. */
const fromNowOn = ({ reads }: StepModel): string =>
  reads.some(({ how, since }) => how.startsWith('new') && !since?.lookback)
    ? ': only rows that arrive from now on get it; esteira reprocess gives it to all'
    : '';

const newFiles = (model: StepModel, { files }: Reach): readonly string[] =>
  model.reads
    .filter(({ how, node }) => how === 'new files' && (files.get(node.id)?.length ?? 0) > 0)
    .map(({ node }) => `${node.schema}.${node.table}`);

/** Sources, without their catalog, that stand elsewhere than when it read them. */
const moved = ({ node }: StepModel, { bounds }: Reach, progress: Progress): readonly string[] =>
  bounds
    .filter(({ source, upper }) => progress.watermark(node, source) !== upper)
    .map(({ source }) => source.replace(/^(?:files:)?[^.]+\./, ''));
