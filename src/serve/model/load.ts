import { type OnnxRuntime, onnxRuntimeAt } from '../../ports/index.ts';
import { judged } from './judge.ts';
import type { Loaded, Loading } from './loading.ts';
import { needsOnnx, type PackedModel, packText } from './pack.ts';
import { servedModel } from './served.ts';

/** Reads, checks and tries a version, all in one piece. Throws Unservable. */
export async function load({ bytes, wanted, requests, limit, onnx }: Loading): Promise<Loaded> {
  const began = performance.now();
  const { packed, pretended } = packText(bytes, wanted);
  const parsed = performance.now();
  const timing = judged(servedModel(packed, await onnxFor(packed, onnx)), [...requests, ...pretended], limit);
  const stages = { parse: parsed - began, judge: performance.now() - parsed };
  return { packed, pretended, ...(timing ? { timing } : {}), stages };
}

/** What carries it out, where it is of the ONNX format. */
export const onnxFor = async (packed: PackedModel, at: Loading['onnx']): Promise<OnnxRuntime | undefined> =>
  at && needsOnnx(packed) ? onnxRuntimeAt(at) : undefined;
