/** A column of many rows, as an engine gives it to what computes with them. */
export type Vector =
  | { readonly of: 'numbers'; readonly values: Float64Array /** 1: there. */; readonly valid?: Uint8Array }
  | { readonly of: 'booleans'; readonly values: Uint8Array; readonly valid?: Uint8Array }
  /** `codes` into `words`; -1: missing. */
  | { readonly of: 'texts'; readonly codes: Int32Array; readonly words: readonly string[] };
