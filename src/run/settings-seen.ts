import { type Columns, keyOf, parseValue } from '../columns/index.ts';
import { EsteiraError } from '../errors.ts';
import { historyColumns, historyOf, placeOf } from '../plan/index.ts';
import { placeText } from '../ports/index.ts';
import type { Project } from './project.ts';
import {
  isSingle,
  judgeRows,
  rowKeyOf,
  type SettingRow,
  type SettingsNode,
  settingAsText,
  settingsNodes,
  storedRows,
} from './setting-rows.ts';

/** A row of the history of settings. A row of a table that comes or goes is one for each of its columns, those of its key too. */
export interface SettingChange {
  readonly changed_at: Temporal.Instant;
  /** A person; `sql` where it was found so; `setup` for what set-up has written. */
  readonly changed_by: string;
  readonly row_key: string | null;
  readonly setting: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly reason: string | null;
}

/** Settings as they stand beside what was seen of them last. */
export interface LookedAt {
  readonly node: SettingsNode;
  /** Absent before set-up. */
  readonly stored?: readonly SettingRow[];
  /** Those, or before set-up the ones it starts with; what nobody has said is the standard. */
  readonly rows: readonly SettingRow[];
  /** The table of its history is there. */
  readonly isKept: boolean;
  /** All of that table, the oldest first. */
  readonly changes: readonly SettingChange[];
  /** By row and setting. */
  readonly newest: ReadonlyMap<string, SettingChange>;
  /** When a change kept now is said to be: a clock that was set back must not bring an older one to the front. */
  readonly at: Temporal.Instant;
}

export const changeKey = (rowKey: string | null, setting: string): string => `${rowKey ?? ''}.${setting}`;

export async function lookAt(node: SettingsNode, project: Project): Promise<LookedAt> {
  const stored = await storedRows(node, project);
  const newest = new Map<string, SettingChange>();
  const kept = await changesOf(node, project);
  const changes = kept ?? [];
  for (const one of changes) newest.set(changeKey(one.row_key, one.setting), one);
  const isKept = kept !== undefined;
  const at = justAfter(changes.at(-1)?.changed_at, project.clock.now());
  if (!stored) return { node, rows: node.definition.rows as readonly SettingRow[], isKept, changes, newest, at };
  return { node, stored, rows: stored.map((row) => withStandards(node, row, newest)), isKept, changes, newest, at };
}

/** Now, or what comes after the latest that is known. */
export const justAfter = (latest: Temporal.Instant | undefined, now: Temporal.Instant): Temporal.Instant =>
  latest && Temporal.Instant.compare(latest, now) >= 0 ? latest.add({ microseconds: 1 }) : now;

/** All that is known, the oldest first; nothing before set-up. */
export async function changesOf(node: SettingsNode, project: Project): Promise<readonly SettingChange[] | undefined> {
  const place = historyOf(placeOf(node));
  const existing = await project.warehouse.inspect(node.catalog);
  if (!existing.some((table) => placeText(table.place) === placeText(place))) return undefined;
  const rows = (await project.warehouse.rows(place, historyColumns)) as unknown as readonly SettingChange[];
  return rows.toSorted((a, b) => Temporal.Instant.compare(a.changed_at, b.changed_at));
}

/** A column that set-up has added is NULL in rows that were there, and nobody has said otherwise: not so what somebody has emptied. */
function withStandards(node: SettingsNode, row: SettingRow, newest: LookedAt['newest']): SettingRow {
  const rowKey = keyIn(node, row);
  const unsaid = Object.entries<Columns[string]>(node.definition.columns).filter(
    ([name, { facts }]) =>
      row[name] === null &&
      !facts.nullable &&
      facts.standard !== undefined &&
      !newest.get(changeKey(rowKey, name))?.after,
  );
  return { ...row, ...Object.fromEntries(unsaid.map(([name, { facts }]) => [name, facts.standard])) };
}

export const keyIn = (node: SettingsNode, row: SettingRow): string | null =>
  isSingle(node) ? null : rowKeyOf(node, row);

/** The row of `settings(…)` as it was seen last, for one that was deleted. */
export function lastRow({ node, newest }: LookedAt): SettingRow {
  const columns = Object.entries<Columns[string]>(node.definition.columns);
  return Object.fromEntries(
    columns.map(([name, { facts }]) => {
      const text = newest.get(changeKey(null, name))?.after ?? undefined;
      return [name, (text === undefined ? undefined : parseValue(facts, text)) ?? facts.standard];
    }),
  );
}

