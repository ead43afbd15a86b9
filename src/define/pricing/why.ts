import { EsteiraError } from '../../errors.ts';
import { type AnyRows, sql } from '../rows.ts';
import { joined, raw } from './pieces.ts';

/** Why there is no recommendation; of several the first counts. */
export const reasons = [
  'no_price',
  'no_cost',
  'stock_unknown',
  'out_of_stock',
  'rivals_answer',
  'short_history',
  'uncertain',
  'not_elastic',
  'cooling_down',
  'rails_apart',
  'already_best',
] as const;
export type Reason = (typeof reasons)[number];
/** What keeps a price from the one that would be best. */
export const rails = ['step', 'markup', 'floor', 'ceiling'] as const;
export type Rail = (typeof rails)[number];

/** Sentences, with `{names}` of what is put into them. */
export type Sentences = Readonly<Record<Reason | 'raise' | 'lower' | Rail, string>> & {
  /** Between a number and its fraction. */
  readonly decimalMark: string;
};

const then =
  'elasticity {elasticity} ({elasticity_low} to {elasticity_high}), so {units_then} units ({units_then_low} to {units_then_high}) instead of {units_now}, and a margin of {margin_then} ({margin_then_low} to {margin_then_high}) instead of {margin_now}{limit}.';
export const english: Sentences = Object.freeze({
  decimalMark: '.',
  raise: `Raise {price} to {recommended_price} ({change} %): ${then}`,
  lower: `Lower {price} to {recommended_price} ({change} %): ${then}`,
  step: '; no further in one step',
  markup: '; any lower would be below the least markup on the cost of {cost}',
  floor: '; the floor',
  ceiling: '; the ceiling',
  no_price: 'No recommendation: there is no price.',
  no_cost: 'No recommendation: the cost is missing.',
  stock_unknown: 'No recommendation: whether it is in stock is not known.',
  out_of_stock: 'No recommendation: it is out of stock, and what is sold then says nothing about the price.',
  rivals_answer: 'No recommendation: rivals answered {cuts_answered} of our last {cuts} cuts.',
  short_history: 'No recommendation: {days_used} days of history are too few.',
  uncertain: 'No recommendation: the estimate is not trustworthy.',
  not_elastic:
    'No recommendation: the elasticity is between {elasticity_low} and {elasticity_high}; that it is below -1 is not sure.',
  cooling_down: 'No recommendation: the price changed on {changed_on}.',
  rails_apart: 'No recommendation: no price keeps all limits, {lowest_price} at least and {highest_price} at most.',
  already_best: 'No recommendation: {price} is as good as the best price.',
});

/** Places of what a sentence may name; text as it is where there are none. */
const places: Readonly<Record<string, number | undefined>> = {
  ...{ change: 1, elasticity: 2, elasticity_low: 2, elasticity_high: 2, days_used: 0, cuts: 0, cuts_answered: 0 },
  ...{ units_now: 1, units_then: 1, units_then_low: 1, units_then_high: 1 },
  ...{ margin_now: 2, margin_then: 2, margin_then_low: 2, margin_then_high: 2 },
  ...{ revenue_now: 2, revenue_then: 2, revenue_then_low: 2, revenue_then_high: 2 },
};
const prices = ['price', 'cost', 'recommended_price', 'lowest_price', 'highest_price', 'best_price'];
const asText = ['changed_on', 'limit'];
/** Beyond it a number is not spelled: no decimal of it is portable. */
const largest = 1e12;

/**
 * The sentence of a row, with prices of so many places. `named`: the SQL of what has not its own name in the relation; what is not there (no cool-down, no rivals) cannot be named by a
 * sentence. Throws DEFINITION_INVALID for a sentence that names something else.
 */
export function whyOf(
  say: Partial<Sentences>,
  named: Readonly<Record<string, AnyRows | undefined>>,
  ofPrices: number,
): AnyRows {
  const sentences = { ...english, ...say };
  const whens = reasons
    .filter((reason) => namesOf(sentences[reason]).every((name) => !(name in named) || named[name]))
    .map((reason) => sql`when reason = ${reason} then ${sentence(reason)}`);
  const limits = rails.map((rail) => sql`when limited_by = ${rail} then ${sentence(rail)}`);
  function sentence(of: keyof Sentences): AnyRows {
    const pieces = sentences[of].split(/(\{[^{}]*\})/).flatMap((piece) => {
      const name = /^\{(.*)\}$/s.exec(piece)?.[1];
      if (name === undefined) return piece === '' ? [] : [sql`${piece}`];
      if (name === 'limit' && (of === 'raise' || of === 'lower')) return [sql`case ${joined(limits, ' ')} else '' end`];
      return [spelled(of, name)];
    });
    return sql`concat('', ${joined(pieces.length > 0 ? pieces : [sql`''`])})`;
  }
  function spelled(of: string, name: string): AnyRows {
    const value = name in named ? named[name] : raw(name);
    const isKnown = name in places || name in named || prices.includes(name);
    if (!value || !isKnown) throw unknownName(of, name, named);
    if (asText.includes(name)) return sql`case when ${value} is null then '?' else concat('', ${value}) end`;
    const fraction = prices.includes(name) ? ofPrices : (places[name] ?? 2);
    const text = sql`concat('', cast(${value} as decimal(38, ${raw(String(fraction))})))`;
    const marked = sentences.decimalMark === '.' ? text : sql`replace(${text}, '.', ${sentences.decimalMark})`;
    return sql`case when abs(${value}) < ${largest} then ${marked} else '?' end`;
  }
  return sql`case ${joined(whens, ' ')} when change > 0 then ${sentence('raise')} when change < 0 then ${sentence('lower')} end`;
}

const namesOf = (text: string): readonly string[] => [...text.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);

const unknownName = (of: string, name: string, named: Readonly<Record<string, AnyRows | undefined>>): EsteiraError =>
  new EsteiraError('DEFINITION_INVALID', {
    what: `The sentence ${of} of recommendedPrices(…) names {${name}}, which is not known there.`,
    got: name,
    allowed: [...prices, ...Object.keys(places), ...asText].filter((one) => !(one in named) || named[one]).join(', '),
    next: 'Correct the sentence under `say`.',
  });
