import { createHash } from 'node:crypto';
import type { Columns } from '../columns/index.ts';
import type { Setting } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import type { StepModel } from '../plan/index.ts';
import { championKey, championOf, versionKey } from './learning/champions.ts';
import type { Project } from './project.ts';
import {
  isSingle,
  judgeRows,
  type SettingRow,
  type SettingsNode,
  settingsNodes,
  settingValue,
} from './setting-rows.ts';
import { lookAt, type SeenChange, seeSettings } from './settings-seen.ts';

/** Settings as a run uses them: spelled for the engine, so that a resumed run uses the very same. By `catalog.schema.table.setting`. */
export type SettingValues = Readonly<Record<string, string>>;

/** A value for one run only, of a setting by its name: `{ 'config.limits.floor': '0.7' }`. */
type Params = Readonly<Record<string, string>>;

/** Reads and judges all settings of the graph, for whoever only looks. A settings table of several rows is kept as one text. */
export async function readSettings(project: Project): Promise<SettingValues> {
  const values: Record<string, string> = {};
  for (const node of settingsNodes(project)) {
    const { rows } = await lookAt(node, project);
    judgeRows(node, rows, project);
    Object.assign(values, spelledOf(node, rows, project));
  }
  return values;
}

/** The same for a run: what has been changed by SQL since somebody looked last goes to the history first, unless a value is invalid. */
export async function beginSettings(
  project: Project,
  params: Params,
): Promise<{ readonly settings: SettingValues; readonly changes: readonly SeenChange[] }> {
  refuseUnknownParams(params, settingsNodes(project));
  const { looked, changes } = await seeSettings(project);
  const settings: Record<string, string> = {};
  for (const { node, rows } of looked) {
    const used = rows.map((row) => withParams(node, row, params));
    judgeRows(node, used, project);
    Object.assign(settings, spelledOf(node, used, project));
  }
  return { settings, changes };
}

function spelledOf(node: SettingsNode, rows: readonly SettingRow[], { warehouse }: Project): SettingValues {
  const values: Record<string, string> = {};
  const spelled = rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, warehouse.dialect.literal(plain(value))])),
  );
  if (isSingle(node)) {
    for (const [name, text] of Object.entries(spelled[0] ?? {})) values[`${node.id}.${name}`] = text;
    for (const [name, value] of Object.entries(rows[0] ?? {})) values[numberId(`${node.id}.${name}`)] = String(value);
  }
  values[node.id] = JSON.stringify(spelled);
  return values;
}

/** All rows of settings as the run has them: a relation of constants, so that a change made meanwhile is the next run's. */
export function settingsRelation(
  node: SettingsNode,
  values: SettingValues,
  { warehouse: { dialect } }: Project,
): string {
  const kept = values[node.id];
  if (kept === undefined) throw new TypeError(`no value of ${node.id}`);
  const rows = JSON.parse(kept) as readonly Readonly<Record<string, string>>[];
  if (rows.length === 0) return dialect.emptyRelation(node.definition.columns);
  const columns = Object.entries<Columns[string]>(node.definition.columns);
  const selects = rows.map((row) => {
    const cells = columns.map(
      ([name, { facts }]) => `cast(${row[name] ?? 'null'} as ${dialect.type(facts)}) as ${dialect.identifier(name)}`,
    );
    return `select ${cells.join(', ')}`;
  });
  return `(${selects.join(' union all ')})`;
}

/** Lists and JSON are kept as text. */
const plain = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !('toZonedDateTimeISO' in value || 'toPlainDateTime' in value)
    ? JSON.stringify(value)
    : value;
/** Where a setting's value is kept as a number that a limit compares with. */
const numberId = (id: string): string => `number of ${id}`;

/** As people read them, by `schema.table.setting`; of a table of several rows, all of them. */
export function settingsOfRun(values: SettingValues): Readonly<Record<string, string>> {
  const found = Object.entries(values).flatMap(([id, text]): readonly (readonly [string, string])[] => {
    if (id.startsWith(championOf)) return [[`${championOf}${withoutCatalog(id)}`, text]];
    if (id.startsWith(numberId(''))) return [[withoutCatalog(id.slice(numberId('').length)), text]];
    const rows = text.startsWith('[{') ? (JSON.parse(text) as readonly Readonly<Record<string, string>>[]) : [];
    if (rows.length === 0 || Object.keys(values).some((other) => other.startsWith(`${id}.`))) return [];
    const texts = rows.map((row) =>
      Object.entries(row)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    );
    return [[withoutCatalog(id), texts.join('; ')]];
  });
  return Object.fromEntries(found);
}
const withoutCatalog = (id: string): string => id.slice(id.indexOf('.') + 1);

function withParams(node: SettingsNode, row: SettingRow, params: Params): SettingRow {
  if (!isSingle(node)) return row;
  const given = Object.keys(row).flatMap((name) => {
    const text = params[`${node.definition.name}.${name}`];
    return text === undefined ? [] : [[name, settingValue(node, name, text)] as const];
  });
  return { ...row, ...Object.fromEntries(given) };
}

function refuseUnknownParams(params: Params, nodes: readonly SettingsNode[]): void {
  const names = nodes
    .filter(isSingle)
    .flatMap((node) => Object.keys(node.definition.columns).map((name) => `${node.definition.name}.${name}`));
  const unknown = Object.keys(params).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new EsteiraError('NAME_UNKNOWN', {
    what: `There is no setting ${unknown} that a run could be given.`,
    ...(names.length > 0 ? { allowed: names.slice(0, 10).join(', ') } : { got: 'this project has no settings' }),
    next: 'esteira settings lists them; --param <setting>=<value> holds for one run.',
  });
}

export function settingLiteral(setting: Setting<unknown>, values: SettingValues, project: Project): string {
  const id = `${project.graph.nodeOf(setting.of).id}.${setting.setting}`;
  const value = values[id];
  if (value === undefined) throw new TypeError(`no value of ${id}`);
  return value;
}

/** A setting as the bound of a limit: as text, for some are times. */
export const settingText = (setting: Setting<unknown>, values: SettingValues, project: Project): string =>
  values[numberId(`${project.graph.nodeOf(setting.of).id}.${setting.setting}`)] ?? '';
export const settingNumber = (setting: Setting<unknown>, values: SettingValues, project: Project): number =>
  Number(settingText(setting, values, project));

/** By their names among the values; a table of settings as a whole. */
export function settingsUsed(
  { node: own, settings, reads, champions: models }: Pick<StepModel, 'node' | 'settings' | 'reads' | 'champions'>,
  { graph }: Project,
): readonly string[] {
  const single = settings.map((setting) => `${graph.nodeOf(setting.of).id}.${setting.setting}`);
  const tables = reads.filter(({ node }) => node.definition.kind === 'settings').map(({ node }) => node.id);
  const champions = models.map(championKey);
  const version = own.inside ? [versionKey(own)] : [];
  return [...single, ...tables, ...champions, ...version].sort();
}

/** Of what a step uses. */
export function settingsHashOf(
  model: Pick<StepModel, 'node' | 'settings' | 'reads' | 'champions'>,
  values: SettingValues,
  project: Project,
): string {
  const used = settingsUsed(model, project).map((id) => [id, values[id]]);
  return used.length === 0 ? '' : createHash('sha256').update(JSON.stringify(used)).digest('hex').slice(0, 16);
}
