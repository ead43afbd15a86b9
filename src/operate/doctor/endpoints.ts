import type { Project } from '../../run/index.ts';
import { servedEndpoints } from '../serving/running.ts';
import type { Finding } from './finding.ts';

/** Each endpoint is served by a process that lives, and has a version. */
export async function endpointFindings(project: Project): Promise<readonly Finding[]> {
  const found = await servedEndpoints(project);
  return found.map(({ endpoint, processes, seen, trouble }) => {
    const what = `endpoint ${endpoint}`;
    const not = (why: string, next: string): Finding => ({ what, ok: false, found: why, next });
    if (trouble !== undefined)
      return not(`the store does not say whether it is served: ${trouble}`, 'Look at the store.');
    const start = `esteira start, or esteira endpoint ${endpoint}`;
    if (processes.length === 0)
      return not(
        seen === undefined ? 'no process has served it yet' : `no process serves it; the last was heard of at ${seen}`,
        start,
      );
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
