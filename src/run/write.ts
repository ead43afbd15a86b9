import { judgements, keyOf, parseDuration } from '../columns/index.ts';
import {
  type AnyReadable,
  type AnyRows,
  type AnySource,
  type AnyTable,
  type Check,
  isReference,
} from '../define/index.ts';
import type { Node } from '../graph/index.ts';
import {
  carriedNames,
  carries,
  convertedName,
  definitionOf,
  invalidPlaceOf,
  placeOf,
  type Read,
  readsDay,
  type Spelling,
  type StepModel,
  spell,
  spellBody,
  withCarried,
} from '../plan/index.ts';
import {
  type Batch,
  type Body,
  type Bound,
  type FileInput,
  hidden,
  type RowRule,
  type StepWrite,
  type WriteCheck,
  type WriteMode,
} from '../ports/index.ts';
import type { Reach } from './bounds.ts';
import { rowsOfFunction } from './function.ts';
import type { Project } from './project.ts';
import type { Rerun } from './rerun.ts';
import { type SettingValues, settingLiteral, settingNumber } from './settings.ts';

/** Everything of a run that a query may see. */
export interface RunValues {
  readonly runId: string;
  readonly date: Temporal.PlainDate;
  readonly logicalTime: Temporal.Instant;
  readonly settings: SettingValues;
}
interface Options {
  readonly project: Project;
  readonly reach: Reach;
  readonly values: RunValues;
  readonly batch: Batch;
  readonly reread: boolean;
  readonly unchanged: boolean;
  readonly rerun?: Rerun;
}

/** What the warehouse must carry out for one step. */
export function writeOf(model: StepModel, options: Options): StepWrite {
  const { project, reach, batch, reread, rerun, unchanged } = options;
  const { node } = model;
  const { definition } = node;
  const table = definition.kind === 'table' ? (definition as AnyTable) : undefined;
  const invalid = table?.spec.invalid === 'set aside' ? invalidPlaceOf(node, project.graph.suffix) : undefined;
  return {
    batch,
    target: placeOf(node),
    columns: definition.columns,
    body: bodyOf(model, options),
    files: fileInputs(model, options),
    ...(model.carried
      ? { carried: { reads: model.carried.reads, original: originalOf(model.carried.from, options) } }
      : {}),
    converted: model.converted,
    keepsOriginal: model.keepsOriginal,
    mode: modeOf(model),
    judgements: table
      ? judgements(definition.columns).filter((one) => one.code !== 'kind' || !model.keepsOriginal)
      : [],
    rules: table ? rulesOf(table, options) : [],
    ...(invalid ? { invalid } : {}),
    checks: model.checks.map((check) => checkOf(check, options)),
    bounds: reach.bounds,
    reread,
    ...(rerun === 'anew' ? { anew: true } : {}),
    fresh: rerun === undefined && isFresh(model, reread),
    unreadIn: model.keeping.map((read) => ({
      source: read.node.definition.name,
      relation: unreadOf(read, options, model),
    })),
    told: { badFiles: unchanged ? reach.badFiles : [], warnings: reach.changed },
    unchanged,
  };
}

/** New rows only, each read once: no other publication has seen them. */
function isFresh(model: StepModel, reread: boolean): boolean {
  const news = model.reads.filter((read) => read.how === 'new' || read.how === 'new files');
  return !reread && news.length > 0 && news.every((read) => read.since?.lookback === undefined && isWrittenOnce(read));
}
/** In a table that is replaced or merged a row that was read may come to stand anew. */
function isWrittenOnce({ node: { definition } }: Read): boolean {
  if (definition.kind !== 'table') return true;
  const { write, refusedBy } = (definition as AnyTable).spec;
  return write === 'append' && !refusedBy;
}

function modeOf(model: StepModel): WriteMode {
  const { definition } = model.node;
  if (definition.kind !== 'table') return { mode: 'append', key: [], latest: [] };
  const { write, duplicates } = definition.spec;
  const both = { key: keyOf(definition.columns), latest: duplicates?.by ?? [] };
  if (typeof write === 'object')
    return { mode: 'merge', ...both, ...(write.needs[0] ? { deleted: write.needs[0] } : {}) };
  return { mode: write === 'view' ? 'replace' : write, ...both };
}

function bodyOf(model: StepModel, options: Options): Body {
  const { definition } = model.node;
  const spelling = realSpelling(options, model);
  if (definition.kind !== 'table')
    return { by: 'query', sql: `select * from ${relationOf(model.reads[0] as Read, options, model)}` };
  const { rows } = definition.spec;
  if (rows.recipe.by === 'map') {
    const { input, map } = rows.recipe;
    return {
      by: 'function',
      sql: spellBody(input, spelling),
      columns: input.columns,
      map: rowsOfFunction(definition, map),
    };
  }
  return { by: 'query', sql: withHidden(spellBody(rows, spelling), model, options) };
}

