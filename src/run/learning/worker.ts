import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Elsewhere } from '../../learn/trees/train.ts';
import { OnnxFailed, onnxRuntimeAt } from '../../ports/index.ts';
import { learn, type Training } from './lessons.ts';
import type { Answer, Message } from './thread.ts';

// A thread of its own: meanwhile the process keeps its leases, hears a cancel, and shows how far it is.
const port = parentPort as MessagePort;
const say = (message: Message): void => port.postMessage(message);

/** Whoever has started this thread has the engine. */
const elsewhere: Elsewhere = (grow, { progress }) =>
  new Promise((resolve) => {
    const hear = (answer: Answer): void => {
      if ('done' in answer) progress?.(answer.done, answer.of);
      else {
        port.off('message', hear);
        resolve(answer.grown);
      }
    };
    port.on('message', hear);
    say({ grow });
  });

try {
  const training = workerData as Training;
  const onnx = training.onnx && (await onnxRuntimeAt(training.onnx));
  const progress = (text: string): void => say({ progress: text });
  say({ lessons: await learn(training, { progress, elsewhere, ...(onnx ? { onnx } : {}) }) });
} catch (error) {
  if (!(error instanceof RangeError || error instanceof OnnxFailed)) throw error;
  say({ refused: error.message });
}
