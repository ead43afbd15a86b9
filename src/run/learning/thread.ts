import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Vector } from '../../columns/index.ts';
import { EsteiraError } from '../../errors.ts';
import { cancelled, type TreesEngine, type TreesJob } from '../../ports/index.ts';
import { engineError, engineOf } from './engine.ts';
import type { Lessons, Training } from './lessons.ts';

/** What the thread says, and what it is told. */
export type Message =
  | { readonly progress: string }
  | { readonly lessons: Lessons }
  | { readonly refused: string }
  | { readonly grow: TreesJob };
export type Answer = { readonly done: number; readonly of: number } | { readonly grown: string };

// As it stands beside this file: written in TypeScript, or built.
const file = new URL(`./worker${path.extname(import.meta.url)}`, import.meta.url);

/**
 * Learns in a thread of its own, which the signal ends, and with it whatever grows trees for it. Throws TRAINING_FAILED for rows from which nothing can be
 * learned, ENGINE_MISSING.
 */
export async function learnAside(
  training: Training,
  of: {
    readonly where: string;
    readonly signal: AbortSignal;
    readonly progress: (text: string) => void;
    /** Where trees are grown, if the training asks for another engine. */
    readonly trees?: () => Promise<TreesEngine>;
    /** What is told of what cannot be learned from, or taken in. */
    readonly failed: (got: string, where: string) => EsteiraError;
  },
): Promise<Lessons> {
  const { signal } = of;
  if (signal.aborted) throw cancelled(signal.reason);
  const worker = new Worker(file, { workerData: training, transferList: [...buffersOf(training)] });
  const { promise, resolve, reject } = Promise.withResolvers<Lessons>();
  const stop = (): void => reject(cancelled(signal.reason));
  signal.addEventListener('abort', stop, { once: true });
  worker.on('error', reject);
  worker.on('exit', (code) => reject(new Error(`the thread that learns ended with ${code}`)));
  const ending = new AbortController();
  let growing = Promise.resolve();
  const grow = async (job: TreesJob): Promise<void> => {
    const progress = (done: number, all: number): void => worker.postMessage({ done, of: all } satisfies Answer);
    try {
      const engine = await engineOf(of);
      const grown = await engine.grow(job, { signal: ending.signal, progress });
      worker.postMessage({ grown } satisfies Answer);
    } catch (error) {
      reject(engineError(error, of.where));
    }
  };
  worker.on('message', (message: Message) => {
    if ('grow' in message) growing = grow(message.grow);
    else if ('progress' in message) of.progress(message.progress);
    else if ('lessons' in message) resolve(message.lessons);
    else reject(of.failed(message.refused, of.where));
  });
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', stop);
    ending.abort();
    await Promise.all([worker.terminate(), growing]);
  }
}

/** Of all that was read: what is as long as rows, or sums, is handed over and not copied. */
function buffersOf({ columns, summed }: Training): ReadonlySet<ArrayBuffer> {
  const { sums, spreads = {} } = summed ?? {};
  const spread = Object.values(spreads);
  const vectors = [columns, sums?.columns ?? {}].flatMap((one) => Object.values<Vector>(one));
  const numbers = [...(sums ? [sums.rows, ...Object.values(sums.sums)] : []), ...spread.map(({ rows }) => rows)];
  const ofVectors = [...vectors, ...spread.map(({ column }) => column)].flatMap(
    (vector): readonly ArrayBufferLike[] => {
      if (vector.of === 'texts') return [vector.codes.buffer];
      return [vector.values.buffer, ...(vector.valid ? [vector.valid.buffer] : [])];
    },
  );
  return new Set([...numbers.map(({ buffer }) => buffer), ...ofVectors] as readonly ArrayBuffer[]);
}

export const trainingFailed = (got: string, where: string): EsteiraError =>
  new EsteiraError('TRAINING_FAILED', {
    what: 'Nothing can be learned from these rows.',
    where,
    got,
    next: 'Look at the rows that the model learns from, and at its options.',
  });

export const importFailed = (got: string, where: string): EsteiraError =>
  new EsteiraError('IMPORT_FAILED', {
    what: 'The model cannot be taken in as it is.',
    where,
    got,
    next: "Look at how it was made, and at the model's features and output.",
  });
