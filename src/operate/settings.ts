import { type Columns, judgements, keyOf } from '../columns/index.ts';
import { EsteiraError } from '../errors.ts';
import type { AnySettings, Node } from '../graph/index.ts';
import { historyColumns, historyOf, placeOf } from '../plan/index.ts';
import { placeText } from '../ports/index.ts';
import { isSingle, judgeRow, type Project, settingRows, settingsNodes, settingValue } from '../run/index.ts';
import { jsonValue } from './values.ts';
import type { Input, SettingsView } from './views.ts';

type Entry = SettingsView['settings'][number];

/** Every value that people may change, as it stands, with its rules and its newest change; before set-up those that it starts with. */
export async function settings(project: Project): Promise<SettingsView> {
  const found: Entry[] = [];
  for (const node of settingsNodes(project)) {
    const rows = await settingRows(node, project);
    const changes = await changesOf(node, project);
    for (const row of rows) found.push(...entriesOf(node, row, changes));
  }
  return { settings: found };
}

/** The newest change of each setting, by row and name. */
async function changesOf(node: Node<AnySettings>, project: Project): Promise<ReadonlyMap<string, Change>> {
  const place = historyOf(placeOf(node));
  const existing = await project.warehouse.inspect(node.catalog);
  if (!existing.some((table) => placeText(table.place) === placeText(place))) return new Map();
  const rows = (await project.warehouse.rows(place, historyColumns)) as unknown as readonly Change[];
  const inOrder = rows.toSorted((a, b) => Temporal.Instant.compare(a.changed_at, b.changed_at));
  return new Map(inOrder.map((change) => [`${change.row_key ?? ''}.${change.setting}`, change]));
}
interface Change {
  readonly changed_at: Temporal.Instant;
  readonly changed_by: string;
  readonly row_key: string | null;
  readonly setting: string;
  readonly reason: string | null;
}

/** Values can be read before set-up, from the definition; a change needs a place to be kept. */
async function refuseUnlessThere(node: Node<AnySettings>, project: Project): Promise<void> {
  const existing = await project.warehouse.inspect(node.catalog);
  if (existing.some((table) => placeText(table.place) === node.id)) return;
  throw new EsteiraError('SETUP_NEEDED', {
    what: `The table of the settings ${node.definition.name} is not there yet.`,
    where: node.id,
    next: 'esteira setup',
  });
}

/** One entry for each column; of a table of several rows for each row too, named by its key: `config.levels[gold].floor`. */
function entriesOf(
  node: Node<AnySettings>,
  row: Readonly<Record<string, unknown>>,
  changes: ReadonlyMap<string, Change>,
): readonly Entry[] {
  const { columns, name } = node.definition;
  const judged = judgements(columns);
  const keys = keyOf(columns);
  const rowKey = isSingle(node) ? '' : keys.map((key) => jsonValue(row[key])).join(',');
  const label = isSingle(node) ? name : `${name}[${rowKey}]`;
  return Object.entries<Columns[string]>(columns)
    .filter(([setting]) => isSingle(node) || !keys.includes(setting))
    .map(([setting, { facts }]) => ({
      name: `${label}.${setting}`,
      kind: facts.kind,
      value: jsonValue(row[setting]) as Entry['value'],
      standard: jsonValue(facts.standard) as Entry['standard'],
      rules: judged
        .filter((one) => one.column === setting && one.code !== 'present' && one.code !== 'kind')
        .map((one) => `${one.code} ${JSON.stringify(one.allowed)}`),
      ...(facts.about ? { about: facts.about } : {}),
      ...changedOf(changes.get(`${rowKey}.${setting}`)),
    }));
}

const changedOf = (change: Change | undefined): Partial<Entry> =>
  change
    ? {
        changedAt: change.changed_at.toString(),
        changedBy: change.changed_by,
        ...(change.reason === null ? {} : { reason: change.reason }),
      }
    : {};

/** What goes on: all values of one row are written together, so that of two changes at once one would be lost. */
const turns = new WeakMap<Project, Promise<unknown>>();

/**
 * Changes one value, judged by its column, and keeps who, when, from and to; one change after the other. Gives all settings as they are then.
 * Throws NAME_UNKNOWN, SETTING_INVALID, or SETUP_NEEDED; then nothing is changed. A run that goes on keeps the values it began with.
 */
export function setSetting(project: Project, input: Input<'settings set'>): Promise<SettingsView> {
  const before = turns.get(project) ?? Promise.resolve();
  const turn = before.catch(() => {}).then(() => changeSetting(project, input));
  turns.set(project, turn);
  return turn;
}

async function changeSetting(project: Project, input: Input<'settings set'>): Promise<SettingsView> {
  const { node, setting, key } = addressed(project, input.name);
  await refuseUnlessThere(node, project);
  const { columns } = node.definition;
  const value = settingValue(node, setting, input.value);
  const rows = await settingRows(node, project);
  const keys = keyOf(columns);
  const isMeant = (row: Readonly<Record<string, unknown>>) =>
    key === undefined || keys.map((name) => jsonValue(row[name])).join(',') === key;
  const before = rows.find(isMeant);
  if (!before) throw unknownSetting(project, input.name);
  const after = { ...before, [setting]: value };
  judgeRow(node, after);
  const place = placeOf(node);
  const history = {
    changed_at: project.clock.now(),
    changed_by: input.by,
    row_key: key ?? null,
    setting,
    before: textOf(before[setting]),
    after: textOf(value),
    reason: input.reason ?? null,
  };
  const all = rows.map((row) => (row === before ? after : row));
  // With its history in one transaction: no value without the person who set it.
  await project.warehouse.replaceRows(place, columns, all, {
    place: historyOf(place),
    columns: historyColumns,
    rows: [history],
  });
  return settings(project);
}

const textOf = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(jsonValue(value));

/** `config.limits.floor`, or `config.levels[gold].floor` of a table with rows. */
function addressed(
  project: Project,
  name: string,
): { readonly node: Node<AnySettings>; readonly setting: string; readonly key?: string } {
  for (const node of settingsNodes(project)) {
    for (const prefix of [node.id, node.definition.name]) {
      const rest = name.startsWith(prefix) ? /^(?:\[(.*)\])?\.(\w+)$/.exec(name.slice(prefix.length)) : null;
      const setting = rest?.[2];
      if (setting && Object.hasOwn(node.definition.columns, setting))
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
