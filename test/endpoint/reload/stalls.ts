import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { folderStore } from '../../../src/adapters/files/store.ts';
import { Models } from '../../../src/serve/model/index.ts';
import {
  contentOf,
  grownTrees,
  PublisherOfTests,
  ranked,
  rankedId,
  timesAsMuch,
} from '../../../src/serve/model/testing.ts';
import { quantile } from '../load/tally.ts';

/** How late what was to happen every 2 milliseconds happened, in milliseconds. */
interface Late {
  readonly p99: number;
  readonly most: number;
}

/** How long a process is kept from everything else while versions of so many trees are swapped, and for as long without. */
export async function stalls(of: {
  readonly trees: number;
  readonly leaves: number;
  readonly swaps: number;
}): Promise<{ readonly without: Late; readonly during: Late }> {
  const folder = mkdtempSync(path.join(tmpdir(), 'esteira-stalls-'));
  const store = folderStore({ path: folder });
  const models = new Models({
    ...{ endpoint: 'rank', id: rankedId, model: ranked(), models: store, files: store, process: 'p1' },
    clock: { now: () => Temporal.Now.instant() },
    every: () => '5 minutes',
    setting: (bound) => bound as '1 ms',
    say: () => {},
  });
  const rows = Array.from({ length: 20 }, (_, row) => ({ near: row * 5, won: row / 20 }));
  const answer = (): void => {
    const use = models.begin();
    use.predict(rows);
    use.end({ failed: false, milliseconds: 1 });
  };
  let late: number[] | undefined;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    late?.push(now - last - 2);
    last = now;
    if (models.current) answer();
  }, 2);
  const measured = async (work: () => Promise<unknown>, into: number[]): Promise<void> => {
    late = into;
    last = performance.now();
    await work();
    late = undefined;
  };
  try {
    const base = await grownTrees(of);
    const contents = Array.from({ length: of.swaps + 1 }, (_, at) =>
      contentOf(timesAsMuch(base, 1 + at / 1000), `v${at}`),
    );
    const publisher = new PublisherOfTests(store);
    const [without, during]: [number[], number[]] = [[], []];
    for (const content of contents) {
      await publisher.champion(content);
      await rest(100);
      const began = performance.now();
      await measured(async () => models.reload('poll'), models.current ? during : []);
      if (models.current?.version !== content.version) throw new Error(`${content.version} is not served`);
      await measured(() => rest(performance.now() - began), without);
    }
    const figures = (times: number[]): Late => {
      const sorted = times.toSorted((one, other) => one - other);
      return { p99: quantile(sorted, 0.99), most: sorted.at(-1) ?? 0 };
    };
    return { without: figures(without), during: figures(during) };
  } finally {
    clearInterval(timer);
    await models.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
