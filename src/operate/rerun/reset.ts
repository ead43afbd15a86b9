import { EsteiraError } from '../../errors.ts';
import { allSteps, type GraphStep } from '../../graph/index.ts';
import { layoutOf, placeOf, type StepModel } from '../../plan/index.ts';
import { type Place, placeText } from '../../ports/index.ts';
import { filesRead, keptBecause, modelsOf, type Project } from '../../run/index.ts';
import { refuseUsed } from '../in-use.ts';
import { nameOf } from '../names.ts';
import type { Input, ResetView } from '../views.ts';
import { countsOf } from './counts.ts';
import { dropUnderLeases } from './drop.ts';

/**
 * Drops the tables and views of a layer, or of all layers: set-up makes them again, empty, and a run fills them. Without the name in `confirmed` it only
 * says what would go. What streams have brought stays unless `landing` is said; settings and versions of models always stay.
 */
export async function reset(project: Project, input: Input<'reset'>): Promise<ResetView> {
  const { layer, landing = false, confirmed } = input;
  const name = layer ?? project.name;
  const steps = allSteps(project.graph).filter(({ node }) => layer === undefined || node.schema === layer);
  if (steps.length === 0) throw unknownLayer(name, project);
  const chosen = steps.filter((step) => (landing || step.kind !== 'source') && !isOfVersions(step));
  const models = await modelsOf(chosen, project);
  const view: ResetView = {
    name,
    isDone: false,
    drops: await dropsOf(models, project),
    kept: steps
      .filter((step) => !chosen.includes(step))
      .map((step) => ({ step: step.node.id, why: isOfVersions(step) ? versionsStay : streamsStay })),
  };
  if (confirmed === undefined || view.drops.length === 0) return view;
  if (confirmed !== name) throw unconfirmed(name, confirmed);
  await dropAll(name, { steps: chosen, models, project });
  return { ...view, isDone: true };
}

const streamsStay = 'what streams have brought stays, unless --landing is said';
/** Champions are among them: nothing but another training would make them again. */
const versionsStay = 'versions of models stay';
const isOfVersions = ({ node, kind }: GraphStep): boolean => kind === 'model' || node.inside !== undefined;

/** Each with the tables that stand beside it. */
const placesOf = (model: StepModel, { graph, warehouse }: Project): readonly Place[] =>
  model.kind === 'view' ? [placeOf(model.node)] : layoutOf(model, graph, warehouse.dialect).map(({ place }) => place);

async function dropsOf(models: readonly StepModel[], project: Project): Promise<ResetView['drops']> {
  const there = new Set<string>();
  for (const catalog of new Set(models.map(({ node }) => node.catalog)))
    for (const { place } of await project.warehouse.inspect(catalog)) there.add(placeText(place));
  const tables = models.filter(({ kind }) => kind !== 'view').flatMap((model) => placesOf(model, project));
  const rows = await countsOf(
    tables.map((place) => ({ id: placeText(place), place })),
    project,
  );
  const drops: ResetView['drops'][number][] = [];
  for (const model of models) {
    const lost = await lostOf(model, project);
    for (const place of placesOf(model, project)) {
      const table = placeText(place);
      if (!there.has(table)) continue;
      const own = rows.get(table);
      const isOwn = table === model.node.id;
      drops.push({ table, ...(own === undefined ? {} : { rows: own }), ...(isOwn && lost && own ? { lost } : {}) });
    }
  }
  return drops;
}

async function lostOf(model: StepModel, project: Project): Promise<string | undefined> {
  if (model.kind === 'view') return undefined;
  for (const read of model.reads.filter(({ how }) => how === 'new files')) {
    const { gone } = await filesRead(read, model, project);
    if (gone.length > 0) return `${gone.length} files that it has read are gone`;
  }
  return model.kind === 'source' ? undefined : keptBecause(model);
}

async function dropAll(
  name: string,
  {
    steps,
    models,
    project,
  }: { readonly steps: readonly GraphStep[]; readonly models: readonly StepModel[]; readonly project: Project },
): Promise<void> {
  const targets = steps.filter(({ kind }) => kind !== 'view').map(({ node }) => node.id);
  await refuseUsed(targets, 'reset', { models: await modelsOf(allSteps(project.graph), project), project });
  const places = models.flatMap((model) => placesOf(model, project));
  await dropUnderLeases(name, { targets, places, project });
}

const unconfirmed = (name: string, got: string): EsteiraError =>
  new EsteiraError('RESET_UNCONFIRMED', {
    what: 'Nothing was dropped: that is not the name.',
    got,
    allowed: name,
    next: `Type ${name}, or in a script --yes ${name}`,
  });

const unknownLayer = (name: string, { graph }: Project): EsteiraError =>
  new EsteiraError('NAME_UNKNOWN', {
    what: `No layer is called ${name}.`,
    allowed: [...new Set(allSteps(graph).map(({ node }) => node.schema))].join(', '),
    next: `esteira reset --layer <layer>, or --all. ${nameOfExample(graph)}`,
  });
const nameOfExample = (graph: Project['graph']): string => {
  const [first] = allSteps(graph);
  return first ? `${nameOf(first.node)} is of the layer ${first.node.schema}.` : '';
};
