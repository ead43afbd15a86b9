/** What a model of the ONNX format asks for, and gives. */
export interface OnnxValue {
  readonly name: string;
  readonly type: 'float32' | 'float64' | 'int64' | 'int32' | 'bool' | 'string';
  /** Without the first, the rows. */
  readonly shape: readonly number[];
}

/** A model of the ONNX format, ready to be asked; of this thread alone. */
export interface OnnxSession {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** By input: its values, a row after the other. By output of numbers: the same. Throws OnnxFailed. */
  run(
    inputs: Readonly<
      Record<string, Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array | readonly string[]>
    >,
    rows: number,
  ): Readonly<Record<string, Float64Array>>;
  close(): void;
}

/** What carries out models of the ONNX format. */
export interface OnnxRuntime {
  readonly version: string;
  /** Throws OnnxFailed for what is no such model. */
  open(model: Uint8Array): OnnxSession;
}

/** It is not installed, or the model cannot be carried out: `message` says what happened. */
export class OnnxFailed extends Error {
  override readonly name = 'OnnxFailed';
  readonly next: string;

  constructor(what: string, next: string) {
    super(what);
    this.next = next;
  }
}
