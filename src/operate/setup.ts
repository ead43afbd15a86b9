import { EsteiraError } from '../errors.ts';
import type { Node } from '../graph/index.ts';
import { allSteps, stepsOf } from '../graph/index.ts';
import { changeText } from '../plan/index.ts';
import { nextTick, tickOf, whenText } from '../plan/ticks.ts';
import { refuseLostDays } from '../plan/ticks-due.ts';
import { makeChanges, modelsOf, type Project, readSettings, settingsNodes, setupChanges } from '../run/index.ts';
import { keepExample } from './example.ts';
import { refuseInUse } from './in-use.ts';
import type { CheckView, Input, SetupView } from './views.ts';

/**
 * Creates what is missing, adds columns that are new, and destroys nothing. Can be run again, in any order. Throws SETUP_CONFLICT where something
 * else has a name, RUN_IN_PROGRESS while a run uses what would change, NAME_UNKNOWN for a target that is none.
 */
export async function setup(project: Project, input: Input<'setup'>): Promise<SetupView> {
  const { target } = input;
  const steps = allSteps(project.graph);
  const models = await modelsOf(steps, project);
  if (target !== undefined) refuseUnknownTarget(target, [...steps.map((step) => step.node), ...settingsNodes(project)]);
  const changes = await setupChanges(models, project, target === undefined ? {} : { target });
  await refuseInUse(changes, models, project);
  await makeChanges(changes, models, project);
  const all = [...changes].flatMap(([catalog, own]) => own.map((change) => ({ catalog, change })));
  // People are told of what they can see: fences and first values of settings go without saying.
  const shown = all.filter(({ change }) => change.change !== 'register' && change.change !== 'insert');
  return {
    changes: shown.map(({ catalog, change }) => ({
      catalog,
      change: change.change,
      name: changeText(change).slice(change.change.length + 1),
    })),
    variables: keepExample(project),
  };
}

function refuseUnknownTarget(target: string, nodes: readonly Node[]): void {
  const schemas = [...new Set(nodes.map((node) => node.schema))];
  const names = nodes.map((node) => `${node.schema}.${node.table}`);
  if (schemas.includes(target) || names.includes(target) || nodes.some((node) => node.id === target)) return;
  throw new EsteiraError('NAME_UNKNOWN', {
    what: `Nothing to set up is called ${target}.`,
    allowed: `a layer (${schemas.join(', ')}), or a table such as ${names[0] ?? 'silver.orders'}`,
    next: 'Give one of these, or nothing for all: esteira setup',
  });
}

/** Loads everything, has the engine describe every query, reads the settings, and runs nothing. */
export async function check(project: Project): Promise<CheckView> {
  const { graph } = project;
  const steps = allSteps(graph);
  const models = await modelsOf(steps, project);
  await readSettings(project);
  refuseLostDays(graph);
  const now = project.clock.now();
  const jobs = [...graph.jobs.values()].map((job) => {
    // A schedule that cannot be read is found here, not on the night when it is due.
    tickOf(job, { now });
    nextTick(job, now);
    return { job: job.name, when: whenText(job), steps: stepsOf(graph, job).steps.length };
  });
  const kinds = Map.groupBy([...graph.nodes.values()], (node) => node.definition.kind);
  const rules = models.reduce(
    (sum, { node }) => sum + (node.definition.kind === 'table' ? Object.keys(node.definition.spec.rules).length : 0),
    0,
  );
  return {
    environment: project.environment,
    definitions: {
      ...Object.fromEntries([...kinds].map(([kind, nodes]) => [kind, nodes.length])),
      check: graph.checks.length,
      job: graph.jobs.size,
    },
    described: models.filter((model) => model.kind !== 'source').length + rules + graph.checks.length,
    jobs,
  };
}
