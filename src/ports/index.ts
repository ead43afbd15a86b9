export { noRows } from './account.ts';
export type * from './alerts.ts';
export type * from './approvals.ts';
export type * from './backfills.ts';
export { cancelled } from './cancelled.ts';
export * from './changes.ts';
export { type Channel, type ChannelMessage, NotBefore } from './channel.ts';
export type { Clock } from './clock.ts';
export type * from './comparison.ts';
export type * from './conversion.ts';
export { type Delivered, isOwing } from './delivered.ts';
export { type AsOfJoin, type Dialect, type Place, placeText } from './dialect.ts';
export type * from './differences.ts';
export type * from './dissection.ts';
export { differencesOf, driftAfter, driftTexts, emptyTexts, type Looked, refuseBreaches } from './drift.ts';
export type * from './exporting.ts';
export type { Brought, FileFormat, FileStore, Published, Put, SourceFile } from './files.ts';
export type * from './found-there.ts';
export {
  type Carried,
  carriedAs,
  chunkRows,
  type Incoming,
  type IncomingChunk,
  type IncomingColumn,
  type IncomingInput,
  type Messages,
  messageColumns,
  type Piece,
  type SourceTable,
  type SourceTables,
  sentColumns,
  type TableAsked,
  type TableReach,
  type TableSnapshot,
  type Unread,
} from './incoming.ts';
export type * from './keeping.ts';
export { type Content, type KeptFiles, type LookedFile, namesIn } from './kept.ts';
export type * from './landing.ts';
export type * from './learning.ts';
export type { ProcessLock, TakeLock } from './lock.ts';
export type { LogFile } from './log-file.ts';
export type { MessageSink, SentMessage } from './messages.ts';
export type * from './models.ts';
export * from './onnx.ts';
export type * from './published.ts';
export type * from './small.ts';
export { dateIn, dayOf, hourBefore, type Span, spanCalled } from './span.ts';
export type * from './state.ts';
export * from './targets.ts';
export type * from './ticks.ts';
export { type Missing, type TreesEngine, TreesEngineFailed, type TreesJob } from './trees.ts';
export * from './warehouse.ts';
export { within } from './within.ts';
