import type { Project } from '../../run/index.ts';
import { labelIn } from '../alerts/subject.ts';
import { modelNamed } from '../models/find.ts';
import type { Context, Input } from '../views.ts';
import { Publisher } from './publisher.ts';
import { takeHistory } from './take-history.ts';
import type { PublishView } from './views.ts';

/**
 * Brings every store of models to the champions. Where there is none yet it asks each store whether it would do. With `takeOver` moves of that model that a
 * store knows and the state does not come into the state's history first.
 */
export async function publishModels(project: Project, { takeOver, by = '' }: Input<'publish'>): Promise<PublishView> {
  const { published: targets = [] } = project;
  const taken = takeOver === undefined ? 0 : await takeHistory(project, modelNamed(project, takeOver).id, by);
  const found = await Publisher.of(project).everything();
  const failed = found.find((one) => one.failed !== undefined);
  if (failed) throw failed.failed;
  if (found.length === 0) for (const target of targets) await (await target.open()).probe?.();
  return { taken, stores: targets.map(({ name }) => name), models: found.map(({ failed: _, ...view }) => view) };
}

/** A command that ends waits so long at most for what it has to publish, in milliseconds. */
const waits = 20_000;

/** What a command of a short life does before it ends: publishes what it can, and says what is left. */
export async function publishBeforeEnd(project: Project, { emit }: Pick<Context, 'emit'>): Promise<void> {
  const { published: targets = [], state } = project;
  if (targets.length === 0) return;
  const publisher = Publisher.of(project);
  publisher.look(project.clock.now());
  await publisher.settled(waits);
  const owed = (await state.published.all()).filter((one) => one.owed !== undefined);
  const [first] = owed;
  if (!first) return;
  const what = owed.length === 1 ? `${labelIn(project.graph, first.model)} is` : `${owed.length} models are`;
  const why = first.owed?.error.replace(/\.$/, '');
  const text = `${what} not published to ${first.store} yet: ${why}. It is owed, and \`esteira start\`, the next run or \`esteira publish\` tries again`;
  emit({ type: 'note', level: 'warn', text });
}
