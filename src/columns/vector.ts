/** A column of many rows, as an engine gives it to what computes with them. */
export type Vector =
  | { readonly of: 'numbers'; readonly values: Float64Array /** 1: there. */; readonly valid?: Uint8Array }
  | { readonly of: 'booleans'; readonly values: Uint8Array; readonly valid?: Uint8Array }
  /** `codes` into `words`; -1: missing. */
  | { readonly of: 'texts'; readonly codes: Int32Array; readonly words: readonly string[] };

/** Rows that are alike in some columns, as one each: those columns, how many rows there are, and sums of numbers of theirs. */
export interface Sums {
  readonly columns: Readonly<Record<string, Vector>>;
  readonly rows: Float64Array;
  /** Of numbers a and b: Σ a as `a`, Σ a b as `a b`, both counted from origins, which `a from` has; 0 where the rows have none. */
  readonly sums: Readonly<Record<string, Float64Array>>;
}
