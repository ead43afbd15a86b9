import type { FeatureColumn } from '../features.ts';
import type { Session, Value } from './session.ts';

/** Which features go into which input of a model, and what of its output is predicted; kept with it. */
export interface Bound {
  readonly inputs: readonly BoundInput[];
  readonly output: {
    readonly name: string;
    /** Numbers of a row. */
    readonly width: number;
    /** Of those, one for each column that is predicted. */
    readonly places: readonly number[];
  };
}
export interface BoundInput {
  readonly name: string;
  readonly type: Exclude<Value['type'], 'other'>;
  /** Beside each other, in this order. */
  readonly features: readonly string[];
}

export interface Feature {
  readonly name: string;
  readonly of: FeatureColumn['of'];
}

/** A model that does not fit its definition: `message` says why. */
export class UnfitOnnx extends RangeError {
  override readonly name = 'UnfitOnnx';
}

/** Inputs by the names of features; of the others one takes what numbers are left, and one what texts are. Throws UnfitOnnx. */
export function boundInputs({ inputs }: Pick<Session, 'inputs'>, features: readonly Feature[]): Bound['inputs'] {
  const byName = new Map(features.map((feature) => [feature.name, feature]));
  const isOwn = ({ name, shape }: Value): boolean => byName.has(name) && widthOf(shape, 1) === 1;
  const named = new Set(inputs.filter(isOwn).map(({ name }) => name));
  const left = features.filter(({ name }) => !named.has(name));
  const whole = inputs.filter((input) => !isOwn(input));
  const bound = inputs.map((input): BoundInput => {
    const { name, type, shape } = input;
    if (type === 'other') throw new UnfitOnnx(`its input ${name} is of a kind that no feature has`);
    const own = isOwn(input) ? [byName.get(name) as Feature] : left.filter((one) => fits(one, type));
    const rivals = whole.filter((one) => (one.type === 'string') === (type === 'string'));
    if (!isOwn(input) && (own.length === 0 || rivals.length > 1))
      throw new UnfitOnnx(`it asks for ${name}, which is no feature: those are ${namesOf(features)}`);
    const width = widthOf(shape, own.length);
    if (width !== own.length)
      throw new UnfitOnnx(`its input ${name} takes ${width} features, and there are ${own.length}: ${namesOf(own)}`);
    for (const one of own)
      if (!fits(one, type)) throw new UnfitOnnx(`it takes ${one.name} as ${type}, and the feature is of ${one.of}`);
    return { name, type, features: own.map((one) => one.name) };
  });
  const used = new Set(bound.flatMap((one) => one.features));
  const idle = features.find(({ name }) => !used.has(name));
  if (idle) throw new UnfitOnnx(`it does not ask for the feature ${idle.name}: its inputs are ${namesOf(inputs)}`);
  return bound;
}

const fits = ({ of }: Feature, type: BoundInput['type']): boolean => (of === 'texts') === (type === 'string');
const namesOf = (all: readonly { readonly name: string }[]): string => all.map(({ name }) => name).join(', ');

/** `unknown`: where the model does not say. */
function widthOf(shape: readonly number[], unknown: number): number {
  if (shape.includes(-1)) return shape.length === 1 ? unknown : -1;
  return shape.reduce((product, one) => product * one, 1);
}

/** The one output that is numbers: of a classifier its probabilities. Throws UnfitOnnx. */
export function boundOutput({ outputs }: Pick<Session, 'outputs'>): string {
  const numbers = outputs.filter(({ type }) => type === 'float32' || type === 'float64');
  const [only, other] = numbers;
  if (only && !other) return only.name;
  const probabilities = numbers.find(({ name }) => /probabilit/.test(name));
  if (probabilities) return probabilities.name;
  const maps = outputs.find(({ type }) => type === 'other');
  if (maps)
    throw new UnfitOnnx(
      `its output ${maps.name} is no table of numbers but maps (ZipMap): convert it with options={'zipmap': False}`,
    );
  if (only) throw new UnfitOnnx(`it gives several numbers, and none is called probabilities: ${namesOf(numbers)}`);
  throw new UnfitOnnx(`it gives labels and no numbers: ${namesOf(outputs)}`);
}

export interface WantedOutput {
  /** What is predicted, by name. */
  readonly outputs: readonly string[];
  readonly positive?: string | number | boolean;
  /** In the order of its probabilities, where that is known. */
  readonly classes?: readonly (string | number | boolean)[];
}

/** Which of so many numbers of a row are what the definition predicts. Throws UnfitOnnx. */
export function placesIn(width: number, { outputs, positive, classes }: WantedOutput): readonly number[] {
  if (outputs.length > 1) {
    if (width !== outputs.length)
      throw new UnfitOnnx(`it gives ${width} numbers for each row, and ${outputs.join(', ')} are ${outputs.length}`);
    return outputs.map((_, place) => place);
  }
  if (positive !== undefined) return [placeOf(positive, width, classes)];
  if (width > 2)
    throw new UnfitOnnx(
      `it gives ${width} numbers for each row${classes ? `, of the classes ${classes.join(', ')}` : ''}: say which by positive, or name a column for each in output`,
    );
  return [width - 1];
}

function placeOf(positive: string | number | boolean, width: number, known: WantedOutput['classes']): number {
  if (!known && !(width === 2 && [0, 1].includes(Number(positive))))
    throw new UnfitOnnx(`it does not say which classes its ${width} numbers are of, so that ${positive} is not found`);
  const classes = known ?? [0, 1];
  const place = classes.findIndex((one) => one === positive || Number(one) === Number(positive));
  if (place < 0) throw new UnfitOnnx(`${positive} is none of its classes, which are ${classes.join(', ')}`);
  return place;
}
