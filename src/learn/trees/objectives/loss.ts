import type { TreesObjective } from '../options.ts';
import { binary } from './binary.ts';
import { lambdarank } from './lambdarank.ts';
import { regression } from './regression.ts';

/** What training drives down: where it begins, and at each row how the loss rises and bends. */
export interface Loss {
  /** The sum that every row begins with. */
  readonly start: number;
  /** Writes slope and curvature of each row, beside each other. */
  slopes(scores: Float64Array, into: Float32Array): void;
}

/** What rows are trained towards. LightGBM keeps both as 32-bit floats, and so must whoever wants the same trees. */
export interface Targets {
  readonly values: Float32Array;
  readonly weights?: Float32Array | undefined;
  /** Rows of each query, which stand together. */
  readonly groups?: Int32Array | undefined;
}

const losses: Readonly<Record<TreesObjective, (targets: Targets, options: { readonly truncation: number }) => Loss>> = {
  regression,
  binary,
  lambdarank,
};

export const lossOf = (objective: TreesObjective, targets: Targets, options: { readonly truncation: number }): Loss =>
  losses[objective](targets, options);
