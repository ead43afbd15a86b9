import type { Scope } from './choose.ts';

// How runs are called that are of no job: none can have such a name.

export const nameOfRerun = ({ scope, invalid }: Scope): string => `reprocess ${invalid ? '--invalid ' : ''}${scope}`;
export const isRerun = (job: string): boolean => job.startsWith('reprocess ');

/** The run that keeps a job while its dates are built. */
export const nameOfBackfill = (job: string): string => `backfill ${job}`;

export const nameOfReset = (name: string): string => `reset ${name}`;
export const isReset = (job: string): boolean => job.startsWith('reset ');
