import { isEndless } from '../../graph/index.ts';
import { follows, type Project } from '../../run/index.ts';
import { timeText } from '../alerts/words.ts';
import { capturedOf, changesOf } from '../changes.ts';
import { counted, size } from '../numbers.ts';
import { attempt, type Finding, NotReady } from './finding.ts';

/** Whether the changes of databases can be followed, and how far behind each is. */
export async function changeFindings(project: Project): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const job of project.graph.jobs.values()) {
    if (!isEndless(job) || !follows(job, project)) continue;
    const look = () => mayFollow(job, project);
    findings.push(...(await attempt(`replication of ${job.name}`, project, look)));
  }
  for (const view of await changesOf(project)) {
    const { job, warning, lagSeconds = 0, lagBytes = 0, retainedBytes = 0 } = view;
    const what = `sync lag of ${job}`;
    const lag = `${timeText(lagSeconds * 1000)} and ${size(lagBytes)} behind; the server keeps ${size(retainedBytes)} for it`;
    if (warning === undefined) findings.push({ what, ok: true, found: lag });
    else
      findings.push({
        what,
        ok: false,
        found: warning,
        next: `esteira sync --once ${job}, or see why it does not go on: esteira status`,
      });
  }
  return findings;
}

async function mayFollow(job: Parameters<typeof capturedOf>[0], project: Project): Promise<string> {
  const captured = await capturedOf(job, project);
  if (!captured) return 'nothing is followed';
  const changes = await project.changes(captured);
  try {
    const [first, ...others] = await changes.refusals();
    if (!first) return `${counted(captured.tables.length, 'table')} of ${changes.describe} may be followed`;
    const more = others.map(({ what }) => `; ${what}`).join('');
    throw new NotReady(
      `${changes.describe}: ${first.what}${more}`,
      [first, ...others].map(({ next }) => next).join(' '),
    );
  } finally {
    await changes.close();
  }
}
