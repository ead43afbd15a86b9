import path from 'node:path';
import { withoutTelemetry } from '../adapters/onnx/telemetry.ts';
import type { OnnxRuntimeAt } from '../ports/index.ts';

/** ONNX Runtime, as the project in this folder has installed it. */
export function onnxIn(folder: string): OnnxRuntimeAt {
  withoutTelemetry();
  return {
    // As it stands beside this file: written in TypeScript, or built.
    module: new URL(`../adapters/onnx/runtime${path.extname(import.meta.url)}`, import.meta.url).href,
    folder,
  };
}
