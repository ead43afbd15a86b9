/** Held by the system for a process, and gone when the process is, however it ended. */
export interface ProcessLock {
  release(): void;
}
/** Nothing when another process holds the lock of that file. */
export type TakeLock = (file: string) => Promise<ProcessLock | undefined>;
