import { wayOf } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { whereOf } from '../graph/index.ts';
import { besides, keyIn, layoutOf, type StepModel } from '../plan/index.ts';
import { type Change, type FormerDefinition, hidden, type Place, placeText } from '../ports/index.ts';
import type { Progress } from './bounds.ts';
import type { Project } from './project.ts';
import type { Rerun } from './rerun.ts';

/** Stored values for which the definitions of today have no place. */
export interface Loss {
  readonly place: Place;
  /** In words. */
  readonly what: string;
  /** How many. */
  readonly values: number;
  /** The command that asks for it. */
  readonly ask: string;
}

const nameOf = ({ schema, table }: Place): string => `${schema}.${table}`;
export const askToDestroy = (place: Place): string => `esteira setup --destroy ${nameOf(place)}`;

/** Nothing is lost that nobody has asked for. Throws DESTROY_UNASKED with all of it. */
export function refuseLosses(losses: readonly Loss[], { graph }: Pick<Project, 'graph'>): void {
  const [first] = losses;
  if (!first) return;
  const node = graph.nodes.get(placeText(first.place));
  const asks = [...new Set(losses.map(({ ask }) => ask))];
  const sum = losses.reduce((total, { values }) => total + values, 0);
  throw new EsteiraError('DESTROY_UNASKED', {
    what: `${sum} stored ${sum === 1 ? 'value' : 'values'} of ${nameOf(first.place)}${losses.length > 1 ? ' and others' : ''} would be lost; nothing was changed.`,
    where: node ? whereOf(node.definition) : placeText(first.place),
    got: losses.map(({ place, what, values }) => `${nameOf(place)}: ${what}: ${values}`).join('\n'),
    next: `Put the definition back as it was, or ask for it: ${asks.join('; ')}`,
  });
}

/** Columns that cannot become what they are declared as now, without a value being another one afterwards. */
export const retypeLosses = (
  changes: ReadonlyMap<string, readonly Change[]>,
  { graph }: Pick<Project, 'graph'>,
): readonly Loss[] =>
  [...changes.values()].flat().flatMap((change) => {
    if (change.change !== 'retype column' || change.lost === 0) return [];
    const { place: own, column, from, lost } = change;
    // What stands beside a table is asked for with it.
    const place = { ...own, table: besides(own.table, graph) ?? own.table };
    const beside = place.table === own.table ? '' : ` in ${own.table}`;
    const what = `${column.name} ${from} → ${column.type}${beside}`;
    return [{ place, what, values: lost, ask: askToDestroy(place) }];
  });

/** Columns of tables that nobody declares any more. */
export async function undeclared(
  models: readonly StepModel[],
  { graph, warehouse }: Project,
): Promise<readonly { readonly model: StepModel; readonly place: Place; readonly columns: readonly string[] }[]> {
  const ofEsteira = new Set<string>(Object.values(hidden));
  const found: { readonly model: StepModel; readonly place: Place; readonly columns: readonly string[] }[] = [];
  for (const [catalog, own] of Map.groupBy(models, ({ node }) => node.catalog)) {
    const there = new Map((await warehouse.inspect(catalog)).map((table) => [placeText(table.place), table]));
    for (const model of own) {
      for (const { place, columns } of layoutOf(model, graph, warehouse.dialect)) {
        const declared = new Set(columns.map(({ name }) => name.toLowerCase()));
        const left = (there.get(placeText(place))?.columns ?? [])
          .map(({ name }) => name)
          .filter((name) => !declared.has(name.toLowerCase()) && !ofEsteira.has(name));
        if (left.length > 0) found.push({ model, place, columns: left });
      }
    }
  }
  return found;
}

/** What their columns that nobody declares any more hold; tables beside, such as that of the invalid rows, follow their own table. */
export async function undeclaredLosses(models: readonly StepModel[], project: Project): Promise<readonly Loss[]> {
  const losses: Loss[] = [];
  for (const { model, place, columns } of await undeclared(models, project)) {
    if (placeText(place) !== model.node.id) continue;
    const counts = await project.warehouse.losses(
      place,
      columns.map((name) => ({ name })),
    );
    columns.forEach((name, index) => {
      const values = counts[index] ?? 0;
      const what = `the column ${name} is not declared any more`;
      if (values > 0) losses.push({ place, what, values, ask: askToDestroy(place) });
    });
  }
  return losses;
}

