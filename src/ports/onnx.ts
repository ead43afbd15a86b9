import type { Missing } from './trees.ts';

/** What a model of the ONNX format asks for, and gives. */
export interface OnnxValue {
  readonly name: string;
  /** `other`: numbers that nothing here has, or no numbers at all, such as the maps of ZipMap. */
  readonly type: 'float32' | 'float64' | 'int64' | 'int32' | 'bool' | 'string' | 'other';
  /** Without the first, the rows; -1: the model does not say. */
  readonly shape: readonly number[];
}

export type OnnxColumn = Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array | readonly string[];

/** A model of the ONNX format, ready to be asked; of this thread alone. */
export interface OnnxSession {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** By input: its values, a row after the other. Gives the same of these outputs, which are of numbers. Throws OnnxFailed. */
  run(
    inputs: Readonly<Record<string, OnnxColumn>>,
    of: { readonly rows: number; readonly outputs: readonly string[] },
  ): Readonly<Record<string, Float32Array | Float64Array>>;
  close(): void;
}

/** What carries out models of the ONNX format. */
export interface OnnxRuntime {
  /** Why it cannot, and what to do; nothing when it can. */
  missing(): Promise<Pick<Missing, 'what' | 'next'> | undefined>;
  /** Throws OnnxFailed where it is not installed, and for what is no such model. */
  open(model: Uint8Array): OnnxSession;
}

/** It is not installed, or the model cannot be carried out: `message` says what happened. */
export class OnnxFailed extends Error {
  override readonly name = 'OnnxFailed';
  readonly reason: 'missing' | 'failed';
  readonly next: string;

  constructor(reason: OnnxFailed['reason'], what: string, next: string) {
    super(what);
    this.reason = reason;
    this.next = next;
  }
}

/** Where a runtime is, as plain data: a thread is handed it, and shared code names none. */
export interface OnnxRuntimeAt {
  /** The address of a module that has `runtimeOf`. */
  readonly module: string;
  /** The project's folder, in which its client is installed. */
  readonly folder: string;
}

export const onnxRuntimeAt = async ({ module, folder }: OnnxRuntimeAt): Promise<OnnxRuntime> =>
  ((await import(module)) as { readonly runtimeOf: (folder: string) => OnnxRuntime }).runtimeOf(folder);
