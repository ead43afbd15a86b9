import type { Project } from '../../run/index.ts';
import { counted } from '../numbers.ts';
import { servedEndpoints } from '../serving/running.ts';
import type { Finding } from './finding.ts';

/** What serves an endpoint lives, and has a version; nobody has to serve it. */
export async function endpointFindings(project: Project): Promise<readonly Finding[]> {
  const found = await servedEndpoints(project);
  return found.map(({ endpoint, processes, seen, isLost, trouble }) => {
    const what = `endpoint ${endpoint}`;
    const not = (why: string, next: string): Finding => ({ what, ok: false, found: why, next });
    if (trouble !== undefined)
      return not(`the store does not say whether it is served: ${trouble}`, 'Look at the store.');
    const start = `esteira start, or esteira endpoint ${endpoint}`;
    if (processes.length === 0 && isLost)
      return not(`no process serves it, and the last went without a word, heard of at ${seen}`, start);
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
    const versions = [...new Set(processes.map(({ version }) => version))].join(', ');
    return {
      what,
      ok: true,
      found: `${versions} by ${processes.length === 1 ? '1 process' : `${processes.length} processes`}`,
    };
  });
}
