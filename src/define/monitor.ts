import { type Definition, define } from './definition.ts';
import type { Limit } from './limit.ts';

export interface Monitor extends Definition<'monitor'> {
  readonly expect: Limit;
  readonly every?: string;
  readonly tell?: string;
  readonly next?: string;
}

/** A number watched over time; tells people when it leaves its limit, and when it is back. */
export const monitor = (
  name: string,
  spec: {
    readonly expect: Limit;
    /** A cron expression, in UTC. Without it the limit is judged after each run that may have changed its number. */
    readonly every?: string;
    /** A channel of the configuration; without it nobody is told, and `esteira alerts` shows it. */
    readonly tell?: string;
    /** What to look at next; part of the message. */
    readonly next?: string;
  },
): Monitor => define({ kind: 'monitor', name, dependsOn: spec.expect?.of ?? [], ...spec });
