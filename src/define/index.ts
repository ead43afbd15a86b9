export { type Approval, type ApprovalFacts, conditionsOf, verdictColumns } from './approval.ts';
export { asOf, uniqueIn } from './as-of.ts';
export { isSetting } from './bound.ts';
export { type Check, check } from './check.ts';
export { type CopiedTo, copyColumns } from './copied.ts';
export { copyOf, type Definition, isDefinition, ownCopy, writtenAt } from './definition.ts';
export { drift } from './drift.ts';
export { type Endpoint, type EndpointFacts, endpoint, eventsFolder, logFolder } from './endpoint.ts';
export { fn } from './fn.ts';
export { bias, mape, missingShare, wape } from './forecast.ts';
export {
  exposureGap,
  fairnessGap,
  type GateLimit,
  type GateMeasure,
  isTimed,
  latency,
  type ShadowFigure,
  samples,
  shadow,
} from './gate.ts';
export {
  after,
  alerted,
  always,
  byHand,
  cron,
  type Job,
  job,
  type Missed,
  type Pauses,
  type Rollback,
  type Trigger,
} from './job.ts';
export { batchColumns, type KeptIn, receiptColumns } from './kept.ts';
export {
  besideOf,
  boostedTrees,
  external,
  imported,
  kmeans,
  type Learner,
  lambdaMart,
  linearRegression,
  logisticRegression,
  priceElasticity,
  refiningOf,
  regressionTrees,
} from './learners.ts';
export {
  atLeast,
  atMost,
  type DegradationMeasure,
  type DriftMeasure,
  type ErrorMeasure,
  expectNone,
  type FallbackMeasure,
  type InertiaMeasure,
  isTime,
  type LastDays,
  type LatencyMeasure,
  type Limit,
  type Measure,
  type MissingMeasure,
  noWorse,
  type RejectedMeasure,
  type RowMeasure,
  type ShiftMeasure,
} from './limit.ts';
export {
  age,
  degradation,
  duration,
  failures,
  fallbackShare,
  inertia,
  invalidShare,
  rejectedShare,
  rowsIn,
  scalar,
  servedLatency,
  unpublished,
  volume,
} from './measures.ts';
export { type AnyModel, approvedBy, type Model, type ModelFacts, model, modelsInside } from './model.ts';
export { type Monitor, monitor } from './monitor.ts';
export { recommendationColumns } from './pricing/columns.ts';
export { priceMoveColumns, priceMoves } from './pricing/price-moves.ts';
export { type Recommending, recommendedPrices } from './pricing/recommended-prices.ts';
export {
  type AnyReadable,
  type AnyRows,
  type AsOf,
  type Fragment,
  from,
  type Mention,
  type Predict,
  perEngine,
  type Readable,
  type RowFunction,
  type Rows,
  type RunValue,
  recipesIn,
  run,
  type Setting,
  sql,
} from './rows.ts';
export { type Settings, type SettingsTable, settings, settingsTable } from './settings.ts';
export {
  type AnySource,
  type Env,
  env,
  extraColumn,
  files,
  firstOf,
  type Matching,
  type NewColumns,
  type Reader,
  type Source,
  source,
  valuesOf,
  variableIn,
} from './source.ts';
export {
  type AnyTable,
  existsIn,
  isReference,
  keepLatest,
  type Table,
  table,
} from './table.ts';
export { appendChanges, appends, history, mergeDeleting, replaceEach, type Way, wayOf } from './way.ts';
