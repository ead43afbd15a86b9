export { approvalOf, approvalsAbove, groupsOf } from './approval.ts';
export {
  type AnySettings,
  companions,
  type Graph,
  invalidDefinition,
  type LoadedFile,
  type Node,
  whereOf,
} from './catalog.ts';
export { refusing } from './checks.ts';
export { collect } from './collect.ts';
export { readCron, type Times } from './cron.ts';
export { deliveryOf, receiptsOf } from './delivery.ts';
export { isWritable, writable } from './endpoints.ts';
export { isOfModel } from './models.ts';
export { isMargin, rangeOf } from './monitors.ts';
export { allSteps, endlessStreams, type GraphStep, isEndless, stepsOf } from './order.ts';
export { dayOf } from './pauses.ts';
export { scheduledBy, unreadableSchedule } from './schedules.ts';
export { matchesName, select } from './select.ts';
