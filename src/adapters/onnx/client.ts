import { createRequire } from 'node:module';
import path from 'node:path';
import { OnnxFailed } from '../../ports/index.ts';
import { withoutTelemetry } from './telemetry.ts';

/** What is used of a session of the binding; its own `InferenceSession` does the same behind a promise. */
export interface NativeSession {
  readonly inputMetadata: readonly NativeValue[];
  readonly outputMetadata: readonly NativeValue[];
  loadModel(bytes: ArrayBuffer, offset: number, length: number, options: object): void;
  run(feeds: object, outputs: object, options: object): Readonly<Record<string, { readonly data: unknown }>>;
  dispose(): void;
}
interface NativeValue {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: number;
  readonly shape?: readonly number[];
}
interface Binding {
  readonly binding: { readonly InferenceSession: new () => NativeSession };
  readonly initOrt: () => void;
}
interface Common {
  readonly Tensor: new (type: string, values: unknown, dims: readonly number[]) => object;
}
export interface Client {
  session(): NativeSession;
  tensor(type: string, values: unknown, dims: readonly number[]): object;
}

const known = new Map<string, Client>();

/** onnxruntime-node as the project has installed it, which need not be beside Esteira; each thread has its own. Throws OnnxFailed. */
export function clientIn(folder: string): Client {
  const found = known.get(folder) ?? load(folder);
  known.set(folder, found);
  return found;
}

function load(folder: string): Client {
  const from = [path.join(folder, 'package.json'), import.meta.filename].map((place) => createRequire(place));
  const file = from.map(resolved).find((one) => one !== undefined);
  if (file === undefined)
    throw new OnnxFailed(
      'missing',
      'onnxruntime-node, which carries out models of the ONNX format, is not installed.',
      'npm install onnxruntime-node@1.30.0',
    );
  const own = createRequire(file);
  withoutTelemetry();
  try {
    const { binding, initOrt } = own(file) as Binding;
    const { Tensor } = own('onnxruntime-common') as Common;
    initOrt();
    return { session: () => new binding.InferenceSession(), tensor: (...of) => new Tensor(...of) };
  } catch (error) {
    throw new OnnxFailed(
      'missing',
      `onnxruntime-node is installed, and cannot be used: ${(error as Error).message.split('\n')[0]}`,
      'npm install onnxruntime-node@1.30.0; it needs glibc 2.28 or newer on Linux, and a processor of 64 bits.',
    );
  }
}

function resolved(require: NodeJS.Require): string | undefined {
  try {
    return require.resolve('onnxruntime-node/dist/binding.js');
  } catch {
    return undefined;
  }
}
