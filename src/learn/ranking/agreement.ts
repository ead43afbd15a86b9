import { ranked, tieEnd } from './requests.ts';

type Scores = ArrayLike<number>;

/**
 * The share of the first `cut` rows by one scoring that are among the first `cut` by the other. Equal scores stay as their rows stand, which is how they are
 * shown. NaN where there are no more rows than that: then it says nothing.
 */
export function overlap(one: Scores, other: Scores, cut: number): number {
  if (one.length <= cut) return Number.NaN;
  const first = ranked(one, 0, one.length).subarray(0, cut);
  const second = new Set(ranked(other, 0, other.length).subarray(0, cut));
  return first.reduce((sum, row) => sum + (second.has(row) ? 1 : 0), 0) / cut;
}

/** Whether both have the same row first. */
export const sameFirst = (one: Scores, other: Scores): boolean =>
  ranked(one, 0, one.length)[0] === ranked(other, 0, other.length)[0];

/** Spearman's correlation of the two orders, equal scores sharing their middle place; NaN where one of them says the same of all rows. */
export function rankCorrelation(one: Scores, other: Scores): number {
  const [a, b] = [middlePlaces(one), middlePlaces(other)];
  const mean = (one.length + 1) / 2;
  let [both, ofOne, ofOther] = [0, 0, 0];
  for (const [row, place] of a.entries()) {
    const [x, y] = [place - mean, (b[row] as number) - mean];
    both += x * y;
    ofOne += x * x;
    ofOther += y * y;
  }
  return ofOne > 0 && ofOther > 0 ? both / Math.sqrt(ofOne * ofOther) : Number.NaN;
}

function middlePlaces(scores: Scores): Float64Array {
  const order = ranked(scores, 0, scores.length);
  const places = new Float64Array(scores.length);
  for (let place = 0; place < order.length; ) {
    const end = tieEnd(order, scores, place);
    for (let at = place; at < end; at += 1) places[order[at] as number] = (place + 1 + end) / 2;
    place = end;
  }
  return places;
}