/** A projection that names its columns must hand on the hidden ones too; `select *` does by itself. */
function withHidden(query: string, model: StepModel, { project }: Options): string {
  if (!model.carried || model.carried.star) return query;
  return withCarried(query, project.warehouse.dialect) ?? query;
}

/** A query as this run sees the world. */
function realSpelling(options: Options, model: StepModel): Spelling {
  const { project, values } = options;
  const { dialect } = project.warehouse;
  const runValue = { date: values.date, at: values.logicalTime, id: values.runId };
  return {
    dialect,
    relation: (of: AnyReadable) => relationOf(readFor(of, model, project), options, model),
    run: (value) => dialect.literal(runValue[value]),
    setting: (setting) => settingLiteral(setting, values.settings, project),
    ...(model.converted.length > 0
      ? { converted: (column, argument) => `, (${argument}) is not null as ${convertedName(column, dialect)}` }
      : {}),
  };
}

function readFor(of: AnyReadable, model: StepModel, project: Project): Read {
  const node = project.graph.nodeOf(definitionOf(of));
  const { recipe } = of;
  const since =
    recipe.by === 'since'
      ? { column: recipe.column, ...(recipe.lookback ? { lookback: recipe.lookback } : {}) }
      : undefined;
  const found = model.reads.find((read) => {
    if (read.node.id !== node.id) return false;
    const isNew = read.how === 'new' || read.how === 'new files';
    return (
      isNew === (recipe.by !== 'name') &&
      read.since?.column === since?.column &&
      read.since?.lookback === since?.lookback
    );
  });
  return found ?? { node, how: 'whole' };
}

function relationOf(read: Read, options: Options, model: StepModel): string {
  const names = [...Object.keys(read.node.definition.columns), ...(carries(model, read) ? carriedNames : [])];
  return relationWith(names, read, { options, model });
}

/** `_unread` of the rows that a read brings. */
const unreadOf = (read: Read, options: Options, model: StepModel): string =>
  relationWith([hidden.unread], read, { options, model });

function relationWith(
  names: readonly string[],
  read: Read,
  { options, model }: { readonly options: Options; readonly model: StepModel },
): string {
  const { dialect } = options.project.warehouse;
  const list = names.map((name) => dialect.identifier(name)).join(', ');
  const isFile = read.how === 'files' || read.how === 'new files';
  const place = isFile ? dialect.identifier(fileRelation(read.node)) : dialect.place(placeOf(read.node));
  const wanted = [
    ...(read.how === 'new' ? [arrived(read, model, options)] : []),
    ...(read.how === 'new files' && options.rerun === 'invalid' ? [isInvalid(model, options)] : []),
    ...(readsDay(read) ? [ofTheDay(read, options)] : []),
  ];
  return `(select ${list} from ${place}${wanted.length > 0 ? ` where ${wanted.join(' and ')}` : ''})`;
}

/** The rows of the run's date; of an instant its day in UTC. */
function ofTheDay({ node }: Read, { project, values }: Options): string {
  const { dialect } = project.warehouse;
  const day = (node.definition as AnySource).day ?? '';
  const column = dialect.identifier(day);
  const { date } = values;
  if (node.definition.columns[day].facts.kind === 'date') return `${column} = ${dialect.literal(date)}`;
  const start = date.toZonedDateTime('UTC');
  return `${column} >= ${dialect.literal(start.toInstant())} and ${column} < ${dialect.literal(start.add({ days: 1 }).toInstant())}`;
}

/** What has arrived, up to the fixed bound; with `lookback` also what is recent. */
function arrived(read: Read, model: StepModel, options: Options): string {
  const { dialect } = options.project.warehouse;
  const { lower = 0n, upper } = boundOf(read, options);
  const sequence = dialect.identifier(hidden.sequence);
  if (options.rerun === 'anew') return `${sequence} <= ${upper}`;
  if (options.rerun === 'invalid')
    return `${sequence} <= ${upper} and (${sequence} > ${lower} or ${isInvalid(model, options)})`;
  if (!read.since?.lookback) return `${sequence} > ${lower} and ${sequence} <= ${upper}`;
  if (model.groups) return `${sequence} <= ${upper} and (${touched(read, model, options)})`;
  return `${sequence} <= ${upper} and (${sequence} > ${lower} or ${recent(read, read, options)})`;
}

/** The row is among those that the table has set aside. */
function isInvalid({ node }: StepModel, { project }: Options): string {
  const { dialect } = project.warehouse;
  const row = dialect.identifier(hidden.row);
  return `${row} in (select ${row} from ${dialect.place(invalidPlaceOf(node, project.graph.suffix))})`;
}

