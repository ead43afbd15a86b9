import type { FeatureColumn } from '../features.ts';
import { meanOf, ndcg } from '../ranking/ndcg.ts';
import { requestsOf } from '../ranking/requests.ts';
import { readModel } from '../trees/format/read.ts';
import { writeModel } from '../trees/format/write.ts';
import { measuresOf, type Outcomes } from '../trees/measures.ts';
import type { TreeModel } from '../trees/model.ts';
import type { TreesOptions } from '../trees/options.ts';
import type { TreeRows } from '../trees/rows.ts';
import { predictTrees, trainTrees } from '../trees/train.ts';
import { judgedAcross } from './across.ts';
import type { Learned, Lesson, Parameters } from './learned.ts';
import { going } from './refining.ts';
import { learnedAll, lengthOf, otherColumns, pickedAll, rowsWhere, unjudged, unknownTargets } from './rows.ts';

type Forest = Extract<Parameters, { readonly text: string }>;
type Options = Omit<TreesOptions, 'objective'> & {
  readonly seed?: number;
  readonly engine?: 'native';
  /** Of those who refine it. */
  readonly refine?: unknown;
};

export const boostedTrees = (lesson: Lesson<Options>): Promise<Learned> => trees(lesson, 'binary', 'boosted trees');
export const regressionTrees = (lesson: Lesson<Options>): Promise<Learned> =>
  trees(lesson, 'regression', 'regression trees');
export const lambdaMart = (lesson: Lesson<Options>): Promise<Learned> => trees(lesson, 'lambdarank', 'lambdamart');

async function trees(
  { options: { seed = 0, engine, refine: _, ...own }, ...lesson }: Lesson<Options>,
  objective: TreesOptions['objective'],
  learner: Forest['learner'],
): Promise<Learned> {
  const { columns, target, held, fresh, watching, group, across = {}, former, formerDate, progress } = lesson;
  if (!target || target.of === 'texts') throw new RangeError('the target is no number');
  const { values, valid } = target;
  const known = (row: number): boolean => valid === undefined || valid[row] === 1;
  const rowsOf = (isMeant: (row: number) => boolean): Rows =>
    together(
      rowsWhere(lengthOf(target), (row) => known(row) && isMeant(row)),
      { columns, values, group },
    );
  const all = rowsOf((row) => held?.[row] !== 1);
  const kept = rowsOf((row) => held?.[row] === 1);
  const unseen = fresh ? rowsOf((row) => held?.[row] === 1 && fresh[row] === 1) : kept;
  const parts = own.stopAfter && watching ? apart(all, watching, { columns, values, group }) : { training: all };
  const champion = former?.learner === learner ? readModel((former as Forest).text) : undefined;
  const on = lesson.refine && refining(going(champion, columns, lesson.refine), { kept, unseen, formerDate });
  // What goes on from the champion was made of all that the champion was made of.
  const judging = on && 'from' in on ? unseen : kept;
  const options = { ...own, ...(on && 'added' in on ? { trees: on.added } : {}), objective };
  const { model, importance } = await trainTrees({
    ...{ ...parts.training, options, seed },
    ...(on && 'from' in on ? { from: on.from } : {}),
    ...(engine ? { elsewhere: lesson.elsewhere ?? nowhere } : {}),
    ...('validation' in parts && parts.validation.count > 0 ? { validation: parts.validation } : {}),
    ...(progress ? { progress } : {}),
  });
  const rows = held ? judging : all;
  const outcomesOf = (of: typeof model, by = rows): Outcomes => ({
    predictions: predictTrees(of, by.columns),
    values: by.target,
    groups: by.groups,
  });
  const compared = () => {
    if (!(champion && canJudge(champion.features, columns))) return { incomparable: otherColumns };
    const by = held ? unseen : all;
    if (by.count === 0) return { incomparable: `it ${learnedAll(formerDate)}` };
    return {
      champion: measuresOf(options, outcomesOf(champion, by)),
      compared: samplesOf(by),
      ...(by.count < rows.count ? { beside: measuresOf(options, outcomesOf(model, by)) } : {}),
    };
  };
  const judged = () => {
    const outcomes = outcomesOf(model);
    return {
      samples: samplesOf(rows),
      measures: measuresOf(options, outcomes),
      segments: judgedAcross(pickedAll(across, rows.picked), outcomes, (some) => measuresOf(options, some)),
      ...(former ? compared() : {}),
    };
  };
  return {
    parameters: { learner, text: writeModel(model) },
    inside: Object.entries(importance.gain)
      .map(([feature, gain]) => ({ feature, gain, splits: importance.split[feature] ?? 0 }))
      .sort((one, other) => other.gain - one.gain),
    rows: all.count,
    held: judging.count,
    left: unknownTargets(lengthOf(target) - all.count - kept.count),
    ...(unjudged(held, { judging: kept.count }) ?? judged()),
    ...(on ? { refined: 'from' in on ? grownFrom(on.from, model) : on } : {}),
  };
}

/** Nothing could judge what goes on from a champion that has learned of all that is kept. */
const refining = (
  on: ReturnType<typeof going>,
  of: Readonly<Record<'kept' | 'unseen', Rows>> & { readonly formerDate: string | undefined },
) =>
  of.kept.count > 0 && of.unseen.count === 0 && 'from' in on
    ? { anew: `the champion ${learnedAll(of.formerDate)}` }
    : on;

const nowhere = (): never => {
  throw new Error('no engine was given to grow trees elsewhere');
};

const grownFrom = ({ trees }: TreeModel, model: TreeModel) => ({
  trees: trees.length,
  added: model.trees.length - trees.length,
});

interface Rows extends TreeRows {
  readonly count: number;
  readonly picked: Int32Array;
  readonly groups?: Int32Array;
}
interface From {
  readonly columns: Readonly<Record<string, FeatureColumn>>;
  readonly values: ArrayLike<number>;
  readonly group: FeatureColumn | undefined;
}

/** Rows of one request stand together. */
function together(picked: Int32Array, { columns, values, group }: From): Rows {
  const of = (rows: Int32Array): Omit<Rows, 'groups'> => ({
    columns: pickedAll(columns, rows),
    target: Float64Array.from(rows, (row) => values[row] as number),
    count: rows.length,
    picked: rows,
  });
  if (!group) return of(picked);
  const keys = group.of === 'texts' ? group.codes : group.values;
  const { order, groups } = requestsOf(Int32Array.from(picked, (row) => keys[row] as number));
  return { ...of(order.map((place) => picked[place] as number)), groups };
}

function apart(all: Rows, watching: Uint8Array, from: From) {
  const part = (flag: 0 | 1): Rows =>
    together(
      all.picked.filter((row) => watching[row] === flag),
      from,
    );
  return { training: part(0), validation: part(1) };
}

/** Of requests those of which something was chosen: only those say whether an order is good. */
const samplesOf = ({ target: grades, groups, count }: Rows): number =>
  groups ? meanOf(ndcg({ scores: grades, grades, groups }, 1)).samples : count;

const canJudge = (features: readonly string[], columns: From['columns']): boolean =>
  features.every((name) => name in columns);
