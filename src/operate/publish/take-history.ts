import { publishedPlace, readMoves } from '../../registry/index.ts';
import type { Project } from '../../run/index.ts';

/** The moves of a model that stores know and the state does not; gives how many were taken in. */
export async function takeHistory(project: Project, model: string, by: string): Promise<number> {
  const { published: targets = [], state, clock } = project;
  let taken = 0;
  for (const { name, open } of targets) {
    const found = await readMoves(await open(), publishedPlace(model));
    const theirs = found.map((move) => ({ ...move, at: Temporal.Instant.from(move.at) }));
    const reason = `history taken over from ${name}`;
    taken += await state.models.takeOver({ model, theirs, by, reason, now: clock.now() });
  }
  return taken;
}
