import { type Columns, judgements, keyOf, parseValue } from '../columns/index.ts';
import { EsteiraError } from '../errors.ts';
import { type AnySettings, type Node, whereOf } from '../graph/index.ts';
import { historyColumns, historyOf, placeOf } from '../plan/index.ts';
import { isSingle, judgeRow, type Project, settingRows, settingsNodes } from '../run/index.ts';
import { jsonValue } from './values.ts';
import type { Input, SettingsView } from './views.ts';

type Entry = SettingsView['settings'][number];

export async function settings(project: Project): Promise<SettingsView> {
  const found: Entry[] = [];
  for (const node of settingsNodes(project)) {
    const rows = await settingRows(node, project);
    for (const row of rows) found.push(...entriesOf(node, row));
  }
  return { settings: found };
}

function entriesOf(node: Node<AnySettings>, row: Readonly<Record<string, unknown>>): readonly Entry[] {
  const { columns, name } = node.definition;
  const judged = judgements(columns);
  const keys = keyOf(columns);
  const label = isSingle(node) ? name : `${name}[${keys.map((key) => jsonValue(row[key])).join(',')}]`;
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
    }));
}

/** Changes one value, judged by its column, and keeps who, when, from and to. */
export async function setSetting(project: Project, input: Input<'settings set'>): Promise<SettingsView> {
  const { node, setting, key } = addressed(project, input.name);
  const { columns } = node.definition;
  const value = parseValue(columns[setting].facts, input.value);
  if (value === undefined) {
    throw new EsteiraError('SETTING_INVALID', {
      what: `The setting ${node.definition.name}.${setting} has a value that is not of its kind.`,
      where: whereOf(node.definition),
      got: input.value,
      allowed: `a value of kind ${columns[setting].facts.kind}`,
      next: `esteira settings get ${node.definition.name}.${setting} says what it may be.`,
    });
  }
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
      if (setting && setting in node.definition.columns)
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
