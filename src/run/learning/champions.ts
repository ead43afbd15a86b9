import type { AnyModel, Definition, Job } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { type Graph, type Node, whereOf } from '../../graph/index.ts';
import type { StepModel } from '../../plan/index.ts';
import type { ModelVersion } from '../../ports/index.ts';
import type { Project } from '../project.ts';
import type { SettingValues } from '../settings.ts';

/** Under which name a run keeps, with its settings, the champion that it began with. */
export const championKey = (model: Node): string => `${championOf}${model.id}`;
export const championOf = 'champion of ';
/** The same for the version that a table inside a model is made of. */
export const versionKey = (table: Node): string => `version in ${table.id}`;

/** Models whose champions these steps use. */
export const usedBy = (models: readonly StepModel[]): readonly Node<AnyModel>[] => [
  ...new Map(models.flatMap((model) => model.champions).map((node) => [node.id, node])).values(),
];

/** The champions that these steps use, as values of a run; without those of models that have none. */
export async function knownChampions(models: readonly StepModel[], project: Project): Promise<SettingValues> {
  const used = usedBy(models);
  if (used.length === 0) return {};
  const champions = await project.state.models.champions();
  const known = used.flatMap((node) => {
    const champion = champions.get(node.id);
    return champion ? [[championKey(node), champion.version]] : [];
  });
  return Object.fromEntries(known);
}

/** Of every model that has one, as values of a run. */
export async function championsNow({ graph, state }: Pick<Project, 'graph' | 'state'>): Promise<SettingValues> {
  const nodes = [...graph.nodes.values()].filter(({ definition }) => definition.kind === 'model');
  if (nodes.length === 0) return {};
  const champions = await state.models.champions();
  return Object.fromEntries(
    nodes.flatMap((node) => {
      const champion = champions.get(node.id);
      return champion ? [[championKey(node), champion.version]] : [];
    }),
  );
}

/** The same; throws MODEL_MISSING for a model that has none. */
export async function readChampions(models: readonly StepModel[], project: Project): Promise<SettingValues> {
  const values = await knownChampions(models, project);
  const without = usedBy(models).find((node) => values[championKey(node)] === undefined);
  if (without) throw await missing(without, project);
  return values;
}

async function missing(node: Node<AnyModel>, project: Project): Promise<EsteiraError> {
  const [newest] = await project.state.models.versions({ model: node.id, limit: 1 });
  return new EsteiraError('MODEL_MISSING', {
    what: `The model ${node.definition.name} has no champion yet, and this run predicts with it.`,
    where: whereOf(node.definition),
    ...(newest ? { got: await stands(newest, project) } : {}),
    next: isImported(node)
      ? `esteira models import <file> --as ${node.definition.name}, with the file that it is to be, or ${trainingJob(node, project)}`
      : trainingJob(node, project),
  });
}

const isImported = ({ definition }: Node<AnyModel>): boolean => definition.facts.learner.learner === 'imported';

/** First those that train it anew each time, of these those that make the tables inside it too. */
export function jobsThatTrain(model: Definition | undefined, graph: Graph): readonly Job[] {
  const jobs = [...graph.jobs.values()].toSorted((one, other) => other.build.length - one.build.length);
  return [
    ...jobs.filter(({ train }) => train.some((one) => one === model)),
    ...jobs.filter(({ refine }) => refine.some((one) => one === model)),
  ];
}

/** What to give for a version: the job that trains the model, and the tables inside it. */
export function trainingJob(node: Node<AnyModel>, { graph }: Pick<Project, 'graph'>): string {
  const [job] = jobsThatTrain(node.definition, graph);
  return job ? `esteira run ${job.name}` : 'Name it under train of a job, and run that.';
}

async function stands({ version, state, runId }: ModelVersion, project: Project): Promise<string> {
  if (state === 'candidate') return `version ${version} waits: esteira models says for what`;
  if (state !== 'training') return `version ${version}: ${state}`;
  const run = await project.state.run(runId);
  return `version ${version}: its run ${run?.state === 'running' ? 'goes on' : 'ended before it was whole'}`;
}
