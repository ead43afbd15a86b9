import type { AnyModel, Predict } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { type Node, whereOf } from '../../graph/index.ts';
import { predictionsIn, type StepModel, versionColumn } from '../../plan/index.ts';
import type { Held, PredictedInput } from '../../ports/index.ts';
import type { Project } from '../project.ts';
import type { SettingValues } from '../settings.ts';
import { championKey, trainingJob, versionKey } from './champions.ts';
import { type OpenedPredictor, openPredictor } from './predictor.ts';
import { candidateOf, hasRows } from './release.ts';

/** What a run knows of models: each is read once, whatever predicts with it. */
export class Learning {
  readonly #project: Project;
  readonly #settings: SettingValues;
  readonly #held: Held | undefined;
  readonly #predictors = new Map<string, Promise<OpenedPredictor>>();

  constructor(of: { readonly project: Project; readonly settings: SettingValues; readonly held?: Held }) {
    this.#project = of.project;
    this.#settings = of.settings;
    this.#held = of.held;
  }

  /** What a step needs before its query can be spelled. */
  async prepared(model: StepModel): Promise<Prepared> {
    const { inside } = model.node;
    const predictors = new Map<string, OpenedPredictor>();
    for (const node of model.champions) predictors.set(node.id, await this.#predictor(node));
    for (const { node } of model.reads) if (node.inside && node.inside !== inside) await this.#refuseWithout(node);
    const prepared = { predictors, computed: new Map<string, PredictedInput>() };
    if (!inside) return prepared;
    return {
      ...prepared,
      version: await versionInside(model.node, { project: this.#project, runId: this.#held?.runId }),
    };
  }

  #predictor(node: Node<AnyModel>): Promise<OpenedPredictor> {
    const known = this.#predictors.get(node.id);
    if (known) return known;
    const version = this.#settings[championKey(node)] as string;
    const opening = openPredictor(node, version, this.#project);
    this.#predictors.set(node.id, opening);
    return opening;
  }

  /** Rows of another version would be the wrong ones, and none would leave everything out that is joined with them. */
  async #refuseWithout(table: Node): Promise<void> {
    const { graph } = this.#project;
    const model = graph.nodeOf(table.inside as AnyModel);
    const version = this.#settings[championKey(model)] as string;
    if (await hasRows(table, version, this.#project)) return;
    const jobs = [...graph.jobs.values()].filter(({ build }) => build.some((one) => one === table.definition));
    // One that trains would make another version.
    const job = jobs.find(({ train, refine }) => train.length + refine.length === 0) ?? jobs[0];
    throw new EsteiraError('MODEL_MISSING', {
      what: `${table.definition.name} has no rows of version ${version}, the champion of ${model.definition.name}.`,
      where: whereOf(table.definition),
      next: job ? `esteira run ${job.name} makes them.` : 'Name it under build of a job, and run that.',
    });
  }

  /** Throws MODEL_MEMBER_MISSING for rows of a member that the champion does not have. `spelled` gives the rows that are to be predicted. */
  async refuseUnknownMembers(model: StepModel, spelled: (recipe: Predict) => string): Promise<void> {
    if (model.node.definition.kind !== 'table') return;
    for (const recipe of predictionsIn(model.node.definition.spec.rows)) {
      const node = this.#project.graph.nodeOf(recipe.model) as Node<AnyModel>;
      if (node.definition.facts.each.length > 0) await this.#refuseUnknown(node, spelled(recipe));
    }
  }

  async #refuseUnknown(node: Node<AnyModel>, rows: string): Promise<void> {
    const { definition, id } = node;
    const { each } = definition.facts;
    const { version, members } = await (this.#predictors.get(id) as Promise<OpenedPredictor>);
    const { dialect } = this.#project.warehouse;
    const names = each.map(dialect.identifier).join(', ');
    const known = members.map(({ member }) => {
      const conditions = Object.entries(member).map(
        ([name, value]) => `${dialect.identifier(name)} = ${dialect.literal(value)}`,
      );
      // A version that was trained without a family is for all rows.
      return conditions.length > 0 ? `(${conditions.join(' and ')})` : 'true';
    });
    const { rows: found } = await this.#project.warehouse.query(
      `select distinct ${names} from ${rows} as _rows where (${known.join(' or ')}) is not true order by all`,
      { limit: 10, catalogs: this.#project.graph.catalogs },
    );
    if (found.length === 0) return;
    throw new EsteiraError('MODEL_MEMBER_MISSING', {
      what: `The champion of ${definition.name} was not trained for every ${each.join(', ')} of the rows that it is to predict.`,
      where: whereOf(definition),
      got: found.map((row) => each.map((name, at) => `${name} ${String(row[at])}`).join(', ')).join('\n'),
      allowed: `what version ${version} has: ${members.map(({ member }) => Object.values(member).join(' ')).join(', ')}`,
      next: `Train it again, so that it has them, or leave these rows out. ${trainingJob(node, this.#project)}`,
    });
  }
}

/**
 * The version that a table inside a model is made of: the one that the run has trained, else the newest that waits for it, else the champion. Throws
 * MODEL_MISSING where there is none.
 */
async function versionInside(
  table: Node,
  { project, runId }: { readonly project: Project; readonly runId?: string | undefined },
): Promise<string> {
  const { graph, state } = project;
  const inside = table.inside as AnyModel;
  const model = graph.nodeOf(inside).id;
  const [own] = runId === undefined ? [] : await state.models.versions({ model, runId, limit: 1 });
  if (own) return own.version;
  const waiting = await candidateOf(model, project);
  if (waiting && !(await hasRows(table, waiting.version, project))) return waiting.version;
  const champion = (await state.models.champions()).get(model);
  if (champion) return champion.version;
  throw new EsteiraError('MODEL_MISSING', {
    what: `The model ${inside.name} has no version that ${table.definition.name} could be made of.`,
    where: whereOf(inside),
    next: 'Train it first; `esteira models` says how it stands.',
  });
}

/** The versions of which tables inside models would be made now, as values of a run; without those for which there is none. */
export async function knownVersions(models: readonly StepModel[], project: Project): Promise<SettingValues> {
  const values: Record<string, string> = {};
  for (const { node } of models) {
    const version = node.inside && (await versionInside(node, { project }).catch(ifMissing));
    if (version !== undefined) values[versionKey(node)] = version;
  }
  return values;
}
const ifMissing = (error: unknown): undefined => {
  if (!(error instanceof EsteiraError) || error.code !== 'MODEL_MISSING') throw error;
};

export interface Prepared {
  readonly predictors: ReadonlyMap<string, OpenedPredictor>;
  /** Relations that are predicted beside the engine, as the step's query is spelled. */
  readonly computed: Map<string, PredictedInput>;
  /** Of a table inside a model: the version that is written. */
  readonly version?: string;
}
export const versionName = Object.keys(versionColumn)[0] as string;
