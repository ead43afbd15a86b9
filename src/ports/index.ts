export { noRows } from './account.ts';
export type * from './backfills.ts';
export type { Clock } from './clock.ts';
export { type Dialect, type Place, placeText } from './dialect.ts';
export type { FileFormat, FileStore, SourceFile } from './files.ts';
export type { ProcessLock, TakeLock } from './lock.ts';
export type * from './state.ts';
export type * from './ticks.ts';
export * from './warehouse.ts';
