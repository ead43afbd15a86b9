import type { AlertChange } from '../../ports/index.ts';
import type { Project } from '../../run/index.ts';
import type { Context } from '../views.ts';
import { Courier } from './courier.ts';
import { changeLine } from './text.ts';

/** Says what became of alerts to whoever looks on, and has what is in the outbox delivered. */
export function tellChanges(changes: readonly AlertChange[], project: Project, { emit }: Pick<Context, 'emit'>): void {
  if (changes.length === 0) return;
  for (const change of changes)
    emit({ type: 'note', level: change.kind === 'over' ? 'info' : 'warn', text: changeLine(change) });
  sendNow(project);
}

/** Something was put into the outbox. */
export function sendNow(project: Project): void {
  const courier = Courier.of(project);
  courier.wake();
  courier.look(project.clock.now());
}

/** A command that ends waits so long at most for what it has to tell, in milliseconds. */
const waits = 8_000;

/** What a command of a short life does before it ends: delivers what it can, and says what is left. */
export async function deliverBeforeEnd(project: Project, { emit }: Pick<Context, 'emit'>): Promise<void> {
  const [waiting] = await project.state.alerts.undelivered({ state: 'waiting', limit: 1 });
  if (!waiting) return;
  const left = await Courier.of(project).settled(waits, { last: true });
  if (left.length === 0) return;
  const [first] = left;
  const why = first?.error ? `: ${first.error.replace(/\.$/, '')}` : '';
  const what = left.length === 1 ? 'One notice is' : `${left.length} notices are`;
  const to = [...new Set(left.map(({ channel, member }) => `${channel}/${member}`))].join(', ');
  const text = `${what} not delivered yet (${to}${why}). \`esteira start\`, or the next command that runs something, tries again; esteira alerts`;
  emit({ type: 'note', level: 'warn', text });
}