/** In groups a value that is new or recent in any reading by that column is read whole in all of them. */
function touched(read: Read, model: StepModel, options: Options): string {
  const { dialect } = options.project.warehouse;
  const name = read.since?.column ?? '';
  const column = dialect.identifier(name);
  const sequence = dialect.identifier(hidden.sequence);
  const alike = model.reads.filter((other) => other.since?.lookback && other.since.column === name);
  const fresh = alike.map((other) => {
    const { lower = 0n, upper } = boundOf(other, options);
    const place = dialect.place(placeOf(other.node));
    return `select ${column} from ${place} where ${sequence} > ${lower} and ${sequence} <= ${upper}`;
  });
  const since = alike.map((other) => recent(read, other, options));
  const arrived = [...new Set(fresh)].join(' union all ');
  // NULL is a group too, and in no list.
  const unknown = `(${column} is null and exists (select 1 from (${arrived}) as fresh where fresh.${column} is null))`;
  return [...new Set(since), `${column} in (${arrived})`, unknown].join(' or ');
}

const recent = (read: Read, lookingBack: Read, options: Options): string => {
  const { dialect } = options.project.warehouse;
  return `${dialect.identifier(read.since?.column ?? '')} >= ${dialect.literal(lookbackStart(lookingBack, options))}`;
};

const boundOf = (read: Read, { reach }: Options): Bound =>
  reach.bounds.find((bound) => bound.source === read.node.id) as Bound;

function lookbackStart(read: Read, { values }: Options): Temporal.PlainDate | Temporal.Instant {
  const { count, unit } = parseDuration(read.since?.lookback ?? '') ?? { count: 0, unit: 'day' };
  const { kind } = read.node.definition.columns[read.since?.column ?? ''].facts;
  const midnight = values.date.toZonedDateTime('UTC');
  const start = unit === 'ms' ? midnight.subtract({ milliseconds: count }) : midnight.subtract({ [`${unit}s`]: count });
  return kind === 'date' ? start.toPlainDate() : start.toInstant();
}

/** In quotes always: dots keep `a_b.c` and `a.b_c` apart. */
const fileRelation = (node: Node): string => `_files ${node.id}`;

function fileInputs(model: StepModel, { project, reach, rerun }: Options): readonly FileInput[] {
  return [...reach.files].map(([id, files]) => {
    const node = project.graph.nodes.get(id) as Node;
    const unread = rerun !== 'invalid' && model.reads.some((read) => read.node.id === id && read.how === 'new files');
    return { relation: fileRelation(node), source: id, columns: node.definition.columns, files, once: unread };
  });
}

/** Where the rows of a source are, and one of them as JSON. */
function originalOf(from: Read, options: Options): { readonly relation: string; readonly json: string } {
  const { dialect } = options.project.warehouse;
  const isFile = from.how === 'files' || from.how === 'new files';
  const relation = isFile ? dialect.identifier(fileRelation(from.node)) : dialect.place(placeOf(from.node));
  return { relation, json: dialect.rowAsJson(Object.keys(from.node.definition.columns)) };
}

function rulesOf(table: AnyTable, options: Options): readonly RowRule[] {
  const spelling = wholeSpelling(options);
  return Object.entries(table.spec.rules).map(([flag, rule]): RowRule => {
    if (!isReference(rule)) return { flag, condition: spell(rule, spelling) };
    return { flag, column: rule.column, of: placeOf(options.project.graph.nodeOf(rule.of)), other: rule.other };
  });
}

/** Rules and checks read tables whole. */
function wholeSpelling(options: Options): Spelling {
  const { project, values } = options;
  const { dialect } = project.warehouse;
  const runValue = { date: values.date, at: values.logicalTime, id: values.runId };
  return {
    dialect,
    relation: (of: AnyReadable) => {
      const list = Object.keys(of.columns)
        .map((name) => dialect.identifier(name))
        .join(', ');
      return `(select ${list} from ${dialect.place(placeOf(project.graph.nodeOf(definitionOf(of))))})`;
    },
    run: (value) => dialect.literal(runValue[value]),
    setting: (setting) => settingLiteral(setting, values.settings, project),
  };
}

function checkOf(check: Check, options: Options): WriteCheck {
  const { measure, sign, bound } = check.limit;
  const limit = typeof bound === 'number' ? bound : settingNumber(bound, options.values.settings, options.project);
  const query = 'query' in measure ? { query: spell(measure.query as AnyRows, wholeSpelling(options)) } : {};
  return {
    name: check.name,
    blocks: check.otherwise === 'block',
    measure: measure.measure,
    ...query,
    sign,
    bound: limit,
  };
}
