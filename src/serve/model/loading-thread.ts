import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { judged } from './judge.ts';
import type { Loaded, Loading, Said } from './loading.ts';
import { buffersOf, packText, Unservable } from './pack.ts';
import { servedModel } from './served.ts';

// A thread of its own: the process answers meanwhile, and never runs what turns out to be slow.
const port = parentPort as MessagePort;
try {
  const { bytes, wanted, requests, limit } = workerData as Loading;
  const began = performance.now();
  const { packed, pretended } = packText(bytes, wanted);
  const parsed = performance.now();
  const asked = [...requests, ...pretended];
  const timing = judged(servedModel(packed), asked, limit);
  const loaded: Loaded = {
    ...{ packed, pretended },
    ...(timing ? { timing } : {}),
    stages: { parse: parsed - began, judge: performance.now() - parsed },
  };
  port.postMessage({ loaded } satisfies Said, [...buffersOf(packed)]);
} catch (error) {
  if (!(error instanceof Unservable)) throw error;
  const { is, message: why, of } = error;
  const named = of && { version: of.version, contentHash: of.contentHash, ...(of.move ? { move: of.move } : {}) };
  port.postMessage({ refused: { is, why, ...(named ? { of: named } : {}) } } satisfies Said);
}
