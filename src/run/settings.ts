import { createHash } from 'node:crypto';
import { type Columns, judgements, parseValue } from '../columns/index.ts';
import type { Setting } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { type AnySettings, type Node, whereOf } from '../graph/index.ts';
import { placeOf, type StepModel } from '../plan/index.ts';
import { placeText } from '../ports/index.ts';
import { holds } from '../quality/judge.ts';
import type { Project } from './project.ts';

/** Settings as a run uses them: spelled for the engine, so that a resumed run uses the very same. By `catalog.schema.table.setting`. */
export type SettingValues = Readonly<Record<string, string>>;

/** A value for one run only, of a setting by its name: `{ 'config.limits.floor': '0.7' }`. */
type Params = Readonly<Record<string, string>>;

/** Reads and judges all settings of the graph. A settings table of several rows is kept as one text, for the hash. */
export async function readSettings(project: Project, params: Params = {}): Promise<SettingValues> {
  const values: Record<string, string> = {};
  const nodes = settingsNodes(project);
  refuseUnknownParams(params, nodes);
  for (const node of nodes) {
    const rows = (await settingRows(node, project)).map((row) => withParams(node, row, params));
    for (const row of rows) judgeRow(node, row);
    const { literal } = project.warehouse.dialect;
    const spelled = rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, literal(plain(value))])),
    );
    if (isSingle(node)) {
      for (const [name, text] of Object.entries(spelled[0] ?? {})) values[`${node.id}.${name}`] = text;
      for (const [name, value] of Object.entries(rows[0] ?? {})) values[numberId(`${node.id}.${name}`)] = String(value);
    }
    values[node.id] = JSON.stringify(spelled);
  }
  return values;
}

export const settingsNodes = (project: Project): readonly Node<AnySettings>[] =>
  [...project.graph.nodes.values()].filter((node): node is Node<AnySettings> => node.definition.kind === 'settings');

/** `settings(…)`: one row, each column a setting of its own. */
export const isSingle = (node: Node<AnySettings>): boolean => node.definition.single;

/** Lists and JSON are kept as text. */
const plain = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !('toZonedDateTimeISO' in value || 'toPlainDateTime' in value)
    ? JSON.stringify(value)
    : value;
/** Where a setting's value is kept as a number that a limit compares with. */
const numberId = (id: string): string => `number of ${id}`;

/** The rows in the warehouse; before set-up those it starts with. */
export async function settingRows(
  node: Node<AnySettings>,
  project: Project,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const existing = await project.warehouse.inspect(node.catalog);
  const isThere = existing.some((table) => placeText(table.place) === node.id);
  const { columns, rows } = node.definition;
  if (!isThere) return rows as readonly Readonly<Record<string, unknown>>[];
  const kept = await project.warehouse.rows(placeOf(node), columns);
  return kept.map((row) => ({ ...row, ...standards(columns, row) }));
}

/** A column that set-up has added is NULL in rows that were there: nobody has said otherwise yet. */
function standards(columns: Columns, row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const unsaid = Object.entries<Columns[string]>(columns).filter(
    ([name, { facts }]) => row[name] === null && !facts.nullable && facts.standard !== undefined,
  );
  return Object.fromEntries(unsaid.map(([name, { facts }]) => [name, facts.standard]));
}

function withParams(
  node: Node<AnySettings>,
  row: Readonly<Record<string, unknown>>,
  params: Params,
): Readonly<Record<string, unknown>> {
  if (!isSingle(node)) return row;
  const given = Object.keys(row).flatMap((name) => {
    const text = params[`${node.definition.name}.${name}`];
    return text === undefined ? [] : [[name, settingValue(node, name, text)] as const];
  });
  return { ...row, ...Object.fromEntries(given) };
}

/** A text that a person gave, as the value of a setting. */
export function settingValue(node: Node<AnySettings>, setting: string, text: string): unknown {
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

function refuseUnknownParams(params: Params, nodes: readonly Node<AnySettings>[]): void {
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

/** Throws SETTING_INVALID for the first value that its column refuses. */
export function judgeRow(node: Node<AnySettings>, row: Readonly<Record<string, unknown>>): void {
  for (const judgement of judgements(node.definition.columns)) {
    if (holds(judgement, row[judgement.column])) continue;
    throw new EsteiraError('SETTING_INVALID', {
      what: `The setting ${node.definition.name}.${judgement.column} has a value that its column refuses.`,
      where: whereOf(node.definition),
      got: String(row[judgement.column]),
      allowed: `${judgement.code} ${JSON.stringify(judgement.allowed)}`,
      next: `Give it one that is allowed: esteira settings set ${node.definition.name}.${judgement.column} <value>`,
    });
  }
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
  { settings, reads }: Pick<StepModel, 'settings' | 'reads'>,
  { graph }: Project,
): readonly string[] {
  const single = settings.map((setting) => `${graph.nodeOf(setting.of).id}.${setting.setting}`);
  const tables = reads.filter(({ node }) => node.definition.kind === 'settings').map(({ node }) => node.id);
  return [...single, ...tables].sort();
}

/** Of what a step uses. */
export function settingsHashOf(
  model: Pick<StepModel, 'settings' | 'reads'>,
  values: SettingValues,
  project: Project,
): string {
  const used = settingsUsed(model, project).map((id) => [id, values[id]]);
  return used.length === 0 ? '' : createHash('sha256').update(JSON.stringify(used)).digest('hex').slice(0, 16);
}
