export { type Check, check } from './check.ts';
export { copyOf, type Definition, isDefinition, ownCopy, writtenAt } from './definition.ts';
export { type FragmentName, fn, fragmentNames } from './fn.ts';
export { after, always, byHand, cron, type Job, job, type Missed, type Trigger } from './job.ts';
export { atLeast, atMost, expectNone, invalidShare, type Limit, type Measure, rowsIn, scalar } from './limit.ts';
export {
  type AnyReadable,
  type AnyRows,
  type Fragment,
  from,
  type Literal,
  type Mention,
  perEngine,
  type Readable,
  type Recipe,
  type RowFunction,
  type Rows,
  type RunValue,
  run,
  type Setting,
  type Since,
  sql,
} from './rows.ts';
export { type Settings, type SettingsTable, settings, settingsTable } from './settings.ts';
export { type AnySource, type Env, env, files, postgres, type Reader, type Source, source } from './source.ts';
export {
  type AnyTable,
  existsIn,
  invalidColumns,
  isReference,
  type Keep,
  keepLatest,
  mergeDeleting,
  type Reference,
  type Table,
  type TableFacts,
  table,
  type Way,
} from './table.ts';
