import { type Columns, judgements, keyOf } from '../columns/index.ts';
import { EsteiraError } from '../errors.ts';
import { type Graph, scheduledBy } from '../graph/index.ts';
import { historyColumns, historyOf, placeOf } from '../plan/index.ts';
import {
  changeKey,
  changesOf,
  differences,
  inTurn,
  isSingle,
  judgeRows,
  judgeSetting,
  keyIn,
  type LookedAt,
  lastRow,
  lookAt,
  type Project,
  rowKeyOf,
  rowLabel,
  rowsAsText,
  type SeenChange,
  type SettingChange,
  type SettingRow,
  type SettingsNode,
  settingAsText,
  settingsNodes,
  settingValue,
} from '../run/index.ts';
import { jsonValue } from './values.ts';
import type { Input, SettingsHistoryView, SettingsView } from './views.ts';

type Entry = SettingsView['settings'][number];

/** Every value that people may change, as it stands, with its rules and its newest change; before set-up those that it starts with. */
export async function settings(project: Project): Promise<SettingsView> {
  const found: Entry[] = [];
  for (const node of settingsNodes(project)) {
    const looked = await lookAt(node, project);
    const unseen = looked.isKept ? differences(looked) : [];
    const changes = new Map(looked.newest);
    for (const one of unseen) changes.set(changeKey(one.row_key, one.setting), one);
    for (const row of looked.rows)
      found.push(...entriesOf(node, row, { changes, unseen: new Set(unseen), graph: project.graph }));
  }
  return { settings: found };
}

/** Who has changed what, the newest first; of all settings, or of one by its name or that of its table. */
export async function settingsHistory(
  project: Project,
  { name }: Input<'settings history'>,
): Promise<SettingsHistoryView> {
  const found: (SettingChange & { readonly name: string })[] = [];
  for (const node of settingsNodes(project)) {
    const changes = (await changesOf(node, project)) ?? [];
    found.push(...changes.map((one) => ({ ...one, name: nameOf(node, one) })));
  }
  const names = settingsNodes(project).flatMap(({ id, definition }) => [id, definition.name]);
  const meant = (one: string): boolean =>
    name === undefined || one === name || name.endsWith(`.${one}`) || (names.includes(name) && isOf(one, name));
  const changes = found.filter((one) => meant(one.name));
  if (name !== undefined && changes.length === 0 && !names.includes(name)) addressed(project, name);
  return {
    changes: changes
      .map((one, index) => ({ one, index }))
      .toSorted((a, b) => Temporal.Instant.compare(b.one.changed_at, a.one.changed_at) || b.index - a.index)
      .map(({ one }) => changeView(one, one.name)),
  };
}

const nameOf = ({ definition: { name } }: SettingsNode, { row_key, setting }: SettingChange): string =>
  `${row_key === null ? name : `${name}[${row_key}]`}.${setting}`;

const changeView = (change: SettingChange, name: string): SettingsHistoryView['changes'][number] => ({
  ...{ name, at: change.changed_at.toString(), by: change.changed_by, before: change.before, after: change.after },
  ...(change.reason === null ? {} : { reason: change.reason }),
});

/** `config.limits.floor` and `config.levels[gold].floor` are of `config.limits` and `config.levels`, whose catalog may be said. */
export const isOf = (setting: string, table: string): boolean =>
  [table, table.slice(table.indexOf('.') + 1)].some(
    (one) => setting.startsWith(`${one}.`) || setting.startsWith(`${one}[`),
  );

/** What a run says of settings that it has found to be others than they were. */
export const seenTexts = (changes: readonly SeenChange[]): readonly string[] =>
  changes
    .filter(({ changed_by }) => changed_by !== 'setup')
    .map(({ node, row_key, setting, before, after }) => {
      const row = row_key === null ? '' : `[${row_key}]`;
      return `${node.definition.name}${row}.${setting} was changed by SQL: ${before ?? 'none'} → ${after ?? 'none'}`;
    });

