import type { Project } from '../../run/index.ts';
import { labelIn } from '../alerts/subject.ts';
import { modelNamed } from '../models/find.ts';
import { publishedLabel, servedBy } from '../serve/served.ts';
import { lookAtShadows } from '../shadow/shadows.ts';
import type { Context, Input } from '../views.ts';
import { Publisher } from './publisher.ts';
import { takeHistory } from './take-history.ts';
import type { PublishView } from './views.ts';

/**
 * Brings every store of models to the champions, and what endpoints read to its store. Where there is none yet it asks each store whether it would do. With
 * `takeOver` moves of that model that a store knows and the state does not come into the state's history first; of a table that is looked up rows that a
 * store has and the warehouse does not are replaced.
 */
export async function publishModels(project: Project, { takeOver, by = '' }: Input<'publish'>): Promise<PublishView> {
  const { published: targets = [], serving, graph } = project;
  const table = servedBy(graph).find((one) => one.of === 'table' && labelIn(graph, one.node.id) === takeOver);
  const isModel = takeOver !== undefined && !table;
  const taken = isModel ? await takeHistory(project, modelNamed(project, takeOver).id, by) : 0;
  const tableId = table?.of === 'table' ? table.node.id : undefined;
  const { told, troubles } = await lookAtShadows(project);
  const { models, served } = await Publisher.of(project).everything({ takeOver: tableId });
  const failed = [...models, ...served].find((one) => one.failed !== undefined);
  if (failed) throw failed.failed;
  if (models.length === 0) for (const target of targets) await (await target.open()).probe?.();
  const stores = new Set([...targets, ...(serving ? [serving] : [])].map(({ name }) => name));
  return {
    ...{ taken, stores: [...stores] },
    shadows: [...told.map(({ text }) => text), ...troubles],
    models: models.map(({ failed: _, ...view }) => view),
    served: served.map(({ failed: _, ...view }) => view),
  };
}

/** A command that ends waits so long at most for what it has to publish, in milliseconds. */
const waits = 20_000;

/** What a command of a short life does before it ends: publishes what it can, and says what is left. */
export async function publishBeforeEnd(project: Project, { emit }: Pick<Context, 'emit'>): Promise<void> {
  const { told, troubles } = await lookAtShadows(project, AbortSignal.timeout(waits));
  for (const { level, text } of told) emit({ type: 'note', level, text });
  for (const text of troubles) emit({ type: 'note', level: 'warn', text });
  const { published: targets = [], serving, state, graph } = project;
  if (targets.length === 0 && !serving) return;
  const publisher = Publisher.of(project);
  publisher.changed();
  publisher.look(project.clock.now());
  await publisher.settled(waits);
  const owed = (await state.published.all()).filter((one) => one.owed !== undefined);
  const [first] = owed;
  if (!first) return;
  const kind = owed.some(({ model }) => model.startsWith('endpoints/')) ? 'things' : 'models';
  const what = owed.length === 1 ? `${publishedLabel(graph, first.model)} is` : `${owed.length} ${kind} are`;
  const why = first.owed?.error.replace(/\.$/, '');
  const text = `${what} not published to ${first.store} yet: ${why}. It is owed, and \`esteira start\`, the next run or \`esteira publish\` tries again`;
  emit({ type: 'note', level: 'warn', text });
}
