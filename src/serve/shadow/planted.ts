import { parentPort, workerData } from 'node:worker_threads';
import type { ShadowData, ShadowSaid, ShadowTask } from './messages.ts';
import { giveWay } from './priority.ts';

/** For tests: a thread that does with each request what its version is called, in the place of predicting. */
giveWay();
const port = parentPort;
// Several versions may do the same: `sleeps-1`, `sleeps-2`.
const [harm = ''] = (workerData as ShadowData).version.split('-');
const say = (said: ShadowSaid): void => port?.postMessage(said);

const harms: Readonly<Record<string, () => void>> = {
  sleeps: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5000),
  spins: () => {
    for (const end = performance.now() + 5000; performance.now() < end; );
  },
  throws: () => {
    throw new Error('planted');
  },
  exhausts: () => {
    const all: object[] = [];
    for (;;) all.push({ some: [all.length] });
  },
  exits: () => process.exit(3),
};
port?.on('message', ({ number, scores }: ShadowTask) => {
  if (harm === 'fails') say({ said: 'threw', number, why: 'planted', cpu: 1 });
  harms[harm]?.();
  if (harm !== 'fails')
    say({ said: 'predicted', number, outputs: [scores], beside: undefined, milliseconds: 1, cpu: 1 });
});
say({ said: 'ready', cpu: 1 });
