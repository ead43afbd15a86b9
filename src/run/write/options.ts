import type { Batch, DefinitionFacts, TableSnapshot } from '../../ports/index.ts';
import type { Reach } from '../bounds.ts';
import type { Prepared } from '../learning/learning.ts';
import type { Matched } from '../matched.ts';
import type { Project } from '../project.ts';
import type { Rerun } from '../rerun.ts';
import type { SettingValues } from '../settings.ts';

/** Everything of a run that a query may see. */
export interface RunValues {
  readonly runId: string;
  readonly date: Temporal.PlainDate;
  readonly logicalTime: Temporal.Instant;
  readonly settings: SettingValues;
}
/** What a step brings besides its model. */
export interface Options {
  readonly project: Project;
  readonly reach: Reach;
  readonly values: RunValues;
  readonly batch: Batch;
  /** Rows may come that the table has had before. */
  readonly reread: boolean;
  /** Another definition has written what is in the table. */
  readonly redefined?: boolean;
  /** The definition is not the one that was published before. */
  readonly facts?: DefinitionFacts;
  /** Nothing that it reads has changed: it is only recorded. */
  readonly unchanged: boolean;
  /** It is done once more. */
  readonly rerun?: Rerun;
  readonly ahead?: boolean;
  /** Models that it predicts with, and of a table inside one the version that is written. */
  readonly prepared?: Prepared;
  /** By source that is asked for what a table has: these values. */
  readonly matched?: Matched;
  /** Where tables of sources are read; absent where nothing is. */
  readonly snapshot?: TableSnapshot;
}
