import type { Scope } from './choose.ts';

// How runs are called that are of no job: none can have such a name.

export const nameOfRerun = ({ scope, invalid }: Scope): string => `reprocess ${invalid ? '--invalid ' : ''}${scope}`;
export const isRerun = (job: string): boolean => job.startsWith('reprocess ');

/** The run that keeps a job while its dates are built. */
export const nameOfBackfill = (job: string): string => `backfill ${job}`;

export const isBackfill = (job: string): boolean => job.startsWith('backfill ');

export const nameOfReset = (name: string): string => `reset ${name}`;
export const isReset = (job: string): boolean => job.startsWith('reset ');
/** It has leases and no steps. */
export const isKeeper = (job: string): boolean => isReset(job) || isBackfill(job);
