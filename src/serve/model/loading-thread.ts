import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { load } from './load.ts';
import type { Loading, Said } from './loading.ts';
import { buffersOf, Unservable } from './pack.ts';

// A thread of its own: the process answers meanwhile, and never runs what turns out to be slow.
const port = parentPort as MessagePort;
try {
  const loaded = await load(workerData as Loading);
  port.postMessage({ loaded } satisfies Said, [...buffersOf(loaded.packed)]);
} catch (error) {
  if (!(error instanceof Unservable)) throw error;
  const { is, message: why, of } = error;
  const named = of && { version: of.version, contentHash: of.contentHash, ...(of.move ? { move: of.move } : {}) };
  port.postMessage({ refused: { is, why, ...(named ? { of: named } : {}) } } satisfies Said);
}
