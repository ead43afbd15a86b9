import type { Expected } from './writer.ts';

/** A row of a landing, with what only the log knows. */
export interface LandedRow extends Expected {
  readonly rid: string;
  readonly deleted: boolean;
  readonly unread: readonly string[] | null;
}

/** The query that gives `LandedRow`s, in their order. */
export const landedQuery = (table: Expected['table'], schema = 'landing'): string => {
  const [part, amount] = table === 'things' ? ['part', 'cast(amount as varchar)'] : ['null', 'null'];
  return `select '${table}' as "table", _operation as operation, id, ${part} as part, ${amount} as amount, note, big, _rid as rid, _deleted as deleted,
    cast(_unread as varchar) as unread, _synced_at from ${schema}.${table} order by _synced_at, _rid`;
};
export const asLanded = (row: readonly unknown[]): LandedRow => {
  const [table, operation, id, part, amount, note, big, rid, deleted, unread] = row as unknown[];
  return { table, operation, id, part, amount, note, big, rid, deleted, unread } as unknown as LandedRow;
};

const text = ({ operation, id, part, amount, note, big }: Expected): string =>
  JSON.stringify([operation, id, part, amount, note, big]);
const keyOf = ({ id, part }: Expected): string => `${id} ${part}`;

/** The rows that are there after these changes, without how they came to be. */
function replay(history: readonly Expected[]): ReadonlyMap<string, Expected> {
  const rows = new Map<string, Expected>();
  for (const one of history) {
    if (one.operation === 'insert' || one.operation === 'update') rows.set(keyOf(one), { ...one, operation: '' });
    else rows.delete(keyOf(one));
  }
  return rows;
}

/**
 * In what a landing is not the history: its snapshot must be what the changes up to some moment make, one and the same for all tables, and the changes
 * that it has must be the others, each once and in their order.
 */
export function differences(
  landed: Readonly<Record<Expected['table'], readonly LandedRow[]>>,
  history: readonly Expected[],
): readonly string[] {
  const found: string[] = [];
  let [last, first] = [-1, history.length];
  for (const table of ['things', 'wholes'] as const) {
    const own = history.map((one, n) => ({ one, n })).filter(({ one }) => one.table === table);
    const rows = landed[table];
    const snapshot = rows.filter(({ operation }) => operation === 'snapshot');
    const changes = rows.filter(({ operation }) => operation !== 'snapshot');
    const before = own.length - changes.length;
    if (before < 0) found.push(`${table}: ${changes.length} changes landed of ${own.length}`);
    const rest = own.slice(Math.max(0, before));
    const wrong = rest.findIndex(({ one }, index) => text(one) !== text(changes[index] as Expected));
    if (wrong >= 0)
      found.push(
        `${table}: change ${wrong} of ${changes.length} is ${brief(changes[wrong])}, not ${brief(rest[wrong]?.one)}`,
      );
    const expected = replay(own.slice(0, Math.max(0, before)).map(({ one }) => one));
    const there = new Map(snapshot.map((one) => [keyOf(one), text({ ...one, operation: '' })]));
    if (there.size !== snapshot.length) found.push(`${table}: a key is twice in the snapshot`);
    const lacking = [...expected].find(([key, row]) => there.get(key) !== text(row));
    if (lacking) found.push(`${table}: the snapshot lacks ${brief(lacking[1])}`);
    if (there.size !== expected.size) found.push(`${table}: ${there.size} rows in the snapshot, not ${expected.size}`);
    if (new Set(rows.map(({ rid }) => rid)).size !== rows.length) found.push(`${table}: an identity is there twice`);
    const undone = rows.find(
      ({ operation, deleted }) => deleted !== (operation === 'delete' || operation === 'truncate'),
    );
    if (undone) found.push(`${table}: ${brief(undone)} is ${undone.deleted ? '' : 'not '}deleted`);
    const unread = rows.find((row) => row.unread !== null);
    if (unread) found.push(`${table}: not read ${unread.unread} of ${brief(unread)}`);
    last = Math.max(last, own[before - 1]?.n ?? -1);
    first = Math.min(first, rest[0]?.n ?? history.length);
  }
  if (last > first)
    found.push(`the snapshots are of two moments: change ${last} is in one, ${first} is not in the other`);
  return found;
}

const brief = (row: Expected | undefined): string =>
  row ? text({ ...row, big: row.big === null ? null : row.big.slice(0, 8) }) : 'nothing';
