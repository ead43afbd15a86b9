import type { Endpoint } from '../../define/index.ts';
import type { Clock, KeptFiles, TakeLock } from '../../ports/index.ts';
import type { Say } from '../parts.ts';
import type { SpoolPoint } from './spool.ts';

/** What both the log and the events of an endpoint need. */
export interface Writing {
  readonly endpoint: Endpoint;
  /** Where the files go. */
  readonly store: KeptFiles;
  /** A folder of this machine, of this endpoint in this environment. */
  readonly spool: string;
  /** No other process is called so, now or later. */
  readonly process: string;
  readonly takeLock: TakeLock;
  readonly clock: Clock;
  readonly say: Say;
  /** Called at each named point, which waits for what it gives. */
  readonly trace?: (point: SpoolPoint | 'rows-written') => void | Promise<void>;
  /** What memory and disk may hold, in bytes, where it is not the usual. */
  readonly bounds?: { readonly memory?: number; readonly spool?: number };
}
