import { type ColumnFacts, type Columns, type Judgement, judgements, keyOf, parseValue } from '../columns/index.ts';
import { EsteiraError } from '../errors.ts';
import { type AnySettings, type Graph, type Node, unreadableSchedule, whereOf } from '../graph/index.ts';
import { placeOf } from '../plan/index.ts';
import { placeText } from '../ports/index.ts';
import { holds } from '../quality/judge.ts';
import type { Project } from './project.ts';

export type SettingRow = Readonly<Record<string, unknown>>;
export type SettingsNode = Node<AnySettings>;

export const isSettings = (node: Node): node is SettingsNode => node.definition.kind === 'settings';
export const settingsNodes = (project: Project): readonly SettingsNode[] =>
  [...project.graph.nodes.values()].filter(isSettings);

/** `settings(…)`: one row, each column a setting of its own. */
export const isSingle = (node: SettingsNode): boolean => node.definition.single;

/** The rows as the warehouse has them, without what set-up has not added yet; nothing before set-up. */
export async function storedRows(node: SettingsNode, project: Project): Promise<readonly SettingRow[] | undefined> {
  const existing = await project.warehouse.inspect(node.catalog);
  const found = existing.find((table) => placeText(table.place) === node.id);
  const there = new Set(found?.columns.map(({ name }) => name.toLowerCase()));
  const all = Object.entries<Columns[string]>(node.definition.columns);
  const kept = all.filter(([name]) => there.has(name.toLowerCase()));
  if (kept.length === 0) return undefined;
  const nothing = Object.fromEntries(all.map(([name]) => [name, null]));
  const rows = await project.warehouse.rows(placeOf(node), Object.fromEntries(kept));
  return rows.map((row) => ({ ...nothing, ...row }));
}

/** A value as its history has it. */
export function settingAsText({ kind }: ColumnFacts, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (kind === 'decimal') return shortest(String(value));
  return kind === 'json' || kind === 'list' ? JSON.stringify(value) : String(value);
}
/** 1.5 and +01.50 are one number: engines write as many places as the column has. */
const shortest = (text: string): string =>
  text
    .replace(/^\+?(-?)0*(?=\d)/, '$1')
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');

/** Which row of a table of several is meant, as people write it: `gold` of `config.levels[gold].floor`. */
export const rowKeyOf = ({ definition: { columns } }: SettingsNode, row: SettingRow): string =>
  keyOf(columns)
    .map((name) => settingAsText(columns[name].facts, row[name]))
    .join(',');

/** `config.limits`, or `config.levels[gold]` of a table of several rows. */
export const rowLabel = (node: SettingsNode, row: SettingRow): string =>
  isSingle(node) ? node.definition.name : `${node.definition.name}[${rowKeyOf(node, row)}]`;

/** A text that a person gave, as the value of a setting. */
export function settingValue(node: SettingsNode, setting: string, text: string): unknown {
  const { facts } = node.definition.columns[setting];
  const value = parseValue(facts, text);
  if (value !== undefined) return value;
  throw new EsteiraError('SETTING_INVALID', {
    what: `The setting ${node.definition.name}.${setting} has a value that is not of its kind.`,
    where: whereOf(node.definition),
    got: text,
    allowed: `a value of kind ${facts.kind}`,
    next: `esteira settings get ${node.definition.name}.${setting} says what it may be.`,
  });
}

/** Throws SETTING_INVALID for the first value that its column refuses, and for rows of which nobody can say which is meant. */
export function judgeRows(node: SettingsNode, rows: readonly SettingRow[], { graph }: Pick<Project, 'graph'>): void {
  if (isSingle(node) && rows.length !== 1) throw notOne(node, rows.length);
  for (const row of rows) for (const one of judgements(node.definition.columns)) judge(node, row, one);
  if (isSingle(node))
    for (const setting of Object.keys(node.definition.columns)) judgeSchedule(node, rows[0], setting, graph);
  const keys = rows.map((row) => rowKeyOf(node, row));
  const twice = rows.find((row, index) => keys.indexOf(rowKeyOf(node, row)) < index);
  if (isSingle(node) || !twice) return;
  throw new EsteiraError('SETTING_INVALID', {
    what: `Two rows of ${node.definition.name} have one key.`,
    where: whereOf(node.definition),
    got: rowLabel(node, twice),
    allowed: 'one row for each key',
    next: 'Delete one of them, in SQL.',
  });
}

/** Throws SETTING_INVALID when its column refuses the value, or it is a job's schedule and cannot be read. */
export function judgeSetting(
  node: SettingsNode,
  row: SettingRow,
  { setting, graph }: { readonly setting: string; readonly graph: Graph },
): void {
  for (const one of judgements(node.definition.columns)) if (one.column === setting) judge(node, row, one);
  if (isSingle(node)) judgeSchedule(node, row, setting, graph);
}

function judgeSchedule(node: SettingsNode, row: SettingRow | undefined, setting: string, graph: Graph): void {
  const text = String(row?.[setting]);
  const found = unreadableSchedule(graph, { of: node.definition, setting }, text);
  if (!found) return;
  const name = `${node.definition.name}.${setting}`;
  throw new EsteiraError('SETTING_INVALID', {
    what: `The setting ${name} says when ${found.job} is due, and cannot be read.`,
    where: whereOf(node.definition),
    got: `${text} in ${found.zone}\n${found.why}`,
    allowed: 'five fields of cron: minute hour day month weekday',
    next: `esteira settings set ${name} '0 6 * * *' is each day at 06:00.`,
  });
}

function judge(node: SettingsNode, row: SettingRow, judgement: Judgement): void {
  const { column, code, allowed } = judgement;
  const { columns, name } = node.definition;
  if (holds(judgement, row[column])) return;
  const isKey = !isSingle(node) && keyOf(columns).includes(column);
  const setting = `${rowLabel(node, row)}.${column}`;
  throw new EsteiraError('SETTING_INVALID', {
    what: `The setting ${setting} has a value that its column refuses.`,
    where: whereOf(node.definition),
    got: settingAsText(columns[column].facts, row[column]) ?? 'NULL',
    allowed:
      code === 'present' ? `a value of kind ${columns[column].facts.kind}` : `${code} ${JSON.stringify(allowed)}`,
    next: isKey
      ? `Correct the row of ${name} in SQL, or delete it: it is known by its key.`
      : `Give it one that is allowed: esteira settings set ${isSingle(node) ? setting : `'${setting}'`} <value>`,
  });
}

const notOne = (node: SettingsNode, count: number): EsteiraError => {
  const { columns, name } = node.definition;
  return new EsteiraError('SETTING_INVALID', {
    what: `${name} is to have one row, whose columns are its settings.`,
    where: whereOf(node.definition),
    got: count === 0 ? 'no row' : `${count} rows`,
    allowed: 'one row',
    next:
      count === 0
        ? `esteira settings set ${name}.${Object.keys(columns)[0]} <value> puts it back, the others as they were last.`
        : 'Delete all but one, in SQL.',
  });
};
