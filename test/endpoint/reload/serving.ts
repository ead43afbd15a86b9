// The process of an endpoint: serves what a folder has, says what it logs, and how much memory is left when nothing more can be freed.
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openExportReader } from '../../../src/adapters/duckdb/export-reader.ts';
import { folderStore } from '../../../src/adapters/files/store.ts';
import { takeSqliteLock } from '../../../src/adapters/sqlite/lock.ts';
import { atMost, col, endpoint, latency } from '../../../src/index.ts';
import { within } from '../../../src/ports/within.ts';
import { serve } from '../../../src/serve/endpoint.ts';
import { ranked, rankedId } from '../../../src/serve/model/testing.ts';
import type { Row } from '../../../src/serve/parts.ts';

setFlagsFromString('--expose-gc');
const free = runInNewContext('gc') as () => void;

export interface Asked {
  readonly folder: string;
  /** Milliseconds that a request takes before it predicts, and again before it answers. */
  readonly pause: number;
  readonly rowsTimed: number;
}
export type Told =
  | { readonly address: string }
  | { readonly memory: number; readonly resident: number }
  | { readonly line: Readonly<Record<string, unknown>> };

const tell = (told: Told): void => void (process.connected && process.send?.(told));

process.once('message', async ({ folder, pause, rowsTimed }: Asked) => {
  const row = { near: col.real(), won: col.real() };
  const rank = endpoint('rank', {
    path: '/rank',
    model: ranked([atMost(latency('p95', { rows: rowsTimed }), '1 ms')]),
    request: { rows: col.list(row) },
    answer: { scores: col.list(col.real()) },
    reload: { every: '100 ms' },
    sample: 0,
    handle: async ({ request, predict }) => {
      await rest(pause);
      const scores = predict(request.rows as never).map(({ score }: Row) => score as number);
      await rest(pause);
      return { scores };
    },
  });
  const store = folderStore({ path: folder });
  const served = await serve({
    ...{ endpoint: rank, idOf: () => rankedId, store: { models: within(store, 'published'), files: store } },
    ...{ clock: { now: () => Temporal.Now.instant() }, process: randomUUID(), folder: path.join(folder, 'spool') },
    exports: () => openExportReader(),
    ...{ takeLock: takeSqliteLock, say: (line) => tell({ line }), host: '127.0.0.1', port: 0 },
  });
  process.on('message', async (asked: 'memory' | 'end') => {
    if (asked === 'end') {
      await served.close();
      process.disconnect?.();
      return;
    }
    for (let time = 0; time < 4; time += 1) {
      free();
      await rest(5);
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    tell({ memory: heapUsed + external, resident: rss });
  });
  tell({ address: served.address });
});
