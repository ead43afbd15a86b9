import { type Project, timetableFound } from '../../run/index.ts';
import type { DoctorView } from '../views.ts';

/** Whoever keeps schedules looks at them more often than this. */
const patience = { hours: 1 };

/** Are schedules that were kept once still kept? Nothing where nobody ever did: something else may run the jobs. */
export async function keptFinding(project: Project): Promise<DoctorView['findings']> {
  const { graph, state, clock } = project;
  const overdue: { readonly job: string; readonly due: Temporal.Instant }[] = [];
  let kept = 0;
  for (const [name, upTo] of await state.ticks.seen()) {
    const job = graph.jobs.get(name);
    const due = job && (await timetableFound(job, project)).timetable.next(upTo);
    if (due) kept += 1;
    if (due && Temporal.Instant.compare(due.add(patience), clock.now()) < 0) overdue.push({ job: name, due });
  }
  if (kept === 0) return [];
  const what = 'schedules';
  const [first] = overdue.toSorted((a, b) => Temporal.Instant.compare(a.due, b.due));
  if (!first) return [{ what, ok: true, found: `those of ${kept} ${kept === 1 ? 'job is' : 'jobs are'} kept` }];
  const found = `nobody keeps them: ${first.job} was due at ${first.due}`;
  return [{ what, ok: false, found, next: 'esteira start, and see why it does not run: esteira install systemd' }];
}
