export { PredictionLog } from './prediction-log.ts';
export { fractionOf } from './sample.ts';
