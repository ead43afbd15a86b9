import { type OnnxColumn, OnnxFailed, type OnnxRuntime, type OnnxSession, type OnnxValue } from '../../ports/index.ts';
import { type Client, clientIn, type NativeSession } from './client.ts';
import { namesFiles, Unread } from './files.ts';

/** ONNX Runtime, by onnxruntime-node as the project in this folder has it; looked for when it is used. */
export const runtimeOf = (folder: string): OnnxRuntime => ({
  missing: async () => {
    try {
      clientIn(folder);
      return undefined;
    } catch (error) {
      if (!(error instanceof OnnxFailed)) throw error;
      return { what: error.message, next: error.next };
    }
  },
  open: (model) => new Session(clientIn(folder), model),
});

/** By the numbers of the format. */
const types: Readonly<Record<number, OnnxValue['type']>> = {
  1: 'float32',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  11: 'float64',
};
/** One thread: what is asked about goes side by side, and a row is not worth another. */
const options = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  logSeverityLevel: 4,
} as const;

class Session implements OnnxSession {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly #client: Client;
  readonly #native: NativeSession;

  constructor(client: Client, model: Uint8Array) {
    whole(model);
    this.#client = client;
    this.#native = client.session();
    try {
      this.#native.loadModel(model.buffer as ArrayBuffer, model.byteOffset, model.byteLength, options);
      this.inputs = this.#native.inputMetadata.map(describedValue);
      this.outputs = this.#native.outputMetadata.map(describedValue);
    } catch (error) {
      throw failed(error);
    }
    const fixed = this.#native.inputMetadata.find(({ shape }) => (shape?.[0] ?? -1) >= 0);
    if (!fixed) return;
    this.#native.dispose();
    throw new OnnxFailed(
      'failed',
      `its input ${fixed.name} takes exactly ${fixed.shape?.[0]} rows at once`,
      'Export it with a number of rows that is free.',
    );
  }

  run(
    inputs: Readonly<Record<string, OnnxColumn>>,
    { rows, outputs }: { readonly rows: number; readonly outputs: readonly string[] },
  ): Readonly<Record<string, Float32Array | Float64Array>> {
    const feeds: Record<string, unknown> = {};
    for (const { name, type, shape } of this.inputs) {
      const values = inputs[name];
      if (!values) throw new OnnxFailed('failed', `it was not given ${name}`, 'Look at the features of the model.');
      const dims = shape.length === 0 ? [rows] : [rows, ...shape];
      if (dims.includes(-1)) dims[dims.indexOf(-1)] = values.length / rows;
      feeds[name] = this.#client.tensor(type, values, dims);
    }
    const wanted = Object.fromEntries(outputs.map((name) => [name, null]));
    try {
      const found = this.#native.run(feeds, wanted, {});
      return Object.fromEntries(outputs.map((name) => [name, numbersOf(found[name]?.data)]));
    } catch (error) {
      throw failed(error);
    }
  }

  close(): void {
    this.#native.dispose();
  }
}

/** All of a model stands in its own bytes. */
function whole(model: Uint8Array): void {
  try {
    if (!namesFiles(model)) return;
  } catch (error) {
    if (!(error instanceof Unread)) throw error;
    throw new OnnxFailed(
      'failed',
      `it cannot be read: ${error.message}`,
      'Save it once more, by onnx.save(model, file).',
    );
  }
  throw new OnnxFailed(
    'failed',
    'it names files beside it that numbers of it stand in (external data), and a model is one file',
    'Save it as one: onnx.save(model, file, save_as_external_data=False).',
  );
}

const describedValue = ({
  name,
  isTensor,
  type = 0,
  shape = [],
}: NativeSession['inputMetadata'][number]): OnnxValue => ({
  name,
  type: (isTensor ? types[type] : undefined) ?? 'other',
  shape: shape.slice(1),
});

function numbersOf(data: unknown): Float32Array | Float64Array {
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  return Float64Array.from(data as Iterable<number | bigint>, Number);
}

const failed = (error: unknown): OnnxFailed =>
  new OnnxFailed(
    'failed',
    `ONNX Runtime: ${(error as Error).message.trim()}`,
    'Look at how the model was made, and by which version of its converter.',
  );
