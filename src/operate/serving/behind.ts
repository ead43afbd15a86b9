import { type Duration, millisecondsOf } from '../../columns/index.ts';
import type { Endpoint } from '../../define/index.ts';
import { type Project, readSettings, settingText } from '../../run/index.ts';
import { countsEvery } from '../../serve/counts.ts';
import { counted, moment } from '../numbers.ts';
import type { EndpointView } from '../views.ts';

/** How often processes of an endpoint look for another champion. */
export async function looksEvery({ facts }: Endpoint, project: Project): Promise<Duration> {
  const { every } = facts.reload;
  return typeof every === 'string' ? every : (settingText(every, await readSettings(project), project) as Duration);
}

/** In words, that processes answer with another version than the champion though they have looked since it is that; nothing where none does. */
export async function behindText(
  project: Project,
  endpoint: Endpoint,
  { processes }: Pick<EndpointView, 'processes'>,
): Promise<string | undefined> {
  const { id } = project.graph.nodeOf(endpoint.facts.model);
  const [move] = await project.state.models.moves({ model: id, limit: 1 });
  const late = processes.filter(({ version }) => version !== move?.to);
  if (!move || late.length === 0) return undefined;
  // A look, and the word of it.
  const grace = millisecondsOf(await looksEvery(endpoint, project)) + 2 * countsEvery;
  if (move.at.until(project.clock.now()).total('milliseconds') < grace) return undefined;
  const versions = [...new Set(late.map(({ version = 'no version' }) => version))].join(', ');
  const who = `${late.length} of ${counted(processes.length, 'process', 'processes')}`;
  return `${move.to} is the champion since ${moment(move.at.toString())}, and ${who} still ${late.length === 1 ? 'answers' : 'answer'} with ${versions}`;
}
