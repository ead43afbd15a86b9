import { wayOf } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { type Graph, type GraphStep, invalidDefinition, matchesName, type Node } from '../graph/index.ts';
import {
  type Analyser,
  analyse,
  championView,
  changeText,
  layoutOf,
  missing,
  type StepModel,
  settingsLayout,
  shownPlace,
  type TableLayout,
  viewOf,
} from '../plan/index.ts';
import { type Change, placeText, type WarehouseCapabilities } from '../ports/index.ts';
import { refuseLosses, retypeLosses } from './losses.ts';
import type { Project } from './project.ts';
import { settingsNodes } from './setting-rows.ts';

/** Asks the engine about every step's query. The first that cannot be right is thrown, when all have been answered: nothing may be asked of an engine that closes. */
export async function modelsOf(steps: readonly GraphStep[], project: Project): Promise<readonly StepModel[]> {
  const { graph, answers, readerOf, modulesOf } = project;
  for (const { node } of steps) refuseUnable(node, project.warehouse.capabilities);
  const analyser: Analyser = { graph, warehouse: answers ?? project.warehouse, readerOf, modulesOf };
  const asked = await Promise.allSettled(steps.map((step) => analyse(step, analyser)));
  const models = asked.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
  answers?.save();
  return models;
}

/** Throws DEFINITION_INVALID for a table that is to be written in a way that the warehouse does not have. */
function refuseUnable({ definition }: Node, { histories, partitions }: WarehouseCapabilities): void {
  const word =
    !histories && wayOf(definition, 'history')
      ? 'history'
      : !partitions && wayOf(definition, 'replace each')
        ? 'replaceEach'
        : undefined;
  if (word === undefined) return;
  throw invalidDefinition(
    `${definition.name} is written by ${word}(…), which the warehouse of this environment does not have.`,
    definition,
    "Write it in another way, such as 'merge', or choose another warehouse.",
  );
}

/**
 * What set-up would do for these steps (and all settings), by catalog. With a `target`, a layer or a table, only what that needs: a view cannot
 * be made before what it shows. Throws SETUP_CONFLICT where something else has a name. A column whose values would be lost is among the changes, with
 * their number: who makes them refuses it.
 */
export async function setupChanges(
  models: readonly StepModel[],
  project: Project,
  options: { readonly target?: string } = {},
): Promise<ReadonlyMap<string, readonly Change[]>> {
  const { graph, warehouse } = project;
  const { dialect } = warehouse;
  const { target } = options;
  const named = (node: Node) => target === undefined || node.schema === target || matchesName(target, node.id);
  const behind = new Set(
    models
      .filter((model) => model.kind === 'view' && named(model.node))
      .flatMap((model) => behindView(model, { models, graph })),
  );
  const chosen = (node: Node) => named(node) || behind.has(node.id);
  const settings = settingsNodes(project).filter(chosen);
  const tables = models.filter((model) => chosen(model.node)).flatMap((model) => layoutOf(model, graph, dialect));
  const all: TableLayout[] = [...settings.flatMap((node) => settingsLayout(node, dialect)), ...tables];
  const views = models
    .filter((model) => (model.kind === 'view' || model.node.inside) && chosen(model.node))
    .map((model) => (model.node.inside ? championView(model.node, graph, dialect) : viewOf(model, graph, dialect)));
  const canonical = await canonicalTypes(all, project);
  const changes = new Map<string, readonly Change[]>();
  for (const catalog of graph.catalogs) {
    const wanted = {
      tables: all.filter((layout) => layout.place.catalog === catalog),
      views: views.filter((view) => view.place.catalog === catalog),
    };
    if (wanted.tables.length + wanted.views.length === 0) continue;
    const found = missing(wanted, await warehouse.inspect(catalog), canonical);
    if (found.length > 0) changes.set(catalog, await judged(found, project));
  }
  return changes;
}

/** A column may get another type when every value that is there comes back equal from it: each is asked. */
async function judged(changes: readonly Change[], { warehouse }: Project): Promise<readonly Change[]> {
  const found: Change[] = [];
  for (const change of changes) {
    if (change.change !== 'retype column') found.push(change);
    else {
      const [lost = 0] = await warehouse.losses(change.place, [change.column]);
      found.push({ ...change, lost });
    }
  }
  return found;
}

