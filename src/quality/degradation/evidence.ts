// Is one mean below another? By betting, as in Waudby-Smith and Ramdas, 2023, "Estimating means of bounded random variables by betting": who bets on
// each difference, before it is seen, that it is above a margin, does not multiply his stake by 1 / level, ever, with a probability above the level,
// unless it is. So one may look after each difference and stop as soon as one likes (Ville's inequality).

/** Shares of the stake; a difference is at least −1 and a margin at most 1, so that no bet loses more than all. */
const bets: readonly number[] = Object.freeze([1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32, 1 / 64, 1 / 128]);

/**
 * The logarithm of the greatest multiple of the stake that there was, having bet on each difference in turn (each between −1 and 1) that their mean is
 * above the margin. A part of the stake is on each bet and stays there: of the whole, each bet is then the mean of these shares, weighted by what they have
 * won so far, which is known before the difference is. The greater the margin, the less is won, whatever the differences.
 */
export function logEvidence(differences: Float64Array, margin: number): number {
  const won = new Float64Array(bets.length);
  let greatest = 0;
  for (const difference of differences) {
    let top = Number.NEGATIVE_INFINITY;
    for (const [index, bet] of bets.entries()) {
      const log = (won[index] as number) + Math.log1p(bet * (difference - margin));
      won[index] = log;
      if (log > top) top = log;
    }
    let sum = 0;
    for (const log of won) sum += Math.exp(log - top);
    greatest = Math.max(greatest, top + Math.log(sum / bets.length));
  }
  return greatest;
}

/** What stands for a p-value: that it is ever at or below a level, while the mean is not above the margin, is as probable as the level at most. */
export const evidenceP = (differences: Float64Array, margin: number): number =>
  Math.exp(-logEvidence(differences, margin));

const halvings = 24;
/** The greatest margin, to a ten-millionth, above which the mean of the differences is for certain at that level; 0 where it is above none. */
export function certainly(
  differences: Float64Array,
  { level, margin }: { readonly level: number; readonly margin: number },
): number {
  const isCertain = (above: number): boolean => evidenceP(differences, above) <= level;
  // The very margin that is judged by is tried, so that the number and the verdict are of one mind.
  const [from, to] = isCertain(margin) ? [margin, 1] : [0, margin];
  if (from === 0 && !isCertain(0)) return 0;
  let [low, high] = [from, to];
  for (let step = 0; step < halvings; step += 1) {
    const middle = (low + high) / 2;
    if (isCertain(middle)) low = middle;
    else high = middle;
  }
  return from === margin && low === margin ? (low + high) / 2 : low;
}
