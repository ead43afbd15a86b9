import { parentPort, workerData } from 'node:worker_threads';
import { learn, type Training } from './lessons.ts';

// A thread of its own: meanwhile the process keeps its leases, hears a cancel, and shows how far it is.
try {
  const lessons = await learn(workerData as Training, (text) => parentPort?.postMessage({ progress: text }));
  parentPort?.postMessage({ lessons });
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  parentPort?.postMessage({ refused: error.message });
}
