import type { AnyModel, AnyReadable, AnyTable, AsOf, Predict } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { type Node, whereOf } from '../../graph/index.ts';
import {
  convertedName,
  definitionOf,
  matchOf,
  placeOf,
  type Read,
  type Spelling,
  type StepModel,
  spell,
  spellBody,
} from '../../plan/index.ts';
import type { PredictedInput } from '../../ports/index.ts';
import { championKey } from '../learning/champions.ts';
import { computedInput } from '../learning/computed.ts';
import { versionName } from '../learning/learning.ts';
import { isSpelled, type Predictor, predictQuery } from '../learning/predictor.ts';
import type { Project } from '../project.ts';
import { isSettings } from '../setting-rows.ts';
import { settingLiteral, settingsRelation } from '../settings.ts';
import type { Options } from './options.ts';
import { relationOf } from './relations.ts';

/** What a run has fixed when it begins: its date, its time, its settings, and the champions of models. */
function fixedValues({
  project,
  values,
}: Pick<Options, 'project' | 'values'>): Pick<Spelling, 'dialect' | 'run' | 'setting'> {
  const { dialect } = project.warehouse;
  const runValue = { date: values.date, at: values.logicalTime, id: values.runId };
  return {
    dialect,
    run: (value) =>
      value.run === 'champion'
        ? dialect.literal(values.settings[championKey(project.graph.nodeOf(value.of))] ?? null)
        : dialect.literal(runValue[value.run]),
    setting: (setting) => settingLiteral(setting, values.settings, project),
  };
}

/** A query as this run sees the world. */
export function realSpelling(options: Options, model: StepModel): Spelling {
  const { project } = options;
  const { dialect } = project.warehouse;
  return {
    ...fixedValues(options),
    relation: (of: AnyReadable, asOf: readonly AsOf[] = []) => {
      const read = readFor(of, model, { project, asOf });
      const { node } = read;
      if (!showsVersions(node, project)) return relationOf(read, options, model);
      // By its name the view would show the champion of this moment, and not that with which the run began.
      const list = Object.keys(of.columns).map(dialect.identifier).join(', ');
      const { rows } = (node.definition as AnyTable).spec;
      return `(select ${list} from (${spellBody(rows, realSpelling(options, model))}\n) as _view)`;
    },
    predict: ({ model: of, ...recipe }, rows) => {
      const predictor = options.prepared?.predictors.get(project.graph.nodeOf(of).id) as Predictor;
      if (!isSpelled(predictor)) return computed(of as AnyModel, predictor, rows, options);
      return predictQuery(predictor, { query: rows, columns: Object.keys(recipe.of.columns) }, dialect);
    },
    ...(model.converted.length > 0
      ? { converted: (column, argument) => `, (${argument}) is not null as ${convertedName(column, dialect)}` }
      : {}),
  };
}

/** A view of what stands inside a model, or of another such view. */
function showsVersions({ definition }: Node, project: Project): boolean {
  if (definition.kind !== 'table' || definition.spec.write !== 'view') return false;
  const shown = definition.spec.rows.reads.map((one) => project.graph.nodeOf(one));
  return shown.some((one) => one.inside !== undefined || showsVersions(one, project));
}

/** The relation of rows that are predicted beside the engine; the same rows are predicted once. */
function computed(model: AnyModel, predictor: Predictor, rows: string, { project, prepared }: Options): string {
  const streams = prepared?.computed as Map<string, PredictedInput>;
  const query = `select * from ${rows} as _rows`;
  const key = `${predictor.model} ${query}`;
  const relation = streams.get(key)?.relation ?? `_predicted ${streams.size}`;
  if (!streams.has(key)) streams.set(key, computedInput(model, predictor, { relation, query }));
  return project.warehouse.dialect.identifier(relation);
}

/** The rows that a step predicts of, as this run sees them; without what else is predicted of them. */
export function rowsToPredict({ of }: Predict, model: StepModel, options: Options): string {
  const { recipe } = of;
  return recipe.by === 'predict' ? rowsToPredict(recipe, model, options) : spell(of, realSpelling(options, model));
}

/** The reading that a mention stands for, as the model has it: the same relation may be read whole and in pieces by one query. */
function readFor(
  of: AnyReadable,
  model: StepModel,
  { project, asOf }: { readonly project: Project; readonly asOf: readonly AsOf[] },
): Read {
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
      isNew === (recipe.by === 'since' || recipe.by === 'unread') &&
      read.since?.column === since?.column &&
      read.since?.lookback === since?.lookback
    );
  });
  const { matches, ...read } = found ?? { node, how: 'whole' };
  return found?.how === 'new' && asOf.length > 0
    ? { ...read, matches: asOf.map((one) => matchOf(one, project.graph)) }
    : read;
}

/** Rules, checks and monitors read tables whole; settings as the run has them, and what stands inside a model as it is in the champion. */
export function wholeSpelling(options: Pick<Options, 'project' | 'values' | 'prepared'>, own?: Node): Spelling {
  const { project, values, prepared } = options;
  const { dialect } = project.warehouse;
  const versionOf = (node: Node): string => {
    const inside = node.inside ?? (node.definition.kind === 'model' ? node.definition : undefined);
    if (!inside) return '';
    const model = project.graph.nodeOf(inside);
    const fixed = own?.inside === inside ? prepared?.version : values.settings[championKey(model)];
    const version = fixed === undefined ? dialect.champion(model.catalog, model.id) : dialect.literal(fixed);
    return ` where ${dialect.identifier(versionName)} = ${version}`;
  };
  return {
    ...fixedValues(options),
    predict: ({ model }) => {
      throw new EsteiraError('DEFINITION_INVALID', {
        what: `A rule, a check or a monitor predicts with the model ${model.name}.`,
        where: whereOf(model),
        next: 'Make a table of the predictions, and mention that.',
      });
    },
    relation: (of: AnyReadable) => {
      const node = project.graph.nodeOf(definitionOf(of));
      if (isSettings(node)) return settingsRelation(node, options.values.settings, project);
      const list = Object.keys(of.columns)
        .map((name) => dialect.identifier(name))
        .join(', ');
      return `(select ${list} from ${dialect.place(placeOf(node))}${versionOf(node)})`;
    },
  };
}
