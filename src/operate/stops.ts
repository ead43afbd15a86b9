import { EsteiraError } from '../errors.ts';
import type { Project } from '../run/index.ts';

/** Between two looks at what others may have asked, on whatever machine; in milliseconds. */
const lookEvery = 5_000;

/** What goes on in this process under a run, and can be stopped. */
interface Stoppable {
  readonly signal: AbortSignal;
  /** It has ended, well or not. */
  end(): void;
}
interface Known {
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}
const known = new WeakMap<Project, Map<string, Known>>();

const stoppedBy = (by: string): EsteiraError =>
  new EsteiraError('CANCELLED', { what: `${by} has stopped it.`, where: 'esteira cancel', next: 'esteira runs' });
/** Somebody has asked for it by name, and did not end the command that had begun it. */
export const isStopped = (reason: unknown): reason is EsteiraError =>
  reason instanceof EsteiraError && reason.details.where === 'esteira cancel';

/** From now on until `end` the run is stopped when somebody asks for it: here, or by the state. */
export function stoppable(project: Project, runId: string): Stoppable {
  const own = known.get(project) ?? new Map<string, Known>();
  known.set(project, own);
  const controller = new AbortController();
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  own.set(runId, { controller, ended });
  const look = async (): Promise<void> => {
    const by = await project.state.askedToStop(runId);
    if (by !== undefined) controller.abort(stoppedBy(by));
  };
  // Where the state cannot be asked now, the next look may.
  const timer = setInterval(() => void look().catch(() => undefined), lookEvery).unref();
  return {
    signal: controller.signal,
    end() {
      clearInterval(timer);
      own.delete(runId);
      resolve();
    },
  };
}

/** Stops what goes on here under that run, and waits until it has ended; false when nothing does. */
export async function stopHere(project: Project, runId: string, by: string): Promise<boolean> {
  const found = known.get(project)?.get(runId);
  if (!found) return false;
  found.controller.abort(stoppedBy(by));
  await found.ended;
  return true;
}
