import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { overlap, rankCorrelation, sameFirst } from '../../learn/ranking/agreement.ts';
import { readVersionText } from '../../registry/published-text.ts';
import { onnxFor } from '../model/load.ts';
import { packModel, Unservable } from '../model/pack.ts';
import { servedModel } from '../model/served.ts';
import type { ShadowData, ShadowSaid, ShadowTask } from './messages.ts';
import { packingOf } from './packing.ts';
import { giveWay } from './priority.ts';
import type { Beside } from './tally.ts';

// A thread of its own: whatever becomes of it, the process answers.
const port = parentPort as MessagePort;
const { bytes, version, wanted, isScored, onnx } = workerData as ShadowData;
giveWay();

let spent = 0;
function cpu(): number {
  const { user, system } = process.threadCpuUsage();
  const since = (user + system) / 1000 - spent;
  spent += since;
  return since;
}
const say = (message: ShadowSaid, handed: readonly ArrayBuffer[] = []): void => port.postMessage(message, [...handed]);

/** Rows without a score come last. */
const ordered = (scores: Float64Array): Float64Array =>
  scores.map((score) => (Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score));

function besideOf(own: Float64Array, champion: Float64Array): Beside {
  const [one, other] = [ordered(champion), ordered(own)];
  return {
    overlap: overlap(one, other, 5),
    isTopChanged: one.length > 0 && !sameFirst(one, other),
    correlation: rankCorrelation(one, other),
    differences: own.map((score, row) => Math.abs(score - (champion[row] as number))),
  };
}

async function begin(): Promise<void> {
  const packing = packingOf(wanted);
  const found = readVersionText(bytes);
  if (found.is !== 'whole') throw new Unservable('corrupt', found.is === 'broken' ? found.why : 'there is none');
  if (found.version !== version) throw new Unservable('other model', `it is version ${found.version}`);
  const packed = packModel(found, wanted);
  const model = servedModel(packed, await onnxFor(packed, onnx));
  port.on('message', ({ number, packed: given, scores }: ShadowTask) => {
    try {
      const rows = packing.unpack(given);
      const began = performance.now();
      const predicted = model.predict(rows);
      const milliseconds = performance.now() - began;
      const outputs = wanted.outputs.map((name) => Float64Array.from(predicted, (row) => row[name] ?? Number.NaN));
      const beside = isScored && outputs[0] ? besideOf(outputs[0], scores) : undefined;
      const handed = [...outputs, ...(beside ? [beside.differences] : [])].map(({ buffer }) => buffer as ArrayBuffer);
      say({ said: 'predicted', number, outputs, beside, milliseconds, cpu: cpu() }, handed);
    } catch (error) {
      say({ said: 'threw', number, why: (error as Error).message, cpu: cpu() });
    }
  });
  say({ said: 'ready', cpu: cpu() });
}

try {
  await begin();
} catch (error) {
  if (!(error instanceof Unservable)) throw error;
  say({ said: 'unfit', why: error.message });
}
