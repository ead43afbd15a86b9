// The process of an endpoint whose shadow is named by a message: the version itself, or one that does harm as it is called.
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { openExportReader } from '../../../src/adapters/duckdb/export-reader.ts';
import { folderStore } from '../../../src/adapters/files/store.ts';
import { takeSqliteLock } from '../../../src/adapters/sqlite/lock.ts';
import { col, endpoint } from '../../../src/index.ts';
import { within } from '../../../src/ports/within.ts';
import { serve } from '../../../src/serve/endpoint.ts';
import { ranked, rankedId } from '../../../src/serve/model/testing.ts';
import type { Row } from '../../../src/serve/parts.ts';

export interface Asked {
  readonly folder: string;
}
export type Told =
  | { readonly address: string }
  /** Milliseconds of the processor, of the whole process. */
  | { readonly cpu: number }
  | { readonly line: Readonly<Record<string, unknown>> };

const tell = (told: Told): void => void (process.connected && process.send?.(told));
const isPlanted = (version: string): boolean => /^[a-z]+-/.test(version);
const planted = new URL('../../../src/serve/shadow/planted.ts', import.meta.url);

process.once('message', async ({ folder }: Asked) => {
  const rank = endpoint('rank', {
    path: '/rank',
    model: ranked(),
    request: { rows: col.list({ near: col.real(), won: col.real() }) },
    answer: { scores: col.list(col.real()) },
    shadow: { share: 0.1 },
    handle: ({ request, predict }) => ({
      scores: predict(request.rows as never).map(({ score }: Row) => score as number),
    }),
  });
  const store = folderStore({ path: folder });
  const served = await serve({
    ...{ endpoint: rank, idOf: () => rankedId, store: { models: within(store, 'published'), files: store } },
    ...{ clock: { now: () => Temporal.Now.instant() }, process: randomUUID(), folder: path.join(folder, 'spool') },
    exports: () => openExportReader(),
    ...{ takeLock: takeSqliteLock, say: (line) => tell({ line }), host: '127.0.0.1', port: 0 },
    shadowing: { file: (version) => (isPlanted(version) ? planted : undefined) },
  });
  process.on('message', async (asked: 'cpu' | 'end') => {
    if (asked === 'cpu') {
      const { user, system } = process.cpuUsage();
      tell({ cpu: (user + system) / 1000 });
    }
    if (asked !== 'end') return;
    await served.close();
    process.disconnect?.();
  });
  tell({ address: served.address });
});
