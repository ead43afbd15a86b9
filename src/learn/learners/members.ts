import { elasticityPredictor } from '../elasticity/predict.ts';
import { onnxPredictor, type Predict } from '../onnx/predict.ts';
import type { Runtime } from '../onnx/session.ts';
import { readModel } from '../trees/format/read.ts';
import type { TreeModel } from '../trees/model.ts';
import { treesPredictor } from '../trees/train.ts';
import type { Parameters } from './learned.ts';

/** What was learned of one member of a family, as it was read; trees are ready to be walked. */
export interface ReadMember {
  readonly member: Readonly<Record<string, string | number | boolean>>;
  readonly parameters: Parameters;
  readonly trees?: TreeModel;
}

/** What a version has learned. Throws SyntaxError and UnreadableModel. */
export const readMembers = (file: Uint8Array): readonly ReadMember[] =>
  (JSON.parse(Buffer.from(file).toString('utf8')) as { readonly members: readonly ReadMember[] }).members.map((one) =>
    'text' in one.parameters ? { ...one, trees: readModel(one.parameters.text) } : one,
  );

export const asksOnnx = (members: readonly Pick<ReadMember, 'parameters'>[]): boolean =>
  members.some(({ parameters }) => 'onnx' in parameters);

/** Predicts rows here; nothing where the engine does. `onnx` is asked for only by who has such a model. */
export function predictorOf({ parameters, trees }: Omit<ReadMember, 'member'>, onnx?: Runtime): Predict | undefined {
  if (trees) {
    const predict = treesPredictor(trees);
    return (columns) => [predict(columns)];
  }
  if ('model' in parameters) return elasticityPredictor(parameters.model);
  if (!('onnx' in parameters)) return undefined;
  if (!onnx) throw new TypeError('nothing was given that carries out the model');
  return onnxPredictor(onnx.open(Buffer.from(parameters.onnx, 'base64')), parameters.bound);
}
