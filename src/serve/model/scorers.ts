import type { Encoding } from '../../learn/features.ts';
import type { Spelled } from '../../learn/learners/learned.ts';
import { Forest } from '../../learn/trees/forest.ts';
import { turn } from '../../learn/trees/objectives/outcome.ts';
import type { PackedTrees } from './pack.ts';
import { type PredictedRow, type ReadFeature, rowMaker, rowReader } from './readers.ts';
import type { WantedModel } from './wanted.ts';

/** Predicts rows that are all of one member. */
export type Score = (rows: readonly object[]) => PredictedRow[];

/** Rows that are walked through one tree after the other: few enough for them and the tree to stay in the nearest cache. */
const block = 64;

const placesOf = (words: readonly string[]): ReadonlyMap<unknown, number> =>
  new Map(words.map((word, place) => [word, place]));

/** A word that the training rows did not have is missing, as it was there. */
export function treesScore(
  { forest: packed, objective, average, features, words }: PackedTrees,
  of: WantedModel,
): Score {
  const forest = new Forest(packed, block);
  const kinds = new Map(of.features.map(({ name, kind }) => [name, kind]));
  const asked = [...forest.used].map((number): ReadFeature => {
    const name = features[number] as string;
    const kind = kinds.get(name) ?? 'number';
    return kind === 'words' ? { name, kind, words: placesOf(words[name] ?? []) } : { name, kind };
  });
  const read = rowReader(asked);
  const make = rowMaker(of.outputs);
  const rounds = packed.trees / packed.perRound;
  return (rows) => {
    const found = new Array<PredictedRow>(rows.length);
    for (let start = 0; start < rows.length; start += block) {
      const end = Math.min(start + block, rows.length);
      read(rows, start, end, forest.values);
      const sums = forest.sum(end - start);
      if (average && rounds > 0) for (let at = 0; at < sums.length; at += 1) sums[at] = (sums[at] as number) / rounds;
      turn(sums, objective);
      for (let row = start; row < end; row += 1) found[row] = make(sums[row - start] as number, null);
    }
    return found;
  };
}

/** What the engine would compute, in its order: sums over encoded features, or the nearest of some centres. */
export function spelledScore(parameters: Spelled, { outputs }: WantedModel): Score {
  const make = rowMaker(outputs);
  const encoded = encoder(parameters.encoding);
  const finish = parameters.learner === 'kmeans' ? nearestOf(parameters, make) : summed(parameters, make);
  return (rows) => rows.map((row) => (encoded.read(row) ? finish(encoded.values) : make(null, null)));
}

type Make = ReturnType<typeof rowMaker>;

function summed({ learner, coefficients }: Exclude<Spelled, { learner: 'kmeans' }>, make: Make) {
  const of = Float64Array.from(coefficients);
  const isLogistic = learner === 'logistic regression';
  return (values: Float64Array): PredictedRow => {
    let sum = of[0] as number;
    for (let at = 0; at < values.length; at += 1) sum += (of[at + 1] as number) * (values[at] as number);
    return make(isLogistic ? 1 / (1 + Math.exp(-Math.max(Math.min(sum, 700), -700))) : sum, null);
  };
}

function nearestOf(parameters: Extract<Spelled, { learner: 'kmeans' }>, make: Make) {
  const [means, deviations, centres] = [parameters.means, parameters.deviations, parameters.centres].map((one) =>
    Float64Array.from(one),
  ) as [Float64Array, Float64Array, Float64Array];
  const width = means.length;
  const scaled = new Float64Array(width);
  return (values: Float64Array): PredictedRow => {
    for (let at = 0; at < width; at += 1)
      scaled[at] = ((values[at] as number) - (means[at] as number)) / (deviations[at] as number);
    let least = Number.POSITIVE_INFINITY;
    let nearest = 0;
    for (let cluster = 0, at = 0; at < centres.length; cluster += 1) {
      let sum = 0;
      for (let column = 0; column < width; column += 1, at += 1) {
        const off = (scaled[column] as number) - (centres[at] as number);
        sum += off * off;
      }
      if (sum < least) [least, nearest] = [sum, cluster];
    }
    return make(parameters.numbers[nearest] as number, Math.sqrt(least));
  };
}

/** Of one row at a time; `read` says whether all is there that nothing stands for. */
function encoder({ features }: Encoding): { readonly values: Float64Array; read(row: object): boolean } {
  const raw = new Float64Array(features.length);
  const asked = features.map((feature): ReadFeature => {
    if (feature.as === 'words') return { name: feature.name, kind: 'words', words: placesOf(feature.words) };
    return { name: feature.name, kind: feature.as };
  });
  const read = rowReader(asked);
  const one: object[] = [];
  const values = new Float64Array(features.reduce((sum, of) => sum + (of.as === 'words' ? of.words.length : 1), 0));
  return {
    values,
    read(row) {
      one[0] = row;
      read(one, 0, 1, raw);
      let at = 0;
      for (let index = 0; index < features.length; index += 1) {
        const feature = features[index] as Encoding['features'][number];
        const value = raw[index] as number;
        if (feature.as === 'words') {
          values.fill(0, at, at + feature.words.length);
          if (!Number.isNaN(value)) values[at + value] = 1;
          at += feature.words.length;
          continue;
        }
        if (Number.isNaN(value) && feature.missing === undefined) return false;
        values[at] = Number.isNaN(value) ? (feature.missing as number) : value;
        at += 1;
      }
      return true;
    },
  };
}
