import os from 'node:os';

/** Has this thread get what the others leave. On Linux a priority is a thread's own, and 0 the one that asks; elsewhere it would be the process's. */
export function giveWay(): void {
  if (process.platform === 'linux') os.setPriority(0, os.constants.priority.PRIORITY_BELOW_NORMAL);
}
