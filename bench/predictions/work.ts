// What a process that serves does for its log: so many requests of 20 rows, each added as it is answered, all of it in files of a store at the end.
import path from 'node:path';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { folderStore } from '../../src/adapters/files/store.ts';
import { takeSqliteLock } from '../../src/adapters/sqlite/lock.ts';
import { col } from '../../src/columns/index.ts';
import type { Endpoint } from '../../src/define/index.ts';
import { PredictionLog } from '../../src/serve/log/index.ts';

const [folder = '', width = '', requests = '', how = ''] = process.argv.slice(2);
const names = Array.from({ length: Number(width) }, (_, index) => `feature_${index}`);
// Rows of one shape, as those are that a request is read into.
const Row = new Function(
  'of',
  names.map((name, index) => `this.${name} = of[${index}];`).join('\n'),
) as unknown as new (
  of: readonly number[],
) => object;
const pool = Array.from({ length: 50 }, () => ({
  rows: Array.from(
    { length: 20 },
    () => new Row(names.map(() => Math.random() * 100)) as Readonly<Record<string, unknown>>,
  ),
  outputs: Array.from({ length: 20 }, () => ({ score: Math.random() })),
}));
const columns = {
  features: Object.fromEntries(names.map((name) => [name, col.real()])),
  output: { score: col.real() },
};
const log = new PredictionLog({
  // Of a definition the log sees these.
  endpoint: { name: 'bench', facts: { logged: {}, model: columns } } as unknown as Endpoint,
  ...{ store: folderStore({ path: path.join(folder, 'store') }), spool: path.join(folder, 'spool') },
  ...{ process: 'bench', takeLock: takeSqliteLock, clock: { now: () => Temporal.Now.instant() } },
  ...{ sample: () => 1, say: (line) => console.error(line) },
});
for (let index = 0; index < Number(requests); index += 1) {
  const { rows, outputs } = pool[index % pool.length] as (typeof pool)[number];
  if (how === 'logged')
    log.add({ id: `0f0b${index}-4d5e-8a9b`, at: Date.now(), version: '20260101_0215', rows, outputs });
  // As between two requests: what is written meanwhile goes on. Nobody asks as quickly as this loop does.
  if (index % 10 === 9) await turn();
  while (how === 'logged' && (index + 1) * 20 - log.state().written > 10_000) await sleep(5);
}
await log.flush();
const { written, dropped } = log.state();
await log.close();
console.log(JSON.stringify({ written, dropped }));
