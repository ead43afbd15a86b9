import type { EsteiraError } from '../../errors.ts';
import type { Project } from '../project.ts';

/** How a reader of changes stands that goes on in this process. */
export interface Followed {
  readonly job: string;
  /** Rows landed since it began. */
  rows: number;
  /** Changes landed in each second, lately. */
  rate: number;
  /** Everything committed up to there is landed. */
  position: bigint;
  /** When the newest transaction that was landed was committed. */
  committedAt: Temporal.Instant | undefined;
  /** What keeps it from going on, while it does. */
  trouble: EsteiraError | undefined;
  /** Somebody waits until everything up to there is landed. */
  awaited: bigint;
}

const followed = new WeakMap<Project, Map<string, Followed>>();

/** Readers that go on in this process, by job. */
export const followedIn = (project: Project): ReadonlyMap<string, Followed> => followed.get(project) ?? new Map();

/** From now on until `end`. */
export function beginFollowing(project: Project, job: string): { readonly now: Followed; end(): void } {
  const own = followed.get(project) ?? new Map<string, Followed>();
  followed.set(project, own);
  const now: Followed = {
    ...{ job, rows: 0, rate: 0, position: 0n, committedAt: undefined, trouble: undefined, awaited: 0n },
  };
  own.set(job, now);
  return { now, end: () => void own.delete(job) };
}
