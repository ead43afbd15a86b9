import type { OnnxRuntimeAt } from '../../ports/index.ts';
import type { WantedModel } from '../model/index.ts';
import type { PackedRows } from './packing.ts';
import type { Beside } from './tally.ts';

/** What the thread of a shadow begins with. */
export interface ShadowData {
  /** The published file, as it stands in the store. */
  readonly bytes: Uint8Array;
  readonly version: string;
  readonly wanted: WantedModel;
  /** The first output is a score, by which rows are ranked. */
  readonly isScored: boolean;
  /** What carries out models of the ONNX format. */
  readonly onnx?: OnnxRuntimeAt;
}
/** One request. */
export interface ShadowTask {
  readonly number: number;
  readonly packed: PackedRows;
  /** The champion's first output. */
  readonly scores: Float64Array;
}
/** `cpu`: milliseconds of the processor since it said something last. */
export type ShadowSaid =
  | { readonly said: 'ready'; readonly cpu: number }
  /** The version is not what the definition says, or its file is not whole. */
  | { readonly said: 'unfit'; readonly why: string }
  | { readonly said: 'threw'; readonly number: number; readonly why: string; readonly cpu: number }
  | {
      readonly said: 'predicted';
      readonly number: number;
      /** Of each output, NaN where it has none. */
      readonly outputs: readonly Float64Array[];
      readonly beside: Beside | undefined;
      readonly milliseconds: number;
      readonly cpu: number;
    };
