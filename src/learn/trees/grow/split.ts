import type { Settled } from '../options.ts';

/** As LightGBM adds it to sums of curvature, so that none is 0. */
export const epsilon = 1e-15;

/** What the rows of a leaf sum up to. */
export interface LeafSums {
  readonly rows: number;
  readonly slope: number;
  readonly curve: number;
}

/** What a division must keep to, and how a leaf is valued. */
export type Rules = Pick<Settled, 'rowsInLeaf' | 'weightInLeaf' | 'gainToSplit' | 'l1' | 'l2'>;

/** A leaf that a division is looked for, and the best that was found. There are millions of looks: all of a leaf share one of these. */
export interface Looking {
  /** Slope and curvature of each bin. */
  readonly sums: Float64Array;
  readonly leaf: LeafSums;
  readonly rules: Rules;
  /** What a division must gain to be one. */
  readonly least: number;
  readonly best: Split;
}

/** The best way found so far to divide a leaf. */
export class Split {
  gain = Number.NEGATIVE_INFINITY;
  /** Number of the feature among those of the table; −1: none. */
  feature = -1;
  /** Of numbers: the last bin that goes left. */
  bin = 0;
  missingLeft = false;
  /** Of categories: the bins that go left. */
  bins: Int32Array | undefined;
  leftSlope = 0;
  leftCurve = 0;
  leftValue = 0;
  rightSlope = 0;
  rightCurve = 0;
  rightValue = 0;
}

const shrunk = (slope: number, l1: number): number =>
  l1 === 0 ? slope : Math.sign(slope) * Math.max(0, Math.abs(slope) - l1);

/** How much better a leaf fits with its best value than with 0, twice. */
export function leafGain(slope: number, curve: number, l1: number, l2: number): number {
  const pull = shrunk(slope, l1);
  return (pull * pull) / (curve + l2);
}

export function leafValue(slope: number, curve: number, l1: number, l2: number): number {
  const value = -shrunk(slope, l1) / (curve + l2);
  return Number.isNaN(value) ? 0 : value;
}

/** The number of rows that some curvature stands for, rounded as C++ does. */
export const rowsOf = (curve: number, rowsPerCurve: number): number => (curve * rowsPerCurve + 0.5) | 0;

/** What must be beaten for a division to be one. */
export const threshold = ({ slope, curve }: LeafSums, { l1, l2, gainToSplit }: Rules): number =>
  leafGain(slope, curve + 2 * epsilon, l1, l2) + gainToSplit;

/** Sums of what goes left, its curvature with an epsilon in it. */
interface Left {
  readonly gain: number;
  readonly slope: number;
  readonly curve: number;
  readonly l2: number;
}

/** Takes a division over; the caller has seen that it is better than what was. */
export function take(best: Split, leaf: LeafSums, left: Left, { l1 }: Rules): void {
  const curve = leaf.curve + 2 * epsilon - left.curve;
  best.gain = left.gain;
  best.leftSlope = left.slope;
  best.leftCurve = left.curve - epsilon;
  best.leftValue = leafValue(left.slope, left.curve, l1, left.l2);
  best.rightSlope = leaf.slope - left.slope;
  best.rightCurve = curve - epsilon;
  best.rightValue = leafValue(best.rightSlope, curve, l1, left.l2);
}