/** A view can be made only when what it shows is there. */
function behindView(
  view: StepModel,
  all: { readonly models: readonly StepModel[]; readonly graph: Graph },
): readonly string[] {
  const settings = view.settings.map((setting) => all.graph.nodeOf(setting.of).id);
  const shown = view.reads.flatMap(({ node }) => {
    const above = all.models.find((model) => model.node.id === node.id);
    return [node.id, ...(above?.kind === 'view' ? behindView(above, all) : [])];
  });
  return [...settings, ...shown];
}

/** Makes the changes: the tables of every catalog, then the views, which may show tables of another one, from the top down. */
export async function makeChanges(
  changes: ReadonlyMap<string, readonly Change[]>,
  models: readonly StepModel[],
  { warehouse, graph }: Project,
): Promise<void> {
  for (const [catalog, own] of changes) {
    const tables = own.filter(({ change }) => change !== 'create view');
    if (tables.length > 0) await warehouse.change(catalog, tables);
  }
  for (const { node } of models) {
    const view = (changes.get(node.catalog) ?? []).find(
      (one) => one.change === 'create view' && placeText(one.place) === placeText(shownPlace(node, graph)),
    );
    if (view) await warehouse.change(node.catalog, [view]);
  }
}

/** What is read must be there, whoever makes it: a part of a job reads tables that its own steps do not make. Throws SETUP_NEEDED. */
export async function refuseMissingInputs(models: readonly StepModel[], { warehouse }: Project): Promise<void> {
  const nodes = models.flatMap((model) => [
    ...model.reads.filter((read) => !read.how.endsWith('files')).map((read) => read.node),
    ...model.asked,
  ]);
  const missingHere: string[] = [];
  for (const [catalog, own] of Map.groupBy(nodes, (node) => node.catalog)) {
    const there = new Set((await warehouse.inspect(catalog)).map(({ place }) => `${place.schema}.${place.table}`));
    missingHere.push(...own.map((node) => `${node.schema}.${node.table}`).filter((name) => !there.has(name)));
  }
  const texts = [...new Set(missingHere)].map((name) => `create table ${name}`);
  if (texts.length > 0) throw setupNeeded(texts);
}

/** The names by which the engine describes the types that we ask for. */
async function canonicalTypes(layouts: readonly TableLayout[], project: Project): Promise<(type: string) => string> {
  const types = [...new Set(layouts.flatMap((layout) => layout.columns.map((column) => column.type)))];
  if (types.length === 0) return (type) => type;
  const described = await (project.answers ?? project.warehouse).describe(
    `select ${types.map((type, index) => `cast(null as ${type}) as t${index}`).join(', ')}`,
  );
  const names = new Map(types.map((type, index) => [type, described[index]?.type ?? type]));
  return (type) => names.get(type) ?? type;
}

/** Without what nobody can see: the row by which a table is fenced, the first values of settings. */
export const visibleChanges = (changes: ReadonlyMap<string, readonly Change[]>): readonly Change[] =>
  [...changes.values()].flat().filter(({ change }) => change !== 'register' && change !== 'insert');

/** A run never creates or alters, so that no typing mistake in a definition changes a warehouse: it stops with the command to give. */
export function refuseUnlessSetUp(changes: ReadonlyMap<string, readonly Change[]>, project: Project): void {
  refuseLosses(retypeLosses(changes, project), project);
  if ([...changes.values()].flat().length > 0) throw setupNeeded(visibleChanges(changes).map(changeText));
}

function setupNeeded(texts: readonly string[]): EsteiraError {
  const shown = texts.slice(0, 5).join('\n');
  return new EsteiraError('SETUP_NEEDED', {
    what: `The warehouse is not ready: ${texts.length} ${texts.length === 1 ? 'change is' : 'changes are'} to be made first.`,
    got: texts.length > 5 ? `${shown}\nand ${texts.length - 5} more` : shown,
    next: 'esteira setup',
  });
}
