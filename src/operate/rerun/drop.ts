import { EsteiraError } from '../../errors.ts';
import type { Held, Place } from '../../ports/index.ts';
import { type Project, ulid } from '../../run/index.ts';
import { nameOfReset } from './called.ts';

/** Drops tables under the leases of all that goes, as a run of no steps: what was begun is there to be seen, and no run writes them meanwhile. */
export async function dropUnderLeases(
  name: string,
  {
    targets,
    places,
    project,
  }: { readonly targets: readonly string[]; readonly places: readonly Place[]; readonly project: Project },
): Promise<void> {
  const { state, warehouse, clock } = project;
  const now = clock.now();
  const opened = await state.open({
    runId: ulid(now),
    job: nameOfReset(name),
    date: now.toZonedDateTimeISO('UTC').toPlainDate(),
    logicalTime: now,
    zone: 'UTC',
    reason: 'reset',
    plan: [],
    params: {},
    settings: {},
    steps: [],
    targets,
    again: true,
    holder: project.holder,
    now,
  });
  // It is always begun anew.
  const { held } = opened as { readonly held: Held };
  try {
    for (const [catalog, own] of Map.groupBy(places, (place) => place.catalog)) {
      await project.trace('before-drop');
      await warehouse.drop(catalog, own, held.token);
    }
  } catch (error) {
    const told = error instanceof EsteiraError ? error.toJSON() : undefined;
    await state.finish(held, 'failed', told, clock.now()).catch(() => undefined);
    throw error;
  }
  await state.finish(held, 'succeeded', undefined, clock.now());
}
