import type { Endpoint } from '../../../define/index.ts';
import type { Project } from '../../../run/index.ts';
import { counted, moment } from '../../numbers.ts';
import { behindText, looksEvery } from '../../serving/behind.ts';
import type { EndpointView } from '../../views.ts';
import type { Found } from './found.ts';

/** Processes live, and have taken the champion, which shows that they look. */
export async function polls(project: Project, endpoint: Endpoint, served: readonly EndpointView[]): Promise<Found> {
  const { name } = endpoint;
  const own = served.find((one) => one.endpoint === name);
  const processes = own?.processes ?? [];
  const behind = own && (await behindText(project, endpoint, own));
  const isServed = processes.length > 0;
  const reloads = Object.entries(own?.reloads ?? {}).filter(([, count]) => count > 0);
  const publishes = [`esteira publish, then look at /${name}/health`];
  return {
    ...{ item: `${name} is served, and looks for new versions`, state: isServed && !behind ? 'ok' : 'failed' },
    what: isServed
      ? (behind ??
        `${counted(processes.length, 'process', 'processes')}, each looking every ${await looksEvery(endpoint, project)}`)
      : (own?.trouble ?? (own?.seen ? `nobody since ${moment(own.seen)}` : 'no process has ever served it')),
    evidence: [
      ...processes.map(({ process, address, version }) => `${address ?? process}: version ${version ?? 'none'}`),
      `reloads today: ${reloads.map(([result, count]) => `${result} ${count}`).join(', ') || 'none'}`,
    ],
    next: !isServed ? [`esteira endpoint ${name}`] : behind ? publishes : [],
  };
}
