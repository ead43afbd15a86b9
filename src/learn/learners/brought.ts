import type { FeatureColumn } from '../features.ts';
import { boundInputs, boundOutput, placesIn, UnfitOnnx, type WantedOutput } from '../onnx/bound.ts';
import { onnxPredictor, type Predict, widthOf } from '../onnx/predict.ts';
import { readModel } from '../trees/format/read.ts';
import { type Measures, measuresOf, type Outcomes } from '../trees/measures.ts';
import { treesPredictor } from '../trees/train.ts';
import { judgedAcross } from './across.ts';
import { differences, type Original } from './differences.ts';
import type { Learned, Lesson, Parameters } from './learned.ts';
import { predictorOf } from './members.ts';
import { learnedAll, lengthOf, otherColumns, pickedAll, rowsWhere, unjudged, unknownTargets } from './rows.ts';

/** A model that was made elsewhere. */
export interface Brought {
  readonly file: { readonly onnx: Uint8Array } | { readonly text: string };
  /** Of a classifier, in the order of its probabilities. */
  readonly classes?: readonly (string | number | boolean)[];
  readonly original?: Original;
}
type Own = Lesson<Pick<WantedOutput, 'positive'>>;
type Learner = Extract<Parameters, { readonly onnx: string }>['learner'];

export const imported = (lesson: Own): Learned => taken(lesson, 'imported');
export const external = (lesson: Own): Learned => taken(lesson, 'external');

/** What was brought is judged by rows that it has not learned from. Throws RangeError where it does not fit the features, or what it is to predict. */
function taken(lesson: Own, learner: Learner): Learned {
  const { columns, features, target, held, fresh, across = {}, former, formerDate, brought, outputs = [] } = lesson;
  if (!brought) throw new TypeError('nothing was brought');
  const { parameters, predict, places } = opened(lesson, { learner, brought, outputs });
  const [first] = features;
  const count = first ? lengthOf(columns[first.name] as FeatureColumn) : 0;
  const { values, valid } = numbersIn(target);
  const isHeld = (row: number): boolean => held?.[row] === 1;
  const known = rowsWhere(count, (row) => target !== undefined && (valid === undefined || valid[row] === 1));
  const kept = held ? known.filter(isHeld) : known;
  const unseen = fresh ? kept.filter((row) => fresh[row] === 1) : kept;
  const isBinary = kept.every((row) => values[row] === 0 || values[row] === 1);
  const measures = (of: Outcomes): Measures => measuresOf({ objective: isBinary ? 'binary' : 'regression' }, of);
  const outcomesOf = (of: Predict, by: Int32Array): Outcomes => ({
    predictions: of(pickedAll(columns, by), by.length)[0] as Float64Array,
    values: Float64Array.from(by, (row) => values[row] as number),
  });
  const compared = (before: Predict | undefined) => {
    if (!before) return { incomparable: otherColumns };
    if (unseen.length === 0) return { incomparable: `it ${learnedAll(formerDate)}` };
    return {
      champion: measures(outcomesOf(before, unseen)),
      compared: unseen.length,
      ...(unseen.length < kept.length ? { beside: measures(outcomesOf(predict, unseen)) } : {}),
    };
  };
  const judged = () => {
    const outcomes = outcomesOf(predict, kept);
    return {
      samples: kept.length,
      measures: measures(outcomes),
      segments: judgedAcross(pickedAll(across, kept), outcomes, measures),
      ...(former ? compared(championOf(former, lesson)) : {}),
    };
  };
  const { original } = brought;
  const said = original?.isWhole ? places.map((place) => original.values[place] as Float64Array) : original?.values;
  const agreement = differences(predict, original && { ...original, values: said ?? [] });
  // Several columns are classes, and the target is one of them.
  const canJudge = target !== undefined && outputs.length === 1;
  const found = canJudge && kept.length > 0 ? judged() : undefined;
  const none = canJudge && !found ? unjudged(held, { judging: 0 }) : undefined;
  return {
    parameters,
    inside: Object.entries(agreement.measures).map(([measure, value]) => ({ measure, value })),
    rows: count - rowsWhere(count, isHeld).length,
    held: held ? kept.length : 0,
    left: target ? unknownTargets(count - known.length) : {},
    ...found,
    ...none,
    measures: { ...agreement.measures, ...found?.measures },
    unknown: agreement.unknown,
  };
}

interface Opened {
  readonly parameters: Parameters;
  readonly predict: Predict;
  readonly places: readonly number[];
}
interface By {
  readonly learner: Learner;
  readonly brought: Brought;
  readonly outputs: readonly string[];
}

function opened(lesson: Own, by: By): Opened {
  const { file } = by.brought;
  return 'text' in file ? openedTrees(lesson, file.text, by) : openedOnnx(lesson, file.onnx, by);
}

function openedOnnx({ onnx, features, columns, options }: Own, model: Uint8Array, of: By): Opened {
  const { learner, brought, outputs } = of;
  if (!onnx) throw new TypeError('nothing was given that carries out the model');
  const session = onnx.open(model);
  const inputs = boundInputs(
    session,
    features.map(({ name }) => ({ name, of: (columns[name] as FeatureColumn).of })),
  );
  const name = boundOutput(session);
  const width = widthOf(session, inputs, { name, columns });
  const { positive } = options;
  const places = placesIn(width, {
    outputs,
    ...(positive === undefined ? {} : { positive }),
    ...(brought.classes ? { classes: brought.classes } : {}),
  });
  const bound = { inputs, output: { name, width, places } };
  return {
    parameters: { learner, onnx: Buffer.from(model).toString('base64'), bound },
    predict: onnxPredictor(session, bound),
    places,
  };
}

function openedTrees(
  { features, columns, options: { positive } }: Own,
  text: string,
  { learner, outputs }: By,
): Opened {
  const trees = readModel(text);
  const names = features.map(({ name }) => name);
  const unknown = trees.features.find((name) => !names.includes(name));
  const idle = names.find((name) => !trees.features.includes(name));
  if (unknown !== undefined)
    throw new UnfitOnnx(`it asks for ${unknown}, which is no feature: those are ${names.join(', ')}`);
  if (idle !== undefined) throw new UnfitOnnx(`it does not ask for the feature ${idle}`);
  if (trees.perRound !== 1 || outputs.length !== 1)
    throw new UnfitOnnx(
      `it gives ${trees.perRound} numbers for each row, and ${outputs.join(', ')} are ${outputs.length}`,
    );
  if (positive !== undefined && Number(positive) !== 1)
    throw new UnfitOnnx(`it gives the probability of 1, and not of ${positive}`);
  const walk = treesPredictor(trees);
  const predict: Predict = (asked) => [walk(asked)];
  // A text of which it knows no words is told before anything is kept.
  predict(pickedAll(columns, new Int32Array()), 0);
  return { parameters: { learner, text }, predict, places: [0] };
}

/** The champion, where its features are still there. */
function championOf(former: Parameters, { columns, onnx, features }: Own): Predict | undefined {
  const own = 'text' in former ? { parameters: former, trees: readModel(former.text) } : { parameters: former };
  const asked = own.trees?.features ?? ('bound' in former ? former.bound.inputs.flatMap((one) => one.features) : []);
  const names = new Set(features.map(({ name }) => name));
  return asked.every((name) => names.has(name) && columns[name]) ? predictorOf(own, onnx) : undefined;
}

function numbersIn(target: FeatureColumn | undefined): Exclude<FeatureColumn, { readonly of: 'texts' }> {
  if (target?.of === 'texts') throw new RangeError('the target is no number');
  return target ?? { of: 'numbers', values: new Float64Array() };
}