/** Values can be read before set-up, from the definition; a change needs a place to be kept. */
const notThere = (node: SettingsNode): EsteiraError =>
  new EsteiraError('SETUP_NEEDED', {
    what: `The table of the settings ${node.definition.name} is not there yet.`,
    where: node.id,
    next: 'esteira setup',
  });

/** One entry for each column; of a table of several rows for each row too, named by its key: `config.levels[gold].floor`. */
function entriesOf(
  node: SettingsNode,
  row: SettingRow,
  {
    changes,
    unseen,
    graph,
  }: {
    readonly changes: ReadonlyMap<string, SettingChange>;
    readonly unseen: ReadonlySet<SettingChange>;
    readonly graph: Graph;
  },
): readonly Entry[] {
  const { columns } = node.definition;
  const judged = judgements(columns);
  const keys = keyOf(columns);
  return Object.entries<Columns[string]>(columns)
    .filter(([setting]) => isSingle(node) || !keys.includes(setting))
    .map(([setting, { facts }]) => {
      const change = changes.get(changeKey(keyIn(node, row), setting));
      return {
        name: `${rowLabel(node, row)}.${setting}`,
        kind: facts.kind,
        value: jsonValue(row[setting]) as Entry['value'],
        standard: jsonValue(facts.standard) as Entry['standard'],
        rules: [
          ...judged
            .filter((one) => one.column === setting && one.code !== 'present' && one.code !== 'kind')
            .map((one) => `${one.code} ${JSON.stringify(one.allowed)}`),
          ...scheduledBy(graph, { of: node.definition, setting }).map(
            ({ job, zone }) => `schedule of ${job} (${zone})`,
          ),
        ],
        ...(facts.about ? { about: facts.about } : {}),
        ...changedOf(change, change !== undefined && unseen.has(change)),
      };
    });
}

/** What set-up has written at the start is no change. */
function changedOf(change: SettingChange | undefined, isUnseen: boolean): Partial<Entry> {
  if (!change || (change.changed_by === 'setup' && change.before === null)) return {};
  return {
    ...(isUnseen ? {} : { changedAt: change.changed_at.toString() }),
    changedBy: change.changed_by,
    ...(change.reason === null ? {} : { reason: change.reason }),
  };
}

/**
 * Changes one value, judged by its column, and keeps who, when, from and to; one change after the other. Gives all settings as they are then.
 * Throws NAME_UNKNOWN, SETTING_INVALID, or SETUP_NEEDED; then nothing is changed. A run that goes on keeps the values it began with.
 */
export async function setSetting(project: Project, input: Input<'settings set'>): Promise<SettingsView> {
  await inTurn(project, () => changeSetting(project, input));
  return settings(project);
}

async function changeSetting(project: Project, input: Input<'settings set'>): Promise<void> {
  const { node, setting, key } = addressed(project, input.name);
  const looked = await lookAt(node, project);
  if (!looked.stored || !looked.isKept) throw notThere(node);
  const { columns } = node.definition;
  const value = settingValue(node, setting, input.value);
  const isGone = isSingle(node) && looked.rows.length === 0;
  const rows = isGone ? [lastRow(looked)] : looked.rows;
  const before = rows.find((row) => isSingle(node) || rowKeyOf(node, row) === key);
  if (!before) throw unknownSetting(project, input.name);
  const after = { ...before, [setting]: value };
  judgeSetting(node, after, { setting, graph: project.graph });
  // What was changed by SQL before is older than this.
  const unseen = differences(looked);
  const { facts } = columns[setting];
  const change: SettingChange = {
    changed_at: unseen.length > 0 ? looked.at.add({ microseconds: 1 }) : looked.at,
    changed_by: input.by,
    row_key: key ?? null,
    setting,
    before: settingAsText(facts, before[setting]),
    after: settingAsText(facts, value),
    reason: input.reason ?? null,
  };
  const place = placeOf(node);
  const all = rows.map((row) => (row === before ? after : row));
  // With its history in one transaction: no value without the person who set it.
  await project.warehouse.replaceRows(place, columns, all, {
    place: historyOf(place),
    columns: historyColumns,
    rows: [...unseen, change],
  });
}

