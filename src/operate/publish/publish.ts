import type { Project } from '../../run/index.ts';
import type { Context, Input } from '../views.ts';
import { Publisher } from './publisher.ts';
import type { PublishView } from './views.ts';

/** Brings every store of models to the champions. Where there is none yet it asks each store whether it would do. */
export async function publishModels(project: Project, _: Input<'publish'>): Promise<PublishView> {
  const { published: targets = [] } = project;
  const found = await Publisher.of(project).everything();
  const failed = found.find((one) => one.failed !== undefined);
  if (failed) throw failed.failed;
  if (found.length === 0) for (const target of targets) await (await target.open()).probe?.();
  return { stores: targets.map(({ name }) => name), models: found.map(({ failed: _, ...view }) => view) };
}

/** A command that ends waits so long at most for what it has to publish, in milliseconds. */
const waits = 20_000;

/** What a command of a short life does before it ends: publishes what it can, and says what is left. */
export async function publishBeforeEnd(project: Project, { emit }: Pick<Context, 'emit'>): Promise<void> {
  const { published: targets = [], state } = project;
  if (targets.length === 0) return;
  const publisher = Publisher.of(project);
  publisher.look(project.clock.now());
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, waits);
  await Promise.race([publisher.idle(), late]);
  clearTimeout(timer);
  const owed = (await state.published.all()).filter((one) => one.owed !== undefined);
  const [first] = owed;
  if (!first) return;
  const what = owed.length === 1 ? `${first.model} is` : `${owed.length} models are`;
  const why = first.owed?.error.replace(/\.$/, '');
  const text = `${what} not published to ${first.store} yet: ${why}. It is owed, and \`esteira start\`, the next run or \`esteira publish\` tries again`;
  emit({ type: 'note', level: 'warn', text });
}
