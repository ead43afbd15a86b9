import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { folderStore } from '../../../src/adapters/files/store.ts';
import { takeSqliteLock } from '../../../src/adapters/sqlite/lock.ts';
import { byHand, col, endpoint, job, logisticRegression, model, sql, table } from '../../../src/index.ts';
import { PredictionLog } from '../../../src/serve/log/index.ts';

export const people = table('ml.people', {
  columns: { id: col.text().key(), age: col.real().optional(), visits: col.integer(), stays: col.boolean() },
  rows: sql`select 'a' as id, 1.5 as age, 2 as visits, true as stays`,
  write: 'replace',
});
export const stays = model('ml.stays', {
  ...{
    from: people,
    features: ['age', 'visits'],
    target: 'stays',
    learner: logisticRegression(),
    missing: { age: 'mean' },
  },
});
/** Its log has a column of each kind. */
export const risk = endpoint('risk', {
  path: '/risk',
  model: stays,
  request: { id: col.text() },
  answer: { ok: col.boolean() },
  log: {
    person: col.text().optional(),
    born: col.date().optional(),
    seen: col.timestamp().optional(),
    large: col.bigint().optional(),
    vip: col.boolean().optional(),
    paid: col.decimal(10, 2).optional(),
    took: col.duration().optional(),
    tags: col.list(col.text()).optional(),
    more: col.json().optional(),
  },
  handle: () => ({ ok: true }),
});
export const logged = table('bronze.risk_log', {
  columns: risk.log.columns,
  rows: sql`select * from ${risk.log.unread}`,
  write: 'append',
  invalid: 'set aside',
});
export const daily = job('daily', { when: byHand, build: [logged] });

type Options = ConstructorParameters<typeof PredictionLog>[0];
export interface Written {
  readonly log: PredictionLog;
  readonly said: object[];
}
/** The log of a process that has the folder's store, and its own spool there. */
export function openLog(
  folder: string,
  options: Partial<Options> & { readonly now?: () => Temporal.Instant } = {},
): Written {
  const said: object[] = [];
  const { now = () => Temporal.Instant.from('2026-03-04T10:00:00Z'), ...others } = options;
  const log = new PredictionLog({
    endpoint: risk,
    store: folderStore({ path: path.join(folder, 'files') }),
    spool: path.join(folder, 'spool'),
    process: randomUUID(),
    takeLock: takeSqliteLock,
    clock: { now },
    say: (line) => said.push(line),
    sample: () => 1,
    ...others,
  });
  return { log, said };
}

const noon = Date.parse('2026-03-04T12:00:00.123Z');
/** A request of so many rows. */
export const entry = (
  id: string,
  rows = 3,
  of: { readonly at?: number; readonly role?: 'champion' | 'shadow'; readonly share?: number } = {},
) => ({
  ...{ id, version: 'v1', at: noon, ...of },
  rows: Array.from({ length: rows }, (_, index) => ({ person: `${id}-${index}`, age: index / 4, visits: index })),
  outputs: Array.from({ length: rows }, (_, index) => ({ probability: index / rows })),
});
/** Lines of what a child wrote down before it went on. */
export const notedIn = (file: string): readonly string[] => {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
};
