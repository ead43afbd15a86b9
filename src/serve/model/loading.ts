import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { OnnxRuntimeAt } from '../../ports/index.ts';
import { type Named, type PackedModel, type Refusal, Unservable } from './pack.ts';
import type { PlainRow } from './pretended.ts';
import type { SpeedLimit, Timing } from './timing.ts';
import type { WantedModel } from './wanted.ts';

/** What the thread is given. */
export interface Loading {
  readonly bytes: Uint8Array;
  readonly wanted: WantedModel;
  /** What it is to predict before it serves; rows that are pretended come behind them. */
  readonly requests: readonly (readonly PlainRow[])[];
  readonly limit?: SpeedLimit;
  /** What carries out models of the ONNX format. */
  readonly onnx?: OnnxRuntimeAt;
}
export interface Loaded {
  readonly packed: PackedModel;
  /** Such as the rows were that it was trained with. */
  readonly pretended: readonly (readonly PlainRow[])[];
  readonly timing?: Timing;
  /** In milliseconds. */
  readonly stages: { readonly parse: number; readonly judge: number };
}
/** What the thread says. */
export type Said =
  | { readonly loaded: Loaded }
  | { readonly refused: { readonly is: Refusal; readonly why: string; readonly of?: Named } };

// As it stands beside this file: written in TypeScript, or built.
const file = new URL(`./loading-thread${path.extname(import.meta.url)}`, import.meta.url);

/** In milliseconds: a version that is not ready then never will be. */
const longest = 60_000;

/** Reads, checks and tries a version in a thread of its own, which the bytes are handed over to. Throws Unservable. */
export async function loadAside(loading: Loading): Promise<Loaded> {
  const { buffer, byteLength } = loading.bytes;
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  const worker = new Worker(file, { workerData: loading, transferList: isWhole ? [buffer] : [] });
  const { promise, resolve, reject } = Promise.withResolvers<Loaded>();
  worker.on('message', (said: Said) => {
    if ('loaded' in said) resolve(said.loaded);
    else reject(new Unservable(said.refused.is, said.refused.why, said.refused.of));
  });
  worker.on('error', (error: Error) => reject(new Unservable('corrupt', `it cannot be loaded: ${error.message}`)));
  worker.on('exit', (code) => reject(new Unservable('corrupt', `the thread that loads ended with ${code}`)));
  const timer = setTimeout(() => {
    reject(new Unservable('slow', `it was not read and tried within ${longest / 1000} seconds`));
  }, longest);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
