import { EsteiraError } from '../../errors.ts';
import { type Project, said } from '../../run/index.ts';
import { counted } from '../numbers.ts';
import type { DoctorView } from '../views.ts';

type Finding = DoctorView['findings'][number];

/** Somebody may be at lunch: a notice that waits for longer is a finding. */
const patience = { hours: 1 };

/** Would people hear of what goes wrong? Nothing is said where no monitor and no job tells anybody. */
export async function heardFindings(project: Project): Promise<readonly Finding[]> {
  const { graph, state, clock } = project;
  const told = [...new Set([...graph.monitors.values(), ...graph.jobs.values()].flatMap(({ tell }) => tell ?? []))];
  if (told.length === 0) return [];
  const what = 'alerts';
  const unset = await unsetOf(told, project);
  if (unset) return [{ what, ok: false, found: unset, next: 'Set it in .env, then: esteira alerts test' }];
  const givenUp = await state.alerts.undelivered({ state: 'given up', limit: 1000 });
  const waiting = await state.alerts.undelivered({ state: 'waiting', limit: 1000 });
  const late = waiting.filter(({ createdAt }) => Temporal.Instant.compare(createdAt.add(patience), clock.now()) < 0);
  const next = 'esteira alerts says why; esteira alerts test tries each channel';
  if (late.length > 0)
    return [{ what, ok: false, found: `${counted(late.length, 'notice')} not delivered for more than an hour`, next }];
  if (givenUp.length > 0) return [{ what, ok: false, found: `${counted(givenUp.length, 'notice')} given up`, next }];
  const nobody = told.filter((name) => (project.channels?.get(name) ?? []).length === 0);
  const found = `${counted(told.length, 'channel')}${nobody.length > 0 ? `; nobody is told here by ${nobody.join(', ')}` : ''}`;
  return [{ what, ok: true, found }];
}

/** What a channel needs that is not set: it would be found out when there is something to tell. */
async function unsetOf(told: readonly string[], project: Project): Promise<string | undefined> {
  for (const name of told)
    for (const member of project.channels?.get(name) ?? [])
      try {
        const channel = await member.open();
        await channel.close?.();
      } catch (thrown) {
        const error = said(thrown, project);
        return `${name}/${member.name}: ${error instanceof EsteiraError ? error.message : String(error)}`;
      }
  return undefined;
}
