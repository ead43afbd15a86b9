/** What is asked of a model of the ONNX format, and of what carries it out: the port of it has more. */
export interface Value {
  readonly name: string;
  readonly type: 'float32' | 'float64' | 'int64' | 'int32' | 'bool' | 'string' | 'other';
  /** Without the first, the rows; -1: the model does not say. */
  readonly shape: readonly number[];
}
export type Values = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array | readonly string[];
export interface Session {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  run(
    inputs: Readonly<Record<string, Values>>,
    of: { readonly rows: number; readonly outputs: readonly string[] },
  ): Readonly<Record<string, Float32Array | Float64Array>>;
}
export interface Runtime {
  open(model: Uint8Array): Session;
}