/** What is not as it was seen last. What must not be NULL, and is, goes without: it was never said, or is invalid. */
export function differences(looked: LookedAt, by = 'sql'): readonly SettingChange[] {
  const { node, stored = [], newest, at: changed_at } = looked;
  const columns = Object.entries<Columns[string]>(node.definition.columns);
  const starts = new Map(node.definition.rows.map((row: SettingRow) => [keyIn(node, row), row] as const));
  const found: SettingChange[] = [];
  const add = (row_key: string | null, setting: string, of: Pick<SettingChange, 'before' | 'after' | 'changed_by'>) =>
    found.push({ changed_at, row_key, setting, reason: null, ...of });
  for (const row of stored) {
    const rowKey = keyIn(node, row);
    for (const [setting, { facts }] of columns) {
      const after = settingAsText(facts, row[setting]);
      const last = newest.get(changeKey(rowKey, setting));
      if (after === (last?.after ?? null) || (after === null && !facts.nullable && by !== 'setup')) continue;
      const start = settingAsText(facts, starts.get(rowKey)?.[setting]);
      if (last) add(rowKey, setting, { before: last.after, after, changed_by: by });
      else if (start === after) add(rowKey, setting, { before: null, after, changed_by: 'setup' });
      else add(rowKey, setting, { before: start, after, changed_by: by });
    }
  }
  const there = new Set(stored.map((row) => keyIn(node, row)));
  const [key] = keyOf(node.definition.columns);
  for (const { row_key, setting, after } of isSingle(node) ? [] : newest.values()) {
    if (setting !== key || after === null || there.has(row_key)) continue;
    for (const [name] of columns) {
      const last = newest.get(changeKey(row_key, name))?.after ?? null;
      if (last !== null) add(row_key, name, { before: last, after: null, changed_by: by });
    }
  }
  return found;
}

/** What goes on: of two that write the history at once one would not see what the other has written. */
const turns = new WeakMap<Project, Promise<unknown>>();
export function inTurn<Result>(project: Project, work: () => Promise<Result>): Promise<Result> {
  const before = turns.get(project) ?? Promise.resolve();
  const turn = before.catch(() => {}).then(work);
  turns.set(project, turn);
  return turn;
}

/** Looks at all settings of the graph, or at those of some tables, judges them, and only then keeps what has changed since they were seen last. */
export function seeSettings(
  project: Project,
  nodes: readonly SettingsNode[] = settingsNodes(project),
): Promise<{ readonly looked: readonly LookedAt[]; readonly changes: readonly SeenChange[] }> {
  return inTurn(project, async () => {
    const looked = await lookAtAll(nodes, project);
    for (const { node, rows } of looked) judgeRows(node, rows, project);
    return { looked, changes: await keep(looked, project, 'sql') };
  });
}
export interface SeenChange extends SettingChange {
  readonly node: SettingsNode;
}

async function lookAtAll(nodes: readonly SettingsNode[], project: Project): Promise<readonly LookedAt[]> {
  const looked: LookedAt[] = [];
  for (const node of nodes) looked.push(await lookAt(node, project));
  return looked;
}

async function keep(looked: readonly LookedAt[], project: Project, by: string): Promise<readonly SeenChange[]> {
  const all = looked.map((one) => ({ node: one.node, changes: one.isKept ? differences(one, by) : [] }));
  const found = all.filter(({ changes }) => changes.length > 0);
  await write(found, project);
  return found.flatMap(({ node, changes }) => changes.map((change) => ({ ...change, node })));
}

/** Keeps changes as they are said to be. */
export const keepChanges = (found: readonly Kept[], project: Project): Promise<void> =>
  inTurn(project, () => write(found, project));

export interface Kept {
  readonly node: SettingsNode;
  readonly changes: readonly SettingChange[];
}
/** All of one catalog in one transaction. */
async function write(found: readonly Kept[], project: Project): Promise<void> {
  for (const [catalog, own] of Map.groupBy(found, ({ node }) => node.catalog)) {
    const inserts = own.map(({ node, changes }) => ({
      ...{ change: 'insert' as const, place: historyOf(placeOf(node)), columns: historyColumns, rows: changes },
    }));
    await project.warehouse.change(catalog, inserts);
  }
}

/**
 * Around a set-up: first what others have changed before it is kept, then what it has written itself. Settings with an invalid value are left to the
 * next run, which refuses them.
 */
export function seenBySetup(project: Project, setUp: () => Promise<void>): Promise<void> {
  return inTurn(project, async () => {
    const before = await lookAtAll(settingsNodes(project), project);
    await keep(
      before.filter((one) => isAllowed(one, project)),
      project,
      'sql',
    );
    await setUp();
    const was = new Map(before.map((one) => [one.node.id, storedText(one)]));
    const after = (await lookAtAll(settingsNodes(project), project)).filter(
      (one) => storedText(one) !== was.get(one.node.id),
    );
    await keep(after, project, 'setup');
  });
}

const storedText = ({ node, stored }: LookedAt): string | undefined => stored && rowsAsText(node, stored);

/** Equal where every value is. */
export const rowsAsText = ({ definition: { columns } }: SettingsNode, rows: readonly SettingRow[]): string =>
  JSON.stringify(
    rows.map((row) => Object.entries(row).map(([name, value]) => settingAsText(columns[name].facts, value))),
  );

function isAllowed({ node, rows }: LookedAt, project: Project): boolean {
  try {
    judgeRows(node, rows, project);
    return true;
  } catch (error) {
    if (error instanceof EsteiraError) return false;
    throw error;
  }
}
