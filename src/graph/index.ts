export {
  type AnySettings,
  companions,
  type Graph,
  type Held,
  invalidDefinition,
  type LoadedFile,
  type Node,
  whereOf,
} from './catalog.ts';
export { checksByTable } from './checks.ts';
export { collect } from './collect.ts';
export { allSteps, endlessStreams, type GraphStep, isEndless, type JobSteps, stepsOf } from './order.ts';
export { matchesName, select } from './select.ts';