/** Tables whose key was wider: rows that were told apart by it would be one. What was the key is known from the definition that was published last. */
export async function keyLosses(changed: readonly Redefined[], { warehouse }: Project): Promise<readonly Loss[]> {
  const { identifier, place: spelled } = warehouse.dialect;
  const losses: Loss[] = [];
  for (const { model, before, isPending } of changed) {
    const [was, is] = [keyIn(before[0]?.facts ?? {}), keyIn(model.facts)];
    if (!isPending) continue;
    const { node } = model;
    if (is.length === 0 || was.every((name) => is.includes(name)) || !isByKey(model)) continue;
    const there = (await warehouse.inspect(node.catalog)).find((table) => placeText(table.place) === node.id);
    const names = there?.columns.map(({ name }) => name.toLowerCase()) ?? [];
    if (!is.every((name) => names.includes(name.toLowerCase()))) continue;
    const rows = `select count(*) - 1 as more from ${spelled(node)} group by ${is.map(identifier).join(', ')}`;
    const sql = `select coalesce(sum(more), 0) as more from (${rows}) as each_key`;
    const { rows: found } = await warehouse.query(sql, { limit: 1, catalogs: [node.catalog] });
    const values = Number(found[0]?.[0] ?? 0);
    const what = `the key (${was.join(', ')}) → (${is.join(', ')}), rows that are told apart no more`;
    const ask = `esteira reprocess ${nameOf(node)}`;
    if (values > 0) losses.push({ place: node, what, values, ask });
  }
  return losses;
}

/** It has one row for each key. */
function isByKey({ node: { definition } }: StepModel): boolean {
  if (definition.kind !== 'table') return false;
  const { write, duplicates } = definition.spec;
  const keepsAll = wayOf(definition, 'history') ?? wayOf(definition, 'append changes');
  if (keepsAll || wayOf(definition, 'replace each')) return false;
  return write !== 'append' || duplicates !== undefined;
}

/** A step whose table has rows of other definitions. */
export interface Redefined {
  readonly model: StepModel;
  /** It was not published since. */
  readonly isPending: boolean;
  /** The newest first. */
  readonly before: readonly FormerDefinition[];
}

export async function redefined(
  models: readonly StepModel[],
  {
    project,
    progress,
    onlyPending = false,
  }: { readonly project: Project; readonly progress: Progress; readonly onlyPending?: boolean },
): Promise<readonly Redefined[]> {
  const built = models.filter((model) => {
    const latest = model.kind === 'view' ? undefined : progress.latest(model.node);
    return latest !== undefined && !(onlyPending && latest.definition === model.definition);
  });
  const found: Redefined[] = [];
  for (const [catalog, own] of Map.groupBy(built, ({ node }) => node.catalog)) {
    const now = new Map(own.map(({ node, definition }) => [node.id, definition]));
    const former = await project.warehouse.formerDefinitions(catalog, now);
    for (const model of own) {
      const before = former.get(model.node.id);
      if (!before) continue;
      found.push({ model, before, isPending: progress.latest(model.node)?.definition !== model.definition });
    }
  }
  return found;
}

/**
 * Before a run: a table that starts anew would lose what its columns hold that nobody declares any more, and one of another key would lose rows.
 * Throws DESTROY_UNASKED. Who builds a table again has asked for its key.
 */
export async function refuseDestroying(
  models: readonly StepModel[],
  {
    project,
    reruns,
    changed,
  }: {
    readonly project: Project;
    readonly reruns: ReadonlyMap<string, Rerun>;
    readonly changed: readonly Redefined[];
  },
): Promise<void> {
  // What is replaced in part, and versions that are made of their rows anew, lose them too.
  const startsAnew = ({ node: { id, definition } }: StepModel): boolean =>
    (definition.kind === 'table' && definition.spec.write === 'replace') ||
    (wayOf(definition, 'replace each') ?? wayOf(definition, 'history')) !== undefined ||
    ['anew', 'date'].includes(reruns.get(id) ?? '');
  const losses = [...(await undeclaredLosses(models.filter(startsAnew), project))];
  losses.push(...(await keyLosses(changed, project)));
  refuseLosses(losses, project);
}
