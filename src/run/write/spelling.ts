import type { AnyReadable } from '../../define/index.ts';
import { convertedName, definitionOf, placeOf, type Read, type Spelling, type StepModel } from '../../plan/index.ts';
import type { Project } from '../project.ts';
import { isSettings } from '../setting-rows.ts';
import { settingLiteral, settingsRelation } from '../settings.ts';
import type { Options } from './options.ts';
import { relationOf } from './relations.ts';

/** What a run has fixed when it begins: its date, its time and its settings. */
function fixedValues({
  project,
  values,
}: Pick<Options, 'project' | 'values'>): Pick<Spelling, 'dialect' | 'run' | 'setting'> {
  const { dialect } = project.warehouse;
  const runValue = { date: values.date, at: values.logicalTime, id: values.runId };
  return {
    dialect,
    run: (value) => dialect.literal(runValue[value]),
    setting: (setting) => settingLiteral(setting, values.settings, project),
  };
}

/** A query as this run sees the world. */
export function realSpelling(options: Options, model: StepModel): Spelling {
  const { project } = options;
  const { dialect } = project.warehouse;
  return {
    ...fixedValues(options),
    relation: (of: AnyReadable) => relationOf(readFor(of, model, project), options, model),
    ...(model.converted.length > 0
      ? { converted: (column, argument) => `, (${argument}) is not null as ${convertedName(column, dialect)}` }
      : {}),
  };
}

/** The reading that a mention stands for, as the model has it: the same relation may be read whole and in pieces by one query. */
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

/** Rules, checks and monitors read tables whole; settings as the run has them. */
export function wholeSpelling(options: Pick<Options, 'project' | 'values'>): Spelling {
  const { project } = options;
  const { dialect } = project.warehouse;
  return {
    ...fixedValues(options),
    relation: (of: AnyReadable) => {
      const node = project.graph.nodeOf(definitionOf(of));
      if (isSettings(node)) return settingsRelation(node, options.values.settings, project);
      const list = Object.keys(of.columns)
        .map((name) => dialect.identifier(name))
        .join(', ');
      return `(select ${list} from ${dialect.place(placeOf(node))})`;
    },
  };
}
