import { type AnyModel, besideOf } from '../../define/index.ts';
import { kindsOf, type Training } from './lessons.ts';
import type { Read } from './reading.ts';
import { freshName, heldName, laterName, watchName } from './rows.ts';

/** What a model learns from rows, as its definition says. */
export const trainingOf = (
  { facts }: AnyModel,
  { rows, columns, summed }: Read,
): Omit<Training, 'former' | 'asks'> => ({
  learner: facts.learner.learner as Training['learner'],
  options: facts.learner.options,
  features: facts.features.map((name) => {
    const missing = facts.missing[name];
    return missing === undefined ? { name } : { name, missing };
  }),
  beside: besideOf(facts.learner),
  ...(facts.target === undefined ? {} : { target: facts.target }),
  ...(facts.group === undefined ? {} : { group: facts.group }),
  ...(heldName in columns ? { held: heldName } : {}),
  ...(freshName in columns ? { fresh: freshName } : {}),
  ...(laterName in columns ? { later: laterName } : {}),
  ...(watchName in columns ? { watching: watchName } : {}),
  across: facts.segments,
  each: kindsOf(facts.each, facts.from.columns),
  rows,
  columns,
  ...(summed ? { summed } : {}),
  outputs: Object.keys(facts.learner.output),
});
