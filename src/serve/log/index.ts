export type { EventTarget } from './event-ways.ts';
export { Events } from './events.ts';
export { LineLog } from './line-log.ts';
export { PredictionLog } from './prediction-log.ts';
export { fractionOf } from './sample.ts';
