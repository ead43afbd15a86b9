import type { AnySource } from '../define/index.ts';
import type { Read, StepModel } from '../plan/index.ts';
import { type Bound, dayOf, hourBefore, type SourceTable, type Span, type TableSnapshot } from '../ports/index.ts';
import type { Progress, Reach } from './bounds.ts';
import type { RunValues } from './write.ts';

type When = Pick<RunValues, 'date' | 'logicalTime'>;

/** Of what time a source gives its rows to a run. */
export const spanOf = ({ node }: Pick<Read, 'node'>, { date, logicalTime }: When): Span =>
  (node.definition as AnySource).hourly ? hourBefore(logicalTime) : dayOf(date);

/** The times of a read that are asked for: the run's, and those that are owed. */
export function spansOf(read: Read, values: When, { owed }: Pick<Reach, 'owed'>): readonly Span[] {
  const own = spanOf(read, values);
  const others = (owed?.drained ?? []).map(({ span }) => span);
  return [own, ...others.filter(({ called }) => called !== own.called)];
}

const marks = ({ node }: Read): string => `span:${node.id}`;

/** How far the source had come with the newest span that the target has read, as the source said then. */
export const knownSpan = (read: Read, model: StepModel, progress: Progress): ReadonlyMap<string, bigint> =>
  new Map(
    [...progress.watermarks(model.node, marks(read))].map(([source, upper]) => [
      source.slice(marks(read).length + 1),
      upper,
    ]),
  );

/** That, as it is now; nothing where a later span was read before, or where the source says nothing. */
export async function boundsOfSpan(
  read: Read,
  table: SourceTable,
  of: {
    readonly model: StepModel;
    readonly progress: Progress;
    readonly date: Temporal.PlainDate;
    readonly at?: Temporal.Instant;
    readonly snapshot?: TableSnapshot;
  },
): Promise<readonly Bound[]> {
  const { model, progress, date, at, snapshot } = of;
  if (at === undefined) return [];
  const found = await snapshot?.spanned?.(table, spanOf(read, { date, logicalTime: at }));
  const [before, now] = [knownSpan(read, model, progress).get('until'), found?.get('until')];
  if (!found || now === undefined || (before !== undefined && before >= now)) return [];
  return [...found].map(([part, upper]) => ({ source: `${marks(read)}:${part}`, upper }));
}
