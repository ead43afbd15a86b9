export {
  type AnySettings,
  companions,
  type Graph,
  invalidDefinition,
  type LoadedFile,
  type Node,
  whereOf,
} from './catalog.ts';
export { collect } from './collect.ts';
export { allSteps, endlessStreams, type GraphStep, isEndless, stepsOf } from './order.ts';
export { matchesName, select } from './select.ts';
