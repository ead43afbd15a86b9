import type { BinnedFeature } from '../bins/table.ts';
import { epsilon, type Looking, leafGain, rowsOf, take } from './split.ts';

/** LightGBM's defaults for categories. */
const most = { oneAgainstAll: 4, categories: 32 } as const;
const smooth = 10;
const extraL2 = 10;
const rowsInGroup = 100;

interface Given extends Looking {
  readonly feature: BinnedFeature;
}
interface Best {
  gain: number;
  slope: number;
  curve: number;
  bins: readonly number[];
}

/** The best division of a leaf by one category; says whether there is any that gains something. */
export function splitCategories(feature: BinnedFeature, looking: Looking): boolean {
  const { leaf, rules, best, least } = looking;
  const given = { ...looking, feature };
  const isFew = feature.count <= most.oneAgainstAll;
  const found = isFew ? oneAgainstAll(given) : several(given);
  if (!found) return false;
  const gain = found.gain - least;
  if (gain > best.gain) {
    const l2 = rules.l2 + (isFew ? 0 : extraL2);
    take(best, leaf, { gain, slope: found.slope, curve: found.curve, l2 }, rules);
    best.feature = feature.number;
    best.bins = Int32Array.from(found.bins);
    best.missingLeft = false;
  }
  return true;
}

function oneAgainstAll({ sums, feature, leaf, rules, least }: Given): Best | undefined {
  const { rowsInLeaf, weightInLeaf, l1, l2 } = rules;
  const whole = leaf.curve + 2 * epsilon;
  let best: Best | undefined;
  for (let bin = 1; bin < feature.count; bin += 1) {
    const slope = sums[2 * (feature.start + bin)] as number;
    const curve = sums[2 * (feature.start + bin) + 1] as number;
    const rows = rowsOf(curve, leaf.rows / whole);
    const others = whole - curve - epsilon;
    if (rows < rowsInLeaf || curve < weightInLeaf || leaf.rows - rows < rowsInLeaf || others < weightInLeaf) continue;
    const gain = leafGain(leaf.slope - slope, others, l1, l2) + leafGain(slope, curve + epsilon, l1, l2);
    if (gain > least && gain > (best?.gain ?? Number.NEGATIVE_INFINITY))
      best = { gain, slope, curve: curve + epsilon, bins: [bin] };
  }
  return best;
}

/** Fisher's way: categories in the order of their slope by curvature, the first so many or the last so many against the rest. */
function several(given: Given): Best | undefined {
  const { sums, feature, leaf } = given;
  const rowsPerCurve = leaf.rows / (leaf.curve + 2 * epsilon);
  const curveOf = (bin: number): number => sums[2 * (feature.start + bin) + 1] as number;
  const ratio = (bin: number): number => (sums[2 * (feature.start + bin)] as number) / (curveOf(bin) + smooth);
  const order: number[] = [];
  for (let bin = 1; bin < feature.count; bin += 1) if (rowsOf(curveOf(bin), rowsPerCurve) >= smooth) order.push(bin);
  order.sort((one, other) => ratio(one) - ratio(other));
  const first = firstOnes(order, given, undefined);
  return firstOnes(order.toReversed(), given, first) ?? first;
}

/** The best of the first so many, if it is better than what is known. */
function firstOnes(
  order: readonly number[],
  { sums, feature, leaf, rules, least }: Given,
  known: Best | undefined,
): Best | undefined {
  const { rowsInLeaf, weightInLeaf, l1 } = rules;
  const l2 = rules.l2 + extraL2;
  const whole = leaf.curve + 2 * epsilon;
  const end = Math.min(most.categories, (order.length + 1) >> 1, order.length);
  let best = known;
  let slope = 0;
  let curve = epsilon;
  let rows = 0;
  let group = 0;
  for (let at = 0; at < end; at += 1) {
    const bin = feature.start + (order[at] as number);
    const own = sums[2 * bin + 1] as number;
    slope += sums[2 * bin] as number;
    curve += own;
    rows += rowsOf(own, leaf.rows / whole);
    group += rowsOf(own, leaf.rows / whole);
    if (rows < rowsInLeaf || curve < weightInLeaf) continue;
    const others = whole - curve;
    if (leaf.rows - rows < Math.max(rowsInLeaf, rowsInGroup) || others < weightInLeaf) break;
    if (group < rowsInGroup) continue;
    group = 0;
    const gain = leafGain(slope, curve, l1, l2) + leafGain(leaf.slope - slope, others, l1, l2);
    if (gain > least && gain > (best?.gain ?? Number.NEGATIVE_INFINITY))
      best = { gain, slope, curve, bins: order.slice(0, at + 1) };
  }
  return best === known ? undefined : best;
}
