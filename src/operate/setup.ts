import { EsteiraError } from '../errors.ts';
import type { Node } from '../graph/index.ts';
import { allSteps, stepsOf } from '../graph/index.ts';
import { changeText, describeLimits } from '../plan/index.ts';
import { refuseLostDays, refuseLostHours } from '../plan/ticks-due.ts';
import { placeText } from '../ports/index.ts';
import {
  makeChanges,
  modelsOf,
  type Project,
  readSettings,
  refuseLosses,
  retypeLosses,
  seenBySetup,
  settingsNodes,
  setupChanges,
  timetableOf,
} from '../run/index.ts';
import { askedToDestroy, withDestroyed } from './destroy.ts';
import { keepExample } from './example.ts';
import { refuseInUse } from './in-use.ts';
import { dropUnderLeases } from './rerun/drop.ts';
import type { CheckView, Input, SetupView } from './views.ts';

/**
 * Creates what is missing, adds columns that are new, changes types where no value is lost by it, and destroys only what `destroy` names. Can be run
 * again, in any order. Throws SETUP_CONFLICT where something else has a name, DESTROY_UNASKED where values would be lost, RUN_IN_PROGRESS while a run
 * uses what would change, NAME_UNKNOWN for a target that is none.
 */
export async function setup(project: Project, input: Input<'setup'>): Promise<SetupView> {
  const { target, destroy = [] } = input;
  const steps = allSteps(project.graph);
  const models = await modelsOf(steps, project);
  if (target !== undefined) refuseUnknownTarget(target, [...steps.map((step) => step.node), ...settingsNodes(project)]);
  const asked = await askedToDestroy(destroy, models, project);
  const wanted = await setupChanges(models, project, target === undefined ? {} : { target });
  const changes = await withDestroyed(wanted, asked, project);
  refuseLosses(retypeLosses(changes, project), project);
  await refuseInUse(changes, models, project);
  await seenBySetup(project, () => makeChanges(changes, models, project));
  const gone = asked.left.flatMap(({ places }) => places);
  if (gone.length > 0)
    await dropUnderLeases(destroy.join(', '), { targets: gone.map(placeText), places: gone, project });
  const all = [...changes].flatMap(([catalog, own]) => own.map((change) => ({ catalog, change })));
  // People are told of what they can see: fences and first values of settings go without saying.
  const shown = all.filter(({ change }) => change.change !== 'register' && change.change !== 'insert');
  return {
    changes: [
      ...shown.map(({ catalog, change }) => ({
        catalog,
        change: change.change,
        name: changeText(change).slice(change.change.length + 1),
      })),
      ...asked.left.flatMap(({ places, view }) =>
        places.map(({ catalog, schema, table }) => ({
          catalog,
          change: view ? 'drop view' : 'drop table',
          name: `${schema}.${table}`,
        })),
      ),
    ],
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
  const monitors = [...graph.monitors.values()];
  await describeLimits(monitors, { warehouse: project.answers ?? project.warehouse });
  await readSettings(project);
  refuseLostDays(graph);
  refuseLostHours(graph);
  const now = project.clock.now();
  const jobs: CheckView['jobs'][number][] = [];
  for (const job of graph.jobs.values()) {
    // A schedule that cannot be read is found here, not on the night when it is due.
    const timetable = await timetableOf(job, project);
    timetable.tick({ now });
    timetable.next(now);
    jobs.push({ job: job.name, when: timetable.when, steps: stepsOf(graph, job).steps.length });
  }
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
      ...(monitors.length > 0 ? { monitor: monitors.length } : {}),
      job: graph.jobs.size,
      ...(graph.endpoints.size > 0 ? { endpoint: graph.endpoints.size } : {}),
    },
    described: models.filter((model) => model.kind !== 'source').length + rules + graph.checks.length + monitors.length,
    jobs,
  };
}