/**
 * Changes settings by one statement of SQL, which sees nothing but them; judged and kept as `setSetting` does. Gives what it has changed. Throws
 * QUERY_INVALID, SETTING_INVALID, or SETUP_NEEDED; then nothing is changed.
 */
export function settingsSql(project: Project, input: Input<'settings sql'>): Promise<SettingsHistoryView> {
  return inTurn(project, async () => {
    const looked: LookedAt[] = [];
    for (const node of settingsNodes(project)) {
      const one = await lookAt(node, project);
      if (!one.stored || !one.isKept) throw notThere(node);
      looked.push(one);
    }
    const tables = looked.map(({ node, rows }) => ({ place: placeOf(node), columns: node.definition.columns, rows }));
    const results = await project.warehouse.changedBy(tables, input.sql);
    const found: SettingChange[] = [];
    const names = new Map<SettingChange, string>();
    for (const [at, one] of looked.entries()) {
      const stored = results[at] ?? [];
      if (rowsAsText(one.node, stored) === rowsAsText(one.node, one.rows)) continue;
      judgeRows(one.node, stored, project);
      const unseen = differences(one);
      const changes = madeBy(one, { stored, unseen, input });
      const history = { columns: historyColumns, rows: [...unseen, ...changes] };
      const place = placeOf(one.node);
      await project.warehouse.replaceRows(place, one.node.definition.columns, stored, {
        place: historyOf(place),
        ...history,
      });
      for (const change of changes) names.set(change, nameOf(one.node, change));
      found.push(...changes);
    }
    return { changes: found.map((change) => changeView(change, names.get(change) ?? '')) };
  });
}

/** Beside what others have changed before, which is not this person's doing. */
function madeBy(
  looked: LookedAt,
  of: {
    readonly stored: readonly SettingRow[];
    readonly unseen: readonly SettingChange[];
    readonly input: Input<'settings sql'>;
  },
): readonly SettingChange[] {
  const { stored, unseen, input } = of;
  const newest = new Map(looked.newest);
  for (const one of unseen) newest.set(changeKey(one.row_key, one.setting), one);
  const at = unseen.length > 0 ? looked.at.add({ microseconds: 1 }) : looked.at;
  return differences({ ...looked, stored, newest, at }, input.by)
    .filter(({ changed_by }) => changed_by !== 'setup')
    .map((change) => ({ ...change, reason: input.reason ?? null }));
}

/** `config.limits.floor`, or `config.levels[gold].floor` of a table with rows. */
function addressed(
  project: Project,
  name: string,
): { readonly node: SettingsNode; readonly setting: string; readonly key?: string } {
  for (const node of settingsNodes(project)) {
    for (const prefix of [node.id, node.definition.name]) {
      const rest = name.startsWith(prefix) ? /^(?:\[(.*)\])?\.(\w+)$/.exec(name.slice(prefix.length)) : null;
      const setting = rest?.[2];
      const { columns } = node.definition;
      if (!setting || !Object.hasOwn(columns, setting) || isSingle(node) !== (rest[1] === undefined)) continue;
      // A row is known by its key: with another one it is another row.
      if (isSingle(node) || !keyOf(columns).includes(setting))
        return { node, setting, ...(rest[1] === undefined ? {} : { key: rest[1] }) };
    }
  }
  throw unknownSetting(project, name);
}

const unknownSetting = (project: Project, name: string): EsteiraError => {
  const all = settingsNodes(project).flatMap((node) =>
    Object.keys(node.definition.columns).map((setting) => `${node.definition.name}.${setting}`),
  );
  return new EsteiraError('NAME_UNKNOWN', {
    what: `There is no setting ${name}.`,
    ...(all.length > 0 ? { allowed: all.slice(0, 10).join(', ') } : { got: 'this project has no settings' }),
    next: 'esteira settings',
  });
};
