import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { folderStore } from '../../../src/adapters/files/store.ts';
import { Random } from '../../../src/learn/random.ts';
import { within } from '../../../src/ports/within.ts';
import { versionText } from '../../../src/registry/published-text.ts';
import type { Receipt, Result } from '../../../src/serve/model/index.ts';
import {
  contentOf,
  grownTrees,
  PublisherOfTests,
  timesAsMuch,
  treesRepeated,
  walked,
} from '../../../src/serve/model/testing.ts';
import { load } from '../load/process.ts';
import type { Answered, Figures } from '../load/tally.ts';
import type { Asked, Told } from './serving.ts';

/** An endpoint in a process of its own, and what it says. */
class Serving {
  readonly #child: ChildProcess;
  readonly lines: Readonly<Record<string, unknown>>[] = [];
  #heard: (() => void) | undefined;
  #others: ((told: Told) => void)[] = [];

  constructor(asked: Asked) {
    this.#child = fork(path.join(import.meta.dirname, 'serving.ts'), {
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (told: Told) => {
      if ('line' in told) {
        this.lines.push(told.line);
        this.#heard?.();
      } else this.#others.shift()?.(told);
    });
    this.#child.send(asked);
  }

  next<T extends Told>(): Promise<T> {
    return new Promise((resolve) => this.#others.push(resolve as (told: Told) => void));
  }
  memory(): Promise<Extract<Told, { memory: number }>> {
    this.#child.send('memory');
    return this.next();
  }
  /** Until a line is said that is meant, from this one on. */
  async until(from: number, isMeant: (line: Readonly<Record<string, unknown>>) => boolean): Promise<void> {
    const began = performance.now();
    while (!this.lines.slice(from).some(isMeant)) {
      if (performance.now() - began > 30_000) throw new Error(`it says only ${JSON.stringify(this.lines.slice(-5))}`);
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
        setTimeout(resolve, 1000).unref();
      });
    }
  }
  async end(): Promise<void> {
    this.#child.send('end');
    await once(this.#child, 'exit');
  }
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

/** What must not be served, and what is said of it. */
const bad: readonly Exclude<Result, 'swapped' | 'unchanged' | 'none' | 'away' | 'older'>[] = [
  'corrupt',
  'schema',
  'slow',
  'not finite',
  'other model',
  'corrupt',
];

export interface Found {
  readonly swaps: number;
  readonly refused: number;
  readonly load: Figures;
  /** At each swap, requests that had begun with the version before. */
  readonly inFlight: { readonly least: number; readonly median: number };
  /** Bytes that could not be freed, as it went on. */
  readonly memory: readonly number[];
  readonly differences: readonly string[];
}

/**
 * So many versions are published one after the other while requests come at their own times, every fifth of them after one that must not be served. Each answer
 * is compared with what the trees of the version that it names say, walked one by one.
 */
export async function swapsUnderLoad({
  swaps,
  rate = 200,
  seed = 1,
}: {
  readonly swaps: number;
  readonly rate?: number;
  readonly seed?: number;
}): Promise<Found> {
  const folder = mkdtempSync(path.join(tmpdir(), 'esteira-swaps-'));
  const store = folderStore({ path: folder });
  const publisher = new PublisherOfTests(within(store, 'published'));
  const base = await grownTrees({ trees: 20, leaves: 15 });
  const slow = treesRepeated(base, 4000);
  const of = (number: number) => timesAsMuch(base, 1 + number / 1000);
  const random = new Random(seed);
  const requests = Array.from({ length: 40 }, () =>
    Array.from({ length: 5 + random.below(20) }, () => ({ near: random.next() * 100, won: random.next() })),
  );
  const differences: string[] = [];
  const memory: number[] = [];
  let serving: Serving | undefined;
  try {
    await publisher.champion(contentOf(of(0), 'v0'));
    serving = new Serving({ folder, pause: 75, rowsTimed: 200 });
    const { address } = await serving.next<Extract<Told, { address: string }>>();
    const bodies = requests.map((rows) => JSON.stringify({ rows }));
    const loading = load({ url: `${address}/rank`, rate, bodies, seed, connections: 200 }, { answers: true });
    await new Promise((resolve) => setTimeout(resolve, 500));
    let refused = 0;
    for (let number = 1; number <= swaps; number += 1) {
      if (number % 5 === 0) {
        const kind = bad[refused % bad.length] as (typeof bad)[number];
        const from = serving.lines.length;
        const own = serving;
        const isRefused = () => own.until(from, ({ event, result }) => event === 'reload' && result === kind);
        await spoil(publisher, kind, { base, slow, isCut: refused % 2 === 1, isRefused });
        refused += 1;
      }
      const from = serving.lines.length;
      await publisher.champion(contentOf(of(number), `v${number}`));
      // Half of them are found by looking, half are told.
      if (number % 2 === 0) await fetch(`${address}/api/debug/reload_weights`, { method: 'POST' });
      await serving.until(from, ({ result, version }) => result === 'swapped' && version === `v${number}`);
      if (number % Math.ceil(swaps / 12) === 0) memory.push((await serving.memory()).memory);
    }
    loading.stop();
    const figures = await loading.ended;
    await serving.end();
    differences.push(...wrongAnswers(loading.answers(), requests, (version) => of(Number(version.slice(1)))));
    const receipts = await receiptsIn(store);
    const swapped = receipts.filter(({ result, from }) => result === 'swapped' && from !== undefined);
    if (swapped.length !== swaps) differences.push(`${swapped.length} receipts of ${swaps} swaps`);
    for (const { to, requests: counted, complete } of swapped) {
      if (counted?.failed !== 0) differences.push(`${to?.version}: ${counted?.failed} failed`);
      if (!complete) differences.push(`${to?.version}: its receipt is not complete`);
    }
    const flying = swapped.map((one) => one.requests?.inFlight ?? 0).sort((one, other) => one - other);
    const inFlight = { least: flying[0] ?? 0, median: flying[Math.floor(flying.length / 2)] ?? 0 };
    return { swaps: swapped.length, refused, load: figures, inFlight, memory, differences };
  } finally {
    serving?.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Trees = Awaited<ReturnType<typeof grownTrees>>;
async function spoil(
  publisher: PublisherOfTests,
  kind: (typeof bad)[number],
  {
    base,
    slow,
    isCut,
    isRefused,
  }: { readonly base: Trees; readonly slow: Trees; readonly isCut: boolean; readonly isRefused: () => Promise<void> },
): Promise<void> {
  const cut = (bytes: Uint8Array) => bytes.slice(0, Math.floor(bytes.length / 3));
  const number = publisher.moves.length + 1;
  const move = { number, to: 'bad', by: 'nobody', reason: 'none', at: '2026-03-04T00:00:00Z' };
  const other = { ...contentOf(base, 'bad'), model: 'catalog.ml.other' };
  if (kind === 'corrupt') await publisher.put((bytes) => (isCut ? cut(bytes) : Buffer.from(bytes).fill('#', 700, 701)));
  else if (kind === 'schema')
    await publisher.champion(contentOf({ ...base, features: ['near', 'lost'] }, `bad ${number}`));
  else if (kind === 'slow') await publisher.champion(contentOf(slow, `bad ${number}`));
  else if (kind === 'not finite')
    await publisher.champion(contentOf(timesAsMuch(treesRepeated(base, 500), 1e308), `bad ${number}`));
  else await publisher.put(() => versionText(other, { move, nonce: String(number) }));
  await isRefused();
  // A publisher leaves alone what somebody else publishes there.
  if (kind === 'other model') await publisher.put(cut);
}

function wrongAnswers(
  answers: readonly Answered[],
  requests: readonly (readonly Readonly<Record<string, number>>[])[],
  treesOf: (version: string) => Trees,
): readonly string[] {
  const expected = new Map<string, string>();
  const scoresOf = (version: string, body: number): string => {
    const key = `${version} ${body}`;
    const known = expected.get(key);
    if (known !== undefined) return known;
    const trees = treesOf(version);
    const said = JSON.stringify({ scores: requests[body]?.map((row) => walked(trees, row)) });
    expected.set(key, said);
    return said;
  };
  return answers.flatMap(({ index, body, version, text, status, error }) => {
    if (status !== 200) return [`request ${index}: ${status} ${error ?? text}`];
    if (version === undefined) return [`request ${index}: its answer names no version`];
    return text === scoresOf(version, body) ? [] : [`request ${index}: ${version} says otherwise`];
  });
}

async function receiptsIn(store: ReturnType<typeof folderStore>): Promise<readonly Receipt[]> {
  const paths = await store.below('endpoints/rank/reloads', 10_000);
  return Promise.all(
    paths.map(async (one) => JSON.parse(Buffer.from((await store.read(one)) ?? []).toString('utf8')) as Receipt),
  );
}

/** Bytes by which memory has grown in one swap, as a line through all but the first measurements has it. */
export function growth(memory: readonly number[], swaps: number): number {
  const own = memory.slice(2);
  const middle = (own.length - 1) / 2;
  const mean = own.reduce((sum, one) => sum + one, 0) / own.length;
  const [over, under] = own.reduce(
    ([sum, squares], one, at) => [sum + (at - middle) * (one - mean), squares + (at - middle) ** 2],
    [0, 0] as [number, number],
  );
  return over / under / (swaps / memory.length);
}
