import type { Project } from '../../run/index.ts';
import { counted } from '../numbers.ts';
import { behindText } from '../serving/behind.ts';
import { servedEndpoints } from '../serving/running.ts';
import type { Finding } from './finding.ts';

/** What serves an endpoint lives, and has the champion; nobody has to serve it. */
export async function endpointFindings(project: Project): Promise<readonly Finding[]> {
  const found = await servedEndpoints(project);
  return Promise.all(
    found.map(async (view) => {
      const { endpoint, processes, seen, isLost, trouble } = view;
      const what = `endpoint ${endpoint}`;
      const not = (why: string, next: string): Finding => ({ what, ok: false, found: why, next });
      if (trouble !== undefined)
        return not(`the store does not say whether it is served: ${trouble}`, 'Look at the store.');
      const start = `esteira start, or esteira endpoint ${endpoint}`;
      if (processes.length === 0 && isLost)
        return not(`no process serves it: the last one stopped without saying so; last heard from at ${seen}`, start);
      if (processes.length === 0)
        return {
          what,
          ok: true,
          found: seen === undefined ? 'not served today or yesterday' : `not served since ${seen}`,
        };
      const [refusing, ...more] = processes.filter(({ unserved }) => unserved);
      if (refusing?.unserved) {
        const { is, why, next } = refusing.unserved;
        const who = `${1 + more.length} of ${counted(processes.length, 'process', 'processes')}`;
        return not(`what is published is not served by ${who}, ${is}: ${why}`, next);
      }
      const without = processes.filter(({ version }) => version === undefined);
      if (without.length > 0)
        return not(
          `${without.length} of ${processes.length} processes have no version`,
          `esteira publish, then look at /${endpoint}/health`,
        );
      const definition = project.graph.endpoints.get(endpoint);
      const behind = definition && (await behindText(project, definition, view));
      if (behind) return not(behind, `esteira publish, then look at /${endpoint}/health`);
      const versions = [...new Set(processes.map(({ version }) => version))].join(', ');
      return {
        what,
        ok: true,
        found: `${versions} by ${processes.length === 1 ? '1 process' : `${processes.length} processes`}`,
      };
    }),
  );
}
