import type { BinnedFeature } from '../bins/table.ts';
import { epsilon, type Looking, leafGain, rowsOf, take } from './split.ts';

/** What one walk over the bins found. There are millions of walks, so that each way has one place for it, written anew by the next. */
interface Walk {
  gain: number;
  bin: number;
  slope: number;
  curve: number;
  gains: boolean;
}

const walkBegun = (): Walk => ({ gain: Number.NEGATIVE_INFINITY, bin: 0, slope: 0, curve: 0, gains: false });
const [toLeft, toRight] = [walkBegun(), walkBegun()];
const begun = (walk: Walk): Walk => {
  walk.gain = Number.NEGATIVE_INFINITY;
  walk.gains = false;
  return walk;
};

/**
 * The best division of a leaf by one numeric feature. Says whether there is any that gains something: where there is none, the leaf's children need
 * not look. As LightGBM: from the right with what is missing on the left, then from the left with it on the right.
 */
export function splitNumbers(feature: BinnedFeature, looking: Looking): boolean {
  const { leaf, rules, best, least } = looking;
  const bothWays = feature.hasMissing && feature.count > 2;
  const fromRight = leftwards(feature, looking, bothWays);
  const fromLeft = bothWays ? rightwards(feature, looking) : undefined;
  // The sum is LightGBM's, and rounds as it does.
  const isLeft = fromLeft?.gains === true && fromLeft.gain > fromRight.gain - least + least;
  const found = isLeft ? (fromLeft as Walk) : fromRight;
  if (found.gains && found.gain - least > best.gain) {
    take(best, leaf, { gain: found.gain - least, slope: found.slope, curve: found.curve, l2: rules.l2 }, rules);
    best.feature = feature.number;
    best.bin = found.bin;
    best.bins = undefined;
    best.missingLeft = !isLeft && (bothWays || !feature.hasMissing);
  }
  return fromRight.gains || fromLeft?.gains === true;
}

function leftwards({ start, count }: BinnedFeature, { sums, leaf, rules, least }: Looking, skipLast: boolean): Walk {
  const { rowsInLeaf, weightInLeaf, l1, l2 } = rules;
  const whole = leaf.curve + 2 * epsilon;
  const rowsPerCurve = leaf.rows / whole;
  const found = begun(toLeft);
  let slope = 0;
  let curve = epsilon;
  let rows = 0;
  for (let bin = count - (skipLast ? 2 : 1); bin >= 1; bin -= 1) {
    const own = sums[2 * (start + bin) + 1] as number;
    const ownSlope = sums[2 * (start + bin)] as number;
    // An empty bin changes nothing; small leaves have few others.
    if (own === 0 && ownSlope === 0) continue;
    slope += ownSlope;
    curve += own;
    rows += rowsOf(own, rowsPerCurve);
    if (rows < rowsInLeaf || curve < weightInLeaf) continue;
    const otherCurve = whole - curve;
    if (leaf.rows - rows < rowsInLeaf || otherCurve < weightInLeaf) break;
    const otherSlope = leaf.slope - slope;
    const gain = leafGain(otherSlope, otherCurve, l1, l2) + leafGain(slope, curve, l1, l2);
    if (gain <= least) continue;
    found.gains = true;
    if (gain <= found.gain) continue;
    found.gain = gain;
    found.bin = bin - 1;
    found.slope = otherSlope;
    found.curve = otherCurve;
  }
  return found;
}

function rightwards({ start, count, frequent }: BinnedFeature, { sums, leaf, rules, least }: Looking): Walk {
  const { rowsInLeaf, weightInLeaf, l1, l2 } = rules;
  const whole = leaf.curve + 2 * epsilon;
  const rowsPerCurve = leaf.rows / whole;
  const found = begun(toRight);
  let slope = 0;
  let curve = epsilon;
  let rows = 0;
  let bin = 0;
  if (frequent === 0) {
    // The first bin is what all others leave, and so are its rows.
    slope = leaf.slope;
    curve = whole - epsilon;
    rows = leaf.rows;
    for (let other = 1; other < count; other += 1) {
      const own = sums[2 * (start + other) + 1] as number;
      slope -= sums[2 * (start + other)] as number;
      curve -= own;
      rows -= rowsOf(own, rowsPerCurve);
    }
    bin = -1;
  }
  for (; bin <= count - 2; bin += 1) {
    // LightGBM begins one earlier, when the first bin is already summed up.
    if (bin === 0 && frequent === 0) continue;
    if (bin >= 0) {
      const own = sums[2 * (start + bin) + 1] as number;
      const ownSlope = sums[2 * (start + bin)] as number;
      if (own === 0 && ownSlope === 0) continue;
      slope += ownSlope;
      curve += own;
      rows += rowsOf(own, rowsPerCurve);
    }
    if (rows < rowsInLeaf || curve < weightInLeaf) continue;
    const otherCurve = whole - curve;
    if (leaf.rows - rows < rowsInLeaf || otherCurve < weightInLeaf) break;
    const gain = leafGain(slope, curve, l1, l2) + leafGain(leaf.slope - slope, otherCurve, l1, l2);
    if (gain <= least) continue;
    found.gains = true;
    if (gain <= found.gain) continue;
    found.gain = gain;
    found.bin = Math.max(0, bin);
    found.slope = slope;
    found.curve = curve;
  }
  return found;
}
