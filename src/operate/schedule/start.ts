import { EsteiraError } from '../../errors.ts';
import { refuseLostDays, refuseLostHours } from '../../plan/ticks-due.ts';
import type { Project } from '../../run/index.ts';
import type { Context, Input } from '../views.ts';
import { Keeper } from './keeper.ts';
import type { StartView } from './views.ts';

/** Projects of this process whose schedules are kept. */
const kept = new WeakSet<Project>();

/** Keeps the schedules until it is told to stop. Throws RUN_IN_PROGRESS where this owner keeps them already. */
export async function start(
  project: Project,
  { once = false, anyway = false }: Input<'start'>,
  context: Context,
): Promise<StartView> {
  refuseLostDays(project.graph);
  refuseLostHours(project.graph);
  if (kept.has(project))
    throw new EsteiraError('RUN_IN_PROGRESS', {
      what: 'The schedules of this project are kept already.',
      where: `process ${project.owner.pid} (${project.owner.command})`,
      next: 'Nothing is to be done; `esteira status` shows what comes next.',
    });
  kept.add(project);
  try {
    const { signal } = context;
    return await new Keeper(project, { emit: (event) => context.emit(event), signal, once, anyway }).keep();
  } finally {
    kept.delete(project);
  }
}
